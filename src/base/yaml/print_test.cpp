#include <gtest/gtest.h>

#include "base/yaml/parse.hpp"

namespace swell::yaml {
namespace {

TEST(Print, AsKubectl) {
    struct Case {
        const char* why;
        const char* json;
        std::string yaml;
    };
    const Case cases[] = {
        {"keys in their order",
         R"({"b":1,"a":{"d":true,"c":null}})",
         "b: 1\na:\n  d: true\n  c: null\n"},
        {"lists at their key", R"({"a":[1,{"b":2,"c":[3]}]})", "a:\n- 1\n- b: 2\n  c:\n  - 3\n"},
        {"empty ones", R"({"a":[],"b":{}})", "a: []\nb: {}\n"},
        {"text that reads as something else",
         R"(["1","yes","null","","1e3","0x1F","2026-11-24T12:00:00Z","1:30"])",
         "- \"1\"\n- \"yes\"\n- \"null\"\n- \"\"\n- \"1e3\"\n- \"0x1F\"\n- "
         "\"2026-11-24T12:00:00Z\"\n- \"1:30\"\n"},
        {"keys that read as something else", R"({"on":1,"5":2})", "\"on\": 1\n\"5\": 2\n"},
        {"text that YAML's marks spoil",
         R"(["a: b","- a","#c","@d"," e","f:","*g","{h"])",
         "- 'a: b'\n- '- a'\n- '#c'\n- '@d'\n- ' e'\n- 'f:'\n- '*g'\n- '{h'\n"},
        {"plain text",
         R"(["500m","a b","ü","/bin/sh","a:80","1.2.3"])",
         "- 500m\n- a b\n- ü\n- /bin/sh\n- a:80\n- 1.2.3\n"},
        {"lines",
         R"({"a":"one\ntwo\n","b":"one\ntwo","c":"\ttab\u0007"})",
         "a: |\n  one\n  two\nb: |-\n  one\n  two\nc: \"\\ttab\\a\"\n"},
        {"past U+FFFF, escaped", R"(["😀"])", "- \"\\U0001F600\"\n"},
        {"numbers",
         R"([1,-2,0.5,18446744073709551615])",
         "- 1\n- -2\n- 0.5\n- 18446744073709551615\n"},
        {"long lines stay whole",
         R"({"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cc"})",
         "a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "
         "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cc\n"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Json json = Json::parse(c.json);
        EXPECT_EQ(to_yaml(json), c.yaml);
        const Documents back = parse(to_yaml(json));
        ASSERT_EQ(back.documents.size(), 1u);
        EXPECT_EQ(back.documents[0].to_json(), json);
    }
}

TEST(Print, BytesThatAreNotText) { EXPECT_EQ(to_yaml(Json{{"a", "x\xffy"}}), "a: x\ufffdy\n"); }

TEST(NodeJson, BackAndForth) {
    const Json json =
        Json::parse(R"({"a":[1,2.5,-3,true,null,"x"],"b":{"c":{}},"d":18446744073709551615})");
    EXPECT_EQ(Node::from_json(json).to_json().dump(), json.dump());
    EXPECT_EQ(Node::from_json(json).at, Position{});
    Json deep = 1;
    for (int i = 0; i < 100'000; ++i) deep = Json::array({std::move(deep)});
    EXPECT_EQ(Node::from_json(deep).type, Node::Type::sequence);
}

}  // namespace
}  // namespace swell::yaml
