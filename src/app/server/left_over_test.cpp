#include "app/server/left_over.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {
namespace {

template <class T>
spec::Object named(const std::string& name) {
    T made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    return made;
}

spec::Object owned(const std::string& name) {
    spec::Pod made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    made.metadata.owner_references.push_back({.kind = "ReplicaSet", .name = "web"});
    return made;
}

TEST(LeftOver, Words) {
    struct Case {
        const char* why;
        LeftOver what;
        std::vector<spec::Object> objects;
        std::string expected;
    };
    using spec::Pod;
    // clang-format off
    const Case cases[] = {
        {"nothing",               LeftOver::removed, {}, ""},
        {"what controllers made", LeftOver::removed, {owned("a"), named<spec::Event>("b"), named<spec::EndpointSlice>("c")}, ""},
        {"one",                   LeftOver::removed, {named<Pod>("a"), owned("b")},
         "removed 1 object that a killed run left: pod/a"},
        {"several",               LeftOver::resumed, {named<Pod>("a"), named<spec::Service>("b")},
         "resumed 2 objects of an earlier `swell up --detach`: pod/a, service/b"},
        {"many",                  LeftOver::resumed,
         {named<Pod>("a"), named<Pod>("b"), named<Pod>("c"), named<Pod>("d"), named<Pod>("e"), named<Pod>("f"), named<Pod>("g")},
         "resumed 7 objects of an earlier `swell up --detach`: pod/a, pod/b, pod/c, pod/d, pod/e and 2 more"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(left_over_words(c.what, c.objects), c.expected);
    }
}

}  // namespace
}  // namespace swell::app
