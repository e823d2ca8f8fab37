#include "cluster/pods/expand.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

// Rows of kubernetes third_party/forked/golang/expansion/expand_test.go.
TEST(Expand, Table) {
    struct Case {
        const char *why, *text, *expanded;
    };
    const Case cases[] = {
        {"whole string", "$(VAR_A)", "A"},
        {"repeat", "$(VAR_A)-$(VAR_A)", "A-A"},
        {"beginning", "$(VAR_A)-1", "A-1"},
        {"middle", "___$(VAR_B)___", "___B___"},
        {"end", "___$(VAR_C)", "___C"},
        {"compound", "$(VAR_A)_$(VAR_B)_$(VAR_C)", "A_B_C"},
        {"escape and expand", "$$(VAR_B)_$(VAR_A)", "$(VAR_B)_A"},
        {"compound escape", "$$(VAR_A)_$$(VAR_B)", "$(VAR_A)_$(VAR_B)"},
        {"mixed escapes", "f000-$$VAR_A", "f000-$VAR_A"},
        {"backslash does not escape", "foo\\$(VAR_C)bar", "foo\\Cbar"},
        {"backslash and operator escape", "foo\\\\$$(VAR_C)bar", "foo\\\\$(VAR_C)bar"},
        {"no operators", "foo$bar", "foo$bar"},
        {"an undefined one stays", "$(VAR_DNE)", "$(VAR_DNE)"},
        {"multiple operators 1", "$$$(VAR_A)", "$A"},
        {"multiple operators 2", "$$$$(VAR_A)", "$$(VAR_A)"},
        {"operator at the end", "abc$", "abc$"},
        {"unclosed", "$(VAR_A", "$(VAR_A"},
        {"empty reference", "$()", "$()"},
        {"nested", "$($(VAR_A))", "$($(VAR_A))"},
        {"curly braces are not ours", "${VAR_A}", "${VAR_A}"},
        {"empty value", "x$(EMPTY)y", "xy"},
        {"a value is not expanded again", "$(REF)", "$(VAR_A)"},
        {"nothing", "", ""},
    };
    const Variables first = {{"VAR_A", "A"}, {"VAR_B", "B"}, {"EMPTY", ""}, {"REF", "$(VAR_A)"}};
    const Variables second = {{"VAR_A", "shadowed"}, {"VAR_C", "C"}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(expand(c.text, {&first, &second}), c.expanded);
    }
}

}  // namespace
}  // namespace swell::cluster::pods
