#include "cluster/api/patch.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

TEST(Patch, Types) {
    EXPECT_EQ(patch_type("application/json-patch+json"), PatchType::json);
    EXPECT_EQ(patch_type("application/merge-patch+json; charset=utf-8"), PatchType::merge);
    EXPECT_EQ(patch_type("application/strategic-merge-patch+json"), PatchType::strategic);
    EXPECT_EQ(patch_type("application/json"), std::nullopt);
    EXPECT_EQ(patch_type(""), std::nullopt);
}

TEST(Patch, Applied) {
    struct Case {
        const char* why;
        PatchType type;
        const char *object, *patch, *result;
    };
    constexpr auto merge = PatchType::merge, strategic = PatchType::strategic;
    // clang-format off
    const Case cases[] = {
        {"a field", merge, R"({"a":1,"b":2})", R"({"a":3})", R"({"a":3,"b":2})"},
        {"null takes away", merge, R"({"a":1,"b":2})", R"({"a":null})", R"({"b":2})"},
        {"nothing of null is new", merge, "{}", R"({"a":{"b":null,"c":1}})", R"({"a":{"c":1}})"},
        {"a list is one value", merge, R"({"containers":[{"name":"x","image":"i"}]})",
         R"({"containers":[{"name":"y"}]})", R"({"containers":[{"name":"y"}]})"},
        {"things of one name", strategic, R"({"containers":[{"name":"x","image":"i"}]})",
         R"({"containers":[{"name":"x","tty":true},{"name":"y","image":null}]})",
         R"({"containers":[{"name":"x","image":"i","tty":true},{"name":"y"}]})"},
        {"a thing goes", strategic, R"({"containers":[{"name":"x"},{"name":"y"}]})",
         R"({"containers":[{"name":"x","$patch":"delete"}]})", R"({"containers":[{"name":"y"}]})"},
        {"all go", strategic, R"({"containers":[{"name":"x"}]})",
         R"({"containers":[{"$patch":"replace"},{"name":"z"}]})", R"({"containers":[{"name":"z"}]})"},
        {"a map is replaced", strategic, R"({"labels":{"a":"1"}})",
         R"({"labels":{"$patch":"replace","b":"2"}})", R"({"labels":{"b":"2"}})"},
        {"ports of a container", strategic, R"({"ports":[{"containerPort":80,"name":"a"}]})",
         R"({"ports":[{"containerPort":80,"name":"b"}]})", R"({"ports":[{"containerPort":80,"name":"b"}]})"},
        {"ports of a Service", strategic, R"({"ports":[{"port":80,"targetPort":1}]})",
         R"({"ports":[{"port":80,"targetPort":2},{"port":81}]})",
         R"({"ports":[{"port":80,"targetPort":2},{"port":81}]})"},
        {"a list without keys", strategic, R"({"args":["a"]})", R"({"args":["b"]})", R"({"args":["b"]})"},
        {"finalizers come and go", strategic, R"({"finalizers":["a","b"]})",
         R"({"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c","b"]})", R"({"finalizers":["b","c"]})"},
        {"what is kept", strategic, R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{}}})",
         R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})", R"({"strategy":{"type":"Recreate"}})"},
        {"order is left aside", strategic, R"({"env":[{"name":"a"}]})",
         R"({"$setElementOrder/env":[{"name":"b"},{"name":"a"}],"env":[{"name":"b"}]})",
         R"({"env":[{"name":"a"},{"name":"b"}]})"},
        {"operations", PatchType::json, R"({"a":{"b":[1,2]}})",
         R"([{"op":"test","path":"/a/b/0","value":1},{"op":"replace","path":"/a/b/1","value":9}])",
         R"({"a":{"b":[1,9]}})"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto result = patched(Json::parse(c.object), Json::parse(c.patch), c.type);
        ASSERT_TRUE(result) << result.error().what;
        EXPECT_EQ(*result, Json::parse(c.result)) << result->dump();
    }
}

TEST(Patch, WhatGrowsWithoutBoundIsRefused) {
    const auto refused = [](const Json& patch) {
        const auto got = patched(Json::object(), patch, PatchType::json);
        return got ? std::string("taken") : got.error().what;
    };
    Json deep = Json::parse(R"([{"op":"add","path":"/x","value":{}}])");
    // Each to the deepest level, which doubles.
    for (int deepest = 1; deepest < 1'000'000; deepest *= 2) {
        std::string path;
        for (int i = 0; i <= deepest; ++i) path += "/x";
        deep.push_back({{"op", "copy"}, {"from", "/x"}, {"path", path}});
    }
    EXPECT_EQ(refused(deep), "the patched object is nested deeper than 200 levels");

    Json wide = Json::parse(R"([{"op":"add","path":"/x","value":["0123456789"]}])");
    for (int i = 0; i < 40; ++i) wide.push_back({{"op", "copy"}, {"from", "/x"}, {"path", "/x/-"}});
    EXPECT_NE(refused(wide).find("accumulated size increase of copy is "), std::string::npos);

    Json moves = Json::array();
    moves.push_back({{"op", "add"}, {"path", "/a"}, {"value", Json::array()}});
    for (int i = 0; i < 100'000; ++i) moves[0]["value"].push_back(0);
    for (int i = 0; i < 50; ++i) {
        moves.push_back({{"op", "move"}, {"from", "/a"}, {"path", "/b"}});
        moves.push_back({{"op", "move"}, {"from", "/b"}, {"path", "/a"}});
    }
    EXPECT_EQ(refused(moves), "the patch moves more than 3,000,000 values about");

    Json adds = Json::array();
    std::string at;
    for (int i = 0; i < 300; ++i)
        adds.push_back({{"op", "add"}, {"path", at += "/x"}, {"value", Json::object()}});
    EXPECT_EQ(refused(adds), "the patched object is nested deeper than 200 levels");

    Json many = Json::array();
    for (int i = 0; i < 10'001; ++i) many.push_back({{"op", "add"}, {"path", "/a"}, {"value", 1}});
    EXPECT_NE(refused(many).find("maximum operations"), std::string::npos);
}

TEST(Patch, Refused) {
    const Json object = {{"a", 1}};
    const auto nameless = patched(
        Json::parse(R"({"containers":[{"name":"a"}]})"),
        Json::parse(R"({"containers":[{"image":"x"}]})"),
        PatchType::strategic
    );
    const auto portless = patched(
        Json::parse(R"({"ports":[{"port":80}]})"),
        Json::parse(R"({"ports":[{"targetPort":1}]})"),
        PatchType::strategic
    );
    ASSERT_FALSE(portless);
    EXPECT_EQ(
        portless.error().what, R"({"targetPort":1} does not contain declared merge key: port)"
    );
    ASSERT_FALSE(nameless);
    EXPECT_EQ(nameless.error().what, R"({"image":"x"} does not contain declared merge key: name)");
    EXPECT_FALSE(patched(object, Json::array(), PatchType::merge));
    const auto other =
        patched(object, Json::parse(R"([{"op":"test","path":"/a","value":2}])"), PatchType::json);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::invalid);
    EXPECT_TRUE(other.error().what.starts_with("the patch cannot be applied: "))
        << other.error().what;
    EXPECT_FALSE(patched(object, Json{{"op", "add"}}, PatchType::json)) << "no list";
}

}  // namespace
}  // namespace swell::cluster
