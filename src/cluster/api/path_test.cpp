#include "cluster/api/path.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

TEST(ApiPath, Table) {
    struct Case {
        const char* target;
        const char* kind;  // nullptr: refused
        const char* ns;
        const char* name;
        const char* subresource;
    };
    // clang-format off
    const Case cases[] = {
        {"/api/v1/pods",                                             "Pod", "", "", ""},
        {"/api/v1/namespaces/default/pods/shop-1",                   "Pod", "default", "shop-1", ""},
        {"/api/v1/namespaces/default/pods/shop-1/log?tail=10",       "Pod", "default", "shop-1", "log"},
        {"/apis/apps/v1/namespaces/a%20b/deployments/x/scale",       "Deployment", "a b", "x", "scale"},
        {"/apis/autoscaling/v2/horizontalpodautoscalers",            "HorizontalPodAutoscaler", "", "", ""},
        {"/apis/autoscaling/v9/horizontalpodautoscalers",            nullptr, "", "", ""},
        {"/api/v1/namespaces/default/pods/a/log/b",                  nullptr, "", "", ""},
        {"/api/v1/namespaces/default/pods/%zz",                      nullptr, "", "", ""},
        {"/api/v1/namespaces/default/pods/a%2",                      nullptr, "", "", ""},
        {"/",                                                        nullptr, "", "", ""},
        {"",                                                         nullptr, "", "", ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.target);
        const auto got = parse_path(c.target);
        ASSERT_EQ(got.has_value(), c.kind != nullptr);
        if (!got) continue;
        EXPECT_EQ(got->kind->name, c.kind);
        EXPECT_EQ(got->ns, c.ns);
        EXPECT_EQ(got->name, c.name);
        EXPECT_EQ(got->subresource, c.subresource);
        const auto again = parse_path(path_of(*got->kind, got->ns, got->name, got->subresource));
        ASSERT_TRUE(again.has_value());
        EXPECT_EQ(again->ns, c.ns);
        EXPECT_EQ(again->name, c.name);
    }
}

TEST(ApiPath, QueriesAreUnescaped) {
    const auto got =
        parse_path("/api/v1/pods?labelSelector=app%3Dshop%2Ctier%20in%20(a%2Cb)&watch=1&empty");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->query.at("labelSelector"), "app=shop,tier in (a,b)");
    EXPECT_EQ(got->query.at("watch"), "1");
    EXPECT_EQ(got->query.at("empty"), "");
}

}  // namespace
}  // namespace swell::cluster
