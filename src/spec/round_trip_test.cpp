#include <gtest/gtest.h>

#include "base/yaml/parse.hpp"
#include "spec/fields/describe.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/kinds/vpa.hpp"
#include "spec/read.hpp"

namespace swell::spec {
namespace {

using fields::Field;
using fields::Struct;
using fields::Type;

/// Gives every member below a value of its own that is neither zero nor a default.
class Filler {
  public:
    void object(const Struct& type, void* into) {
        for (const Field& field : type.fields)
            if (field.has_member() && field.form != Field::Form::merged)
                value(field, *field.type, fields::member(into, field));
    }

  private:
    void value(const Field& field, const Type& type, void* into) {
        using Shape = Type::Shape;
        ++count_;
        switch (type.shape) {
            case Shape::text:
                *static_cast<std::string*>(into) = field.words.empty()
                                                       ? "text" + std::to_string(count_)
                                                       : std::string(field.words.back());
                return;
            case Shape::boolean:
                *static_cast<bool*>(into) = true;
                return;
            case Shape::int32:
                *static_cast<std::int32_t*>(into) = count_;
                return;
            case Shape::int64:
                *static_cast<std::int64_t*>(into) = 5'000'000'000 + count_;
                return;
            case Shape::uint64:
                *static_cast<std::uint64_t*>(into) = 18'000'000'000'000'000'000u;
                return;
            case Shape::real:
                *static_cast<double*>(into) = count_ + 0.1;
                return;
            case Shape::quantity:
                *static_cast<Quantity*>(into) = Quantity::from_milli(count_);
                return;
            case Shape::instant:
                *static_cast<Instant*>(into) =
                    Instant(Duration(1'700'000'000'000'000'001 + count_));
                return;
            case Shape::int_or_string:
                *static_cast<IntOrString*>(into
                ) = {.number = 0, .text = std::to_string(count_) + "%"};
                return;
            case Shape::json:
                *static_cast<Json*>(into) = {{"kept", {1, "two", nullptr}}};
                return;
            case Shape::object:
                return object(type.fields(), into);
            case Shape::list:
                value(field, *type.element, type.append(into));
                return value(field, *type.element, type.append(into));
            case Shape::map:
                value(field, *type.element, type.insert(into, "a/b.c"));
                return value(field, *type.element, type.insert(into, "d"));
            case Shape::optional:
                return value(field, *type.element, type.append(into));
        }
    }

    std::int32_t count_ = 100;
};

template <class T>
void expect_round_trip(const T& object) {
    const Json json = Object(object).to_json();
    const auto again = read_trusted_json(json);
    ASSERT_TRUE(again.has_value()) << again.error().what << "\n" << json.dump(2);
    EXPECT_EQ(again->to_json().dump(2), json.dump(2));
    EXPECT_TRUE(again->template as<T>() == object);
    // And through text, as `swell get -o yaml` and a person's edit would take it.
    const auto documents = yaml::parse(yaml::to_yaml(json));
    ASSERT_TRUE(documents.faults.empty());
    EXPECT_EQ(documents.documents.at(0).to_json().dump(2), json.dump(2));
}

template <class T>
class RoundTrip : public ::testing::Test {};
using Kinds = ::testing::Types<
    ConfigMap,
    Secret,
    Service,
    Deployment,
    ReplicaSet,
    Pod,
    EndpointSlice,
    Event,
    HorizontalPodAutoscaler,
    VerticalPodAutoscaler,
    VerticalPodAutoscalerCheckpoint,
    Autoscaler,
    ResourceQuota,
    LimitRange,
    LoadTest>;
TYPED_TEST_SUITE(RoundTrip, Kinds);

TYPED_TEST(RoundTrip, EveryFieldFilled) {
    TypeParam object;
    Filler().object(fields::struct_of<TypeParam>(), &object);
    expect_round_trip(object);
}

TYPED_TEST(RoundTrip, DefaultsAlone) {
    // Completed once, by reading, so that reading again has nothing to add.
    TypeParam fresh;
    fresh.metadata.name = "a";
    const auto first = read_trusted_json(Object(fresh).to_json());
    ASSERT_TRUE(first.has_value()) << first.error().what;
    expect_round_trip(first->template as<TypeParam>());
}

TEST(RoundTripOf, ZeroWhereTheDefaultIsNot) {
    Deployment object;
    object.metadata.name = "a";
    object.metadata.ns = "default";
    object.spec.replicas = 0;
    object.spec.revision_history_limit = 0;
    object.spec.strategy.rolling_update = RollingUpdate{.max_unavailable = {}, .max_surge = {}};
    object.spec.pod_template.spec.termination_grace_period_seconds = 0;
    expect_round_trip(object);
    const Json json = Object(object).to_json();
    EXPECT_EQ(json["spec"]["replicas"], 0);
    EXPECT_EQ(json["spec"]["strategy"]["rollingUpdate"]["maxSurge"], 0);
    EXPECT_FALSE(json["spec"].contains("paused"));
    EXPECT_FALSE(json["spec"].contains("minReadySeconds"));
}

}  // namespace
}  // namespace swell::spec
