#include "spec/selector.hpp"

#include <gtest/gtest.h>

namespace swell::spec {
namespace {

TEST(Selector, Matches) {
    const Labels web = {{"app", "web"}, {"n", "7"}, {"tier", "a"}};
    struct Case {
        const char* text;
        bool matches;
        const char* canonical;
    };
    // clang-format off
    const Case cases[] = {
        {"",                            true,  ""},
        {"app",                         true,  "app"},
        {"debug",                       false, "debug"},
        {"!debug",                      true,  "!debug"},
        {"!app",                        false, "!app"},
        {"app=web",                     true,  "app=web"},
        {"app==web",                    true,  "app=web"},
        {" app = web ",                 true,  "app=web"},
        {"app=db",                      false, "app=db"},
        {"app!=db",                     true,  "app!=db"},
        {"app!=web",                    false, "app!=web"},
        {"none!=x",                     true,  "none!=x"},
        {"none=",                       false, "none="},
        {"tier in (b,a)",               true,  "tier in (a,b)"},
        {"tier in (b, b)",              false, "tier in (b)"},
        {"tier notin (b)",              true,  "tier notin (b)"},
        {"tier notin (a)",              false, "tier notin (a)"},
        {"none notin (a)",              true,  "none notin (a)"},
        {"none in (a,)",                false, "none in (,a)"},
        {"n>6",                         true,  "n>6"},
        {"n>7",                         false, "n>7"},
        {"n<8",                         true,  "n<8"},
        {"app<8",                       false, "app<8"},
        {"tier=a,app=web",              true,  "app=web,tier=a"},
        {"tier=a,app=db",               false, "app=db,tier=a"},
        {"in in (in)",                  false, "in in (in)"},
        {"example.com/x notin (y),!z",  true,  "example.com/x notin (y),!z"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto selector = Selector::parse(c.text);
        ASSERT_TRUE(selector.has_value()) << selector.error().what;
        EXPECT_EQ(selector->matches(web), c.matches);
        EXPECT_EQ(selector->text(), c.canonical);
        const auto again = Selector::parse(selector->text());
        ASSERT_TRUE(again.has_value()) << again.error().what;
        EXPECT_EQ(*again, *selector);
    }
}

TEST(Selector, SaysWhereTheTextIsWrong) {
    struct Case {
        const char* text;
        const char* what;
    };
    const Case cases[] = {
        {"app=web,", R"(at 9: expected a label key, got the end)"},
        {",app", R"(at 1: expected a label key, got ",")"},
        {"app web", R"(at 5: expected one of in, notin, =, ==, !=, <, >, got "web")"},
        {"app in a", R"(at 8: expected (, got "a")"},
        {"app in (a", R"(at 10: expected a comma or ), got the end)"},
        {"n>x", R"(at 3: expected an integer)"},
        {"a=b c", R"(at 5: expected a comma or the end, got "c")"},
        {"a=b=c", R"(at 4: expected a comma or the end, got "=")"},
        {"-a",
         "at 1: name part must consist of alphanumeric characters, '-', '_' or '.', and must "
         "start and end with an alphanumeric character"},
        {"a=-b",
         "at 3: a valid label must be an empty string or consist of alphanumeric characters, "
         "'-', '_' or '.', and must start and end with an alphanumeric character"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto selector = Selector::parse(c.text);
        ASSERT_FALSE(selector.has_value());
        EXPECT_EQ(selector.error().code, Code::invalid);
        EXPECT_EQ(selector.error().what, "selector \"" + std::string(c.text) + "\": " + c.what);
    }
}

TEST(Selector, FromALabelSelector) {
    LabelSelector from{.match_labels = {{"b", "1"}}, .match_expressions = {}};
    from.match_expressions = {
        {"c", "NotIn", {"z", "y"}}, {"a", "Exists", {}}, {"d", "DoesNotExist", {}}
    };
    const auto made = Selector::from(from);
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->text(), "a,b=1,c notin (y,z),!d");
    EXPECT_TRUE(made->matches({{"a", ""}, {"b", "1"}}));
    EXPECT_FALSE(made->matches({{"a", ""}, {"b", "1"}, {"c", "y"}}));

    from.match_expressions = {{"c", "Equals", {"z"}}};
    EXPECT_EQ(
        Selector::from(from).error().what, "\"Equals\" is not a valid label selector operator"
    );
    from.match_expressions = {{"c", "In", {}}};
    EXPECT_EQ(Selector::from(from).error().what, "values must be given for In of key c");
    EXPECT_TRUE(Selector::from(Labels{}).empty());
}

}  // namespace
}  // namespace swell::spec
