#include "cluster/api/field_selector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

TEST(FieldSelector, Reads) {
    struct Case {
        const char* text;
        std::vector<FieldRequirement> fields;
    };
    const Case cases[] = {
        {"", {}},
        {"status.phase=Running", {{"status.phase", "Running"}}},
        {"status.phase==Running", {{"status.phase", "Running"}}},
        {"status.phase!=Running", {{"status.phase", "Running", false}}},
        {"spec.nodeName=", {{"spec.nodeName", ""}}},
        {"a=1,b!=2", {{"a", "1"}, {"b", "2", false}}},
        {"a=1,,b=2,", {{"a", "1"}, {"b", "2"}}},
        {R"(a=x\,y\=z\\)", {{"a", R"(x,y=z\)"}}},
    };
    for (const Case& c : cases) {
        const auto fields = parse_field_selector(c.text);
        ASSERT_TRUE(fields.has_value()) << c.text;
        EXPECT_EQ(*fields, c.fields) << c.text;
    }
}

TEST(FieldSelector, Refuses) {
    for (const char* text : {"a", "=1", "!=1", "a=1,b", "a=b=c", "a!1", R"(a=\x)", R"(a=x\)"}) {
        const auto fields = parse_field_selector(text);
        ASSERT_FALSE(fields.has_value()) << text;
        EXPECT_EQ(fields.error().code, Code::invalid);
        EXPECT_THAT(fields.error().what, ::testing::HasSubstr("must be PATH=VALUE"));
    }
}

}  // namespace
}  // namespace swell::cluster
