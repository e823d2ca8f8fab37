#include "base/yaml/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace swell::yaml {
namespace {

using ::testing::HasSubstr;

TEST(Parse, Values) {
    struct Case {
        const char* why;
        std::string text;
        std::vector<const char*> documents;  // as JSON
    };
    const Case cases[] = {
        {"block style", "a:\n  b: 1\n  c: [x, 2.5, yes]\n", {R"({"a":{"b":1,"c":["x",2.5,true]}})"}
        },
        {"quoted is text", "a: \"1\"\nb: 'yes'\nc: !!str 5\n", {R"({"a":"1","b":"yes","c":"5"})"}},
        {"block text",
         "a: |\n  one\n  two\nb: >-\n  one\n  two\n",
         {R"({"a":"one\ntwo\n","b":"one two"})"}},
        {"keys resolve too", "on: 1\n0x10: 2\n", {R"({"true":1,"16":2})"}},
        {"an absent value is null", "a:\nb: ~\n", {R"({"a":null,"b":null})"}},
        {"several documents", "a: 1\n---\n- 2\n---\nthree\n", {R"({"a":1})", "[2]", R"("three")"}},
        {"empty documents are left out", "---\n# nothing\n---\na: 1\n---\n", {R"({"a":1})"}},
        {"no document at all", " \n# nothing\n", {}},
        {"a written null is a document", "null\n", {"null"}},
        {"a byte order mark",
         "\xef\xbb\xbf"
         "a: 1\n",
         {R"({"a":1})"}},
        {"JSON",
         R"({"a":{"b":[1,-2.5e3,null,true,"x\n\/"]}})",
         {R"({"a":{"b":[1,-2500,null,true,"x\n/"]}})"}},
        {"JSON indented by tabs", "{\n\t\"a\": [\n\t\t1\n\t]\n}\n", {R"({"a":[1]})"}},
        {"JSON past U+FFFF",
         R"({"a":"\ud83d\ude00 \\ud83d\\ude00"})",
         {R"({"a":"😀 \\ud83d\\ude00"})"}},
        {"aliases",
         "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
         {R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]})"}},
        {"an alias as key", "a: &x k\n*x : 1\n", {R"({"a":"k","k":1})"}},
        {"an anchor named again", "a: &x 1\nb: &x 2\nc: *x\n", {R"({"a":1,"b":2,"c":2})"}},
        {"anchors end with their document",
         "a: &x 1\n---\nb: &x 2\nc: *x\n",
         {R"({"a":1})", R"({"b":2,"c":2})"}},
        {"a merge fills in",
         "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
         {R"({"a":{"b":1,"c":2},"d":{"c":3,"b":1}})"}},
        {"a merge never overrides",
         "a: &x {b: 1}\nd:\n  b: 3\n  <<: *x\n",
         {R"({"a":{"b":1},"d":{"b":3}})"}},
        {"the first of several merges",
         "d:\n  <<: [{a: 1}, {a: 2, b: 2}]\n",
         {R"({"d":{"a":1,"b":2}})"}},
        {"a quoted << is a key", "\"<<\": 1\n", {R"({"<<":1})"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Documents got = parse(c.text);
        for (const Fault& fault : got.faults) ADD_FAILURE() << fault.what;
        ASSERT_EQ(got.documents.size(), c.documents.size());
        for (std::size_t i = 0; i < c.documents.size(); ++i) {
            EXPECT_EQ(got.documents[i].to_json().dump(), c.documents[i]);
        }
    }
}

TEST(Parse, KnowsPlaces) {
    const Documents got = parse("# top\na:\n  b: 1\n  \"ü\": [x,  y]\n---\n c: |\n  text\n");
    ASSERT_EQ(got.documents.size(), 2u);
    const Node& first = got.documents[0];
    EXPECT_EQ(first.at, (Position{2, 1}));
    EXPECT_EQ(first.keys[0].second, (Position{2, 1}));
    const Node* a = first.find("a");
    ASSERT_NE(a, nullptr);
    EXPECT_EQ(a->at, (Position{3, 3}));
    EXPECT_EQ(a->find("b")->at, (Position{3, 6}));
    EXPECT_EQ(a->find("ü")->at, (Position{4, 8}));
    EXPECT_EQ(a->find("ü")->items[1].at, (Position{4, 13}));
    EXPECT_EQ(a->find("absent"), nullptr);
    EXPECT_EQ(got.documents[1].find("c")->at, (Position{6, 5}));
}

TEST(Parse, Faults) {
    struct Case {
        const char* why;
        std::string text;
        Position at;
        const char* what;
        std::size_t documents;
    };
    const Case cases[] = {
        {"duplicate key",
         "a: 1\nb: 2\na: 3\n",
         {3, 1},
         "key \"a\" is given twice: first at line 1, column 1",
         1},
        {"duplicate after resolving", "on: 1\nyes: 2\n", {2, 1}, "key \"true\" is given twice", 1},
        {"invalid UTF-8", "a: 1\nbü: \xc3(\n", {2, 5}, "invalid UTF-8: byte 0xc3", 0},
        {"cut UTF-8", "a: \xe2\x82", {1, 4}, "invalid UTF-8: byte 0xe2", 0},
        {"a surrogate", "a: \xed\xa0\x80", {1, 4}, "invalid UTF-8: byte 0xed", 0},
        {"control character", "a: 1\nb: \x01\n", {2, 4}, "control characters are not allowed", 0},
        {"tab", "a:\n\tb: 1\n", {2, 1}, "a tab cannot indent YAML: use spaces", 0},
        {"tab after spaces",
         "a:\n  b:\n  \tc: 1\n",
         {3, 3},
         "a tab cannot indent YAML: use spaces",
         0},
        {"syntax, where the block starts",
         "a:\n  b: 1\n c: 2\n",
         {3, 2},
         "block mapping that starts at line 1",
         0},
        {"documents before it stand",
         "a: 1\n---\nb: [\n",
         {4, 1},
         "did not find expected node content",
         1},
        {"unclosed quote", "a: \"x\n", {2, 1}, "unexpected end of stream", 0},
        {"no anchor", "a: *x\n", {1, 4}, "alias *x has no anchor before it", 1},
        {"anchor in itself", "a: &x [*x]\n", {1, 8}, "alias *x stands inside its own anchor", 1},
        {"merge of text",
         "a:\n  <<: text\n",
         {2, 7},
         "a merge (<<) takes an object or a list of objects, got string",
         1},
        {"merge of a list of text",
         "<<: [{a: 1}, 2]\n",
         {1, 14},
         "a merge (<<) takes an object or a list of objects, got integer",
         1},
        {"key that is a list",
         "? [a]\n: 1\n",
         {1, 3},
         "a key must be text, not a list or an object",
         0},
        {"key that is an aliased list",
         "a: &x [1]\n*x : 1\n",
         {2, 1},
         "a key must be text, not a list or an object",
         0},
        {"key that is null", "~: 1\n", {1, 1}, "a key must be text, got null", 1},
        {"infinity", "a: .inf\n", {1, 4}, ".inf is no number that JSON can hold", 1},
        {"wrong tag", "a: !!int five\n", {1, 4}, "\"five\" is not of the type that its tag names", 1
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Documents got = parse(c.text);
        ASSERT_EQ(got.faults.size(), 1u);
        EXPECT_EQ(got.faults[0].at.line, c.at.line);
        EXPECT_EQ(got.faults[0].at.column, c.at.column);
        EXPECT_THAT(got.faults[0].what, HasSubstr(c.what));
        EXPECT_EQ(got.documents.size(), c.documents);
    }
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

/// Each level is ten times the one before: `a0: &a0 x`, `a1: &a1 [*a0, …]`, …
std::string billion_laughs(std::size_t levels, const std::string& seed) {
    std::string text = "a0: &a0 " + seed + "\n";
    for (std::size_t i = 1; i <= levels; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below +
                repeat(", " + below, 9) + "]\n";
    }
    return text;
}

TEST(Parse, Limits) {
    struct Case {
        const char* why;
        std::string text;
        Limits limits;
        std::string what;  // empty: no fault
    };
    const Case cases[] = {
        {"size",
         std::string(100 << 20, 'a'),
         {},
         "document of 100 MiB is larger than the limit of 16 MiB"},
        {"at the size", "a: 1", {.bytes = 4}, ""},
        {"past the size",
         "a: 12",
         {.bytes = 4},
         "document of 5 bytes is larger than the limit of 4 bytes"},
        {"billion laughs", billion_laughs(30, "lol"), {}, "more than the limit of 1000000 values"},
        {"laughs as keys",
         "a: &a [1,2,3]\nb: &b [*a,*a]\nc: [*b,*b]\n",
         {.nodes = 10},
         "more than the limit of 10"},
        {"few but long laughs",
         billion_laughs(4, std::string(10'000, 'x')),
         {},
         "more than 32 MiB of text"},
        {"flow nesting", repeat("[", 1'000'000), {}, "nested deeper than the limit of 64 levels"},
        {"mapping nesting",
         repeat("{a: ", 1'000'000),
         {},
         "nested deeper than the limit of 64 levels"},
        {"block nesting", repeat("- ", 1'000'000), {}, "nested deeper than the limit of 64 levels"},
        {"at the depth", "[[[1]]]", {.depth = 3}, ""},
        {"past the depth", "[[[[1]]]]", {.depth = 3}, "nested deeper than the limit of 3 levels"},
        {"at the depth by alias", "a: &a [1]\nb: [*a]", {.depth = 3}, ""},
        {"past the depth by alias",
         "a: &a [1]\nb: [[*a]]",
         {.depth = 3},
         "limit of 3 levels, by alias *a"},
        {"at the nodes", "[1, 2]", {.nodes = 3}, ""},
        {"past the nodes", "[1, 2]", {.nodes = 2}, "more than the limit of 2 values"},
        {"a limit no stack bears", repeat("[", 900) + repeat("]", 900), {.depth = 1u << 30}, ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Documents got = parse(c.text, c.limits);
        ASSERT_EQ(got.faults.size(), c.what.empty() ? 0u : 1u);
        if (c.what.empty()) continue;
        EXPECT_THAT(got.faults[0].what, HasSubstr(c.what));
        EXPECT_NE(got.faults[0].at, Position{});
        EXPECT_TRUE(got.documents.empty());
    }
}

TEST(Parse, TellsAHundredFaultsAndStops) {
    const Documents got = parse(repeat("a: 1\n", 5'000) + "---\nb: 1\n");
    EXPECT_EQ(got.faults.size(), 101u);
    EXPECT_THAT(got.faults.back().what, HasSubstr("too many faults"));
    EXPECT_EQ(got.documents.size(), 1u);
}

TEST(Parse, ManyKeysInOneObject) {
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += "k" + std::to_string(i) + ": " + std::to_string(i) + "\n";
    text += "k777: again\n";
    const Documents got = parse(text);
    ASSERT_EQ(got.documents.size(), 1u);
    EXPECT_EQ(got.documents[0].keys.size(), 50'000u);
    ASSERT_EQ(got.faults.size(), 1u);
    EXPECT_EQ(got.faults[0].at, (Position{50'001, 1}));
    EXPECT_THAT(got.faults[0].what, HasSubstr("first at line 778"));
}

}  // namespace
}  // namespace swell::yaml
