#include "spec/kinds/names.hpp"

#include <gtest/gtest.h>

namespace swell::spec {
namespace {

TEST(Names, Rules) {
    using Rule = Complaint (*)(std::string_view);
    const std::string long63(63, 'a');
    const std::string long64(64, 'a');
    struct Case {
        Rule rule;
        std::string text;
        bool fits;
    };
    const Case cases[] = {
        {dns_label, "shop-2", true},
        {dns_label, "2shop", true},
        {dns_label, long63, true},
        {dns_label, long64, false},
        {dns_label, "Shop", false},
        {dns_label, "-shop", false},
        {dns_label, "shop-", false},
        {dns_label, "a.b", false},
        {dns_label, "", false},
        {dns_1035_label, "shop", true},
        {dns_1035_label, "2shop", false},
        {dns_subdomain, "a.b-c.9", true},
        {dns_subdomain, "a..b", false},
        {dns_subdomain, "a.", false},
        {dns_subdomain, "a_b", false},
        {qualified_name, "app", true},
        {qualified_name, "app.kubernetes.io/name", true},
        {qualified_name, "A_b.c-d", true},
        {qualified_name, "/app", false},
        {qualified_name, "a/b/c", false},
        {qualified_name, "X.io/app", false},
        {qualified_name, long64, false},
        {label_value, "", true},
        {label_value, "v1.2_x", true},
        {label_value, "a b", false},
        {label_value, "-a", false},
        {label_value, long64, false},
        {port_name, "http", true},
        {port_name, "http-2", true},
        {port_name, "80", false},
        {port_name, "a--b", false},
        {port_name, "a-", false},
        {port_name, "HTTP", false},
        {port_name, "aaaaaaaaaaaaaaaa", false},
        {env_name, "a.b-c", true},
        {env_name, "a=b", false},
        {env_name, "a\nb", false},
        {data_key, "a.b_c-D", true},
        {data_key, "..", false},
        {data_key, "..a", false},
        {data_key, "a/b", false},
        {path_segment, "a b", true},
        {path_segment, "..", false},
        {path_segment, "50%", false},
        {http_token, "X-Trace", true},
        {http_token, "X Trace", false},
        {http_token, "X:", false},
        {inner_path, "a/b", true},
        {inner_path, "a/..b", true},
        {inner_path, "/a", false},
        {inner_path, "a/../b", false},
    };
    for (const Case& c : cases) EXPECT_EQ(c.rule(c.text).empty(), c.fits) << c.text;
}

TEST(Names, TellSaysWhereAndGot) {
    Problems problems;
    tell(problems, "metadata.name", "", dns_label);
    EXPECT_TRUE(problems.empty());
    tell(problems, "spec.nodeName", "50%", path_segment);
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].path, "spec.nodeName");
    EXPECT_EQ(problems[0].what, "may not contain '%', got \"50%\"");
}

}  // namespace
}  // namespace swell::spec
