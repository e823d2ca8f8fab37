#include "control/services/decide.hpp"

#include <gtest/gtest.h>

#include <string>

namespace swell::control::services {
namespace {

spec::Service service(const std::string& name, const std::string& ns = "default") {
    spec::Service made;
    made.metadata.name = name;
    made.metadata.ns = ns;
    return made;
}

TEST(ServiceAddress, IsTheSameEachTime) {
    const auto first = address(service("shop"), {}, {});
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->substr(0, 7), "127.77.");
    EXPECT_EQ(address(service("shop"), {}, {}), first);
    EXPECT_NE(address(service("shop", "prod"), {}, {}), first);
    EXPECT_EQ(address(service("shop"), {}, {.prefix = "127.9."})->substr(0, 6), "127.9.");
}

TEST(ServiceAddress, EachOneIsFoundOnceAndThenNone) {
    std::set<std::string> in_use;
    for (int i = 0; i < 256 * 254; ++i) {
        const auto next = address(service("s" + std::to_string(i)), in_use, {});
        ASSERT_TRUE(next.has_value());
        ASSERT_TRUE(in_use.insert(*next).second) << *next << " twice";
        if (i == 2000) break;
    }
    in_use.clear();
    for (int high = 0; high < 256; ++high)
        for (int low = 1; low < 255; ++low)
            in_use.insert("127.77." + std::to_string(high) + "." + std::to_string(low));
    EXPECT_EQ(address(service("shop"), in_use, {}), std::nullopt);
    in_use.erase("127.77.3.4");
    EXPECT_EQ(address(service("shop"), in_use, {}), "127.77.3.4");
}

TEST(ServiceAddress, WhoWantsOne) {
    struct Case {
        const char* why;
        const char* type;
        const char* cluster_ip;
        bool expected;
    };
    const Case cases[] = {
        {"none yet", "ClusterIP", "", true},
        {"none yet, of a node port", "NodePort", "", true},
        {"given by hand", "ClusterIP", "127.0.0.9", false},
        {"headless", "ClusterIP", "None", false},
        {"a name elsewhere", "ExternalName", "", false},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Service shop = service("shop");
        shop.spec.type = c.type;
        shop.spec.cluster_ip = c.cluster_ip;
        EXPECT_EQ(wants_address(shop), c.expected);
    }
}

}  // namespace
}  // namespace swell::control::services
