#include "sim/policies.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/swell.hpp"

namespace swell::sim {
namespace {

using spec::Object;

template <class Kind>
Kind named(const char* name) {
    Kind made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    return made;
}

Object deployment(const char* name) { return named<spec::Deployment>(name); }

Object load(const char* name, const char* service) {
    auto made = named<spec::LoadTest>(name);
    made.spec.target.service = service;
    return made;
}

Object hpa(const char* name, const char* target) {
    auto made = named<spec::HorizontalPodAutoscaler>(name);
    made.spec.scale_target_ref = {"apps/v1", "Deployment", target};
    return made;
}

Object vpa(const char* name, const char* target) {
    auto made = named<spec::VerticalPodAutoscaler>(name);
    made.spec.target_ref = {"apps/v1", "Deployment", target};
    return made;
}

Object observing(const Object& object) {
    spec::ObjectMeta metadata = object.metadata();
    metadata.annotations["swell.dev/mode"] = "Observe";
    return object.with_metadata(std::move(metadata));
}

Object autoscaler(const char* name, const char* target) {
    auto made = named<spec::Autoscaler>(name);
    made.spec.scale_target_ref = {"apps/v1", "Deployment", target};
    made.spec.vertical.emplace();
    return made;
}

std::vector<std::string> keys(const std::vector<Object>& objects) {
    std::vector<std::string> list;
    for (const Object& object : objects) list.push_back(to_text(key_of(object)));
    return list;
}

TEST(Policies, OtherSide) {
    const std::vector<Object> first = {
        deployment("shop"),
        deployment("cart"),
        hpa("shop", "shop"),
        hpa("cart", "cart"),
        vpa("shop", "shop"),
        load("day", "shop")
    };
    const struct {
        const char* what;
        std::vector<Object> given;
        std::vector<std::string> side;
    } cases[] = {
        {"another HPA of the same name",
         {hpa("shop", "shop")},
         {"deployment/shop", "deployment/cart", "hpa/cart", "vpa/shop", "loadtest/day", "hpa/shop"}
        },
        {"of another name, for the same Deployment",
         {hpa("fast", "shop")},
         {"deployment/shop", "deployment/cart", "hpa/cart", "vpa/shop", "loadtest/day", "hpa/fast"}
        },
        {"a VPA leaves the HPA alone",
         {vpa("tight", "shop")},
         {"deployment/shop", "deployment/cart", "hpa/shop", "hpa/cart", "loadtest/day", "vpa/tight"}
        },
        {"a whole side brings nothing of the first but its load",
         {deployment("shop"), hpa("fast", "shop")},
         {"loadtest/day", "deployment/shop", "hpa/fast"}},
        {"nor that, with one of its own",
         {deployment("shop"), load("night", "shop")},
         {"deployment/shop", "loadtest/night"}},
    };
    for (const auto& one : cases)
        EXPECT_EQ(keys(other_side(first, one.given)), one.side) << one.what;
}

TEST(Policies, ObserversAndPartsStay) {
    const std::vector<Object> first = {
        deployment("shop"), autoscaler("shop", "shop"), load("day", "shop")
    };
    using Keys = std::vector<std::string>;
    EXPECT_EQ(
        keys(other_side(first, {vpa("tight", "shop")})),
        (Keys{"deployment/shop", "hpa/shop", "loadtest/day", "vpa/tight"})
    );
    EXPECT_EQ(
        keys(other_side(first, {hpa("fast", "shop")})),
        (Keys{"deployment/shop", "vpa/shop", "loadtest/day", "hpa/fast"})
    );
    EXPECT_EQ(
        keys(other_side(first, {observing(hpa("fast", "shop"))})),
        (Keys{"deployment/shop", "autoscaler/shop", "loadtest/day", "hpa/fast"})
    );
    EXPECT_EQ(
        keys(other_side(first, {load("night", "shop")})),
        (Keys{"deployment/shop", "autoscaler/shop", "loadtest/night"})
    );
}

TEST(Policies, Labels) {
    using Labels = std::pair<std::string, std::string>;
    EXPECT_EQ(labels_of("a/shop.yaml", "b/fast.yaml"), Labels("shop.yaml", "fast.yaml"));
    EXPECT_EQ(labels_of("a/shop.yaml", "b/shop.yaml"), Labels("a/shop.yaml", "b/shop.yaml"));
    EXPECT_EQ(labels_of("shop.yaml", "shop.yaml"), Labels("shop.yaml", "shop.yaml (again)"));
    EXPECT_EQ(labels_of("old/", "./new/"), Labels("old", "new"));
}

}  // namespace
}  // namespace swell::sim
