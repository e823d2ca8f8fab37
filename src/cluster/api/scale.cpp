#include "cluster/api/scale.hpp"

#include <charconv>
#include <utility>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/field_error.hpp"

namespace swell::cluster {

namespace {

constexpr const char* of_scale = "Scale in version \"v1\" cannot be handled as a Scale: ";

}  // namespace

std::optional<std::int32_t> replicas_of(const spec::Object& object) {
    if (object.is<spec::Deployment>()) return object.as<spec::Deployment>().spec.replicas;
    if (object.is<spec::ReplicaSet>()) return object.as<spec::ReplicaSet>().spec.replicas;
    return {};
}

std::optional<spec::Object> with_replicas(const spec::Object& object, std::int32_t replicas) {
    if (object.is<spec::Deployment>()) {
        auto next = object.as<spec::Deployment>();
        next.spec.replicas = replicas;
        return spec::Object(std::move(next));
    }
    if (object.is<spec::ReplicaSet>()) {
        auto next = object.as<spec::ReplicaSet>();
        next.spec.replicas = replicas;
        return spec::Object(std::move(next));
    }
    return {};
}

Json scale_json(const spec::Object& object) {
    const auto& metadata = object.metadata();
    Json status = Json::object();
    if (object.is<spec::Deployment>())
        status["replicas"] = object.as<spec::Deployment>().status.replicas;
    if (object.is<spec::ReplicaSet>())
        status["replicas"] = object.as<spec::ReplicaSet>().status.replicas;
    return {
        {"apiVersion", "autoscaling/v1"},
        {"kind", "Scale"},
        {"metadata",
         {{"name", metadata.name},
          {"namespace", metadata.ns},
          {"resourceVersion", std::to_string(metadata.resource_version)}}},
        {"spec", {{"replicas", replicas_of(object).value_or(0)}}},
        {"status", status}
    };
}

std::expected<std::int32_t, Failure> replicas_in(const Json& body, const std::string& name) {
    constexpr std::int64_t most = 1'000'000;
    const Json::json_pointer at("/spec/replicas");
    const auto wrong = [&](spec::Problem problem) {
        return std::unexpected(
            unprocessable(GroupWord{"autoscaling", "Scale"}, name, {std::move(problem)})
        );
    };
    if (!body.is_object()) return std::unexpected(bad_request(std::string(of_scale) + "no object"));
    if (!body.contains(at)) return wrong(spec::required("spec.replicas", ""));
    if (!body[at].is_number_integer())
        return std::unexpected(
            bad_request(std::string(of_scale) + "spec.replicas: expected an integer")
        );
    const auto replicas = body[at].get<std::int64_t>();
    if (replicas >= 0 && replicas <= most) return static_cast<std::int32_t>(replicas);
    const char* const why = replicas < 0 ? "must be greater than or equal to 0"
                                         : "must be less than or equal to 1000000";
    return wrong(spec::invalid("spec.replicas", std::to_string(replicas), why));
}

std::expected<std::uint64_t, Failure> version_in(const Json& body) {
    static const Json::json_pointer at("/metadata/resourceVersion");
    if (!body.is_object() || !body.contains(at) || body[at].is_null()) return 0;
    const std::string text = body[at].is_string() ? body[at].get<std::string>() : body[at].dump();
    if (text.empty()) return 0;
    std::uint64_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || !body[at].is_string())
        return std::unexpected(bad_request(
            std::string(of_scale) + "metadata.resourceVersion: must be the text of a number, got " +
            text
        ));
    return version;
}

}  // namespace swell::cluster
