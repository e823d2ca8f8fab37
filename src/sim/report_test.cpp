#include "sim/report.hpp"

#include <gtest/gtest.h>

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

Outcome outcome(double hours, double late) {
    ServiceOutcome shop;
    shop.name = "shop";
    shop.served = {.arrived = 1000, .served = 990, .late = late, .failed = 10};
    shop.replica_hours = hours;
    shop.lowest = 2;
    shop.highest = 7;
    shop.decisions = 2;
    shop.flaps = 1;
    shop.scalings = {{60s, 2, 7, "scaled 2 → 7: cpu <high>"}};
    shop.points = {{0s, 10, 2, 2, 0, 5, 0.1}, {60s, 20, 7, 2, 0.5, 9, 0.2}};
    return {.length = 1h, .seed = 5, .services = {shop}};
}

TEST(Report, Table) {
    const Outcome one = outcome(12.5, 90), other = outcome(10, 40);
    EXPECT_EQ(
        table({{"", one}}),
        "SERVICE   REPLICAS   REPLICA-HOURS   REQUESTS       OVER    FAILED   DECISIONS   FLAPS\n"
        "shop           2-7            12.5       1000   10.000 %   1.000 %           2       1\n"
    );
    const std::string both = table({{"a.yaml", one}, {"b.yaml", other}});
    EXPECT_NE(both.find("shop (a.yaml)"), std::string::npos) << both;
    EXPECT_NE(
        both.find("b.yaml beside a.yaml: -20.0 % replica-hours, 5.000 % instead of 10.000 % over "
                  "the objective\n"),
        std::string::npos
    ) << both;
    Outcome two = outcome(1, 1);
    two.services.push_back(two.services[0]);
    two.services.back().name = "cart";
    EXPECT_NE(table({{"", two}}).find("\nall "), std::string::npos);
}

TEST(Report, SidesAreComparedByTheNamesOfServices) {
    Outcome one = outcome(12, 90), other = outcome(10, 40);
    one.services.insert(one.services.begin(), one.services[0]);
    one.services.front().name = "cart";
    one.services.front().replica_hours = 3;
    const std::vector<Side> sides = {{"a", one}, {"b", other}};
    const std::string text = table(sides);
    EXPECT_NE(text.find("shop (b)        2-7            10.0"), std::string::npos) << text;
    EXPECT_EQ(text.find("cart (b)"), std::string::npos) << text;
    EXPECT_NE(text.find("\ncart is not in b: the sums are not of the same\n"), std::string::npos)
        << text;
    const std::string page = html(sides);
    EXPECT_LT(page.find("<h2>cart"), page.find("<h2>shop"));
}

TEST(Report, WhatWasSizedVertically) {
    Outcome one = outcome(12.5, 90);
    one.services[0].core_hours = 6.25;
    one.services[0].vertical = {4, 1, "recommends shop: cpu 126m"};
    const std::string text = table({{"", one}});
    EXPECT_TRUE(
        text.ends_with("\nshop: resized in place 4 pods, evicted 1 pod; 6.2 core-hours; in the end "
                       "recommends shop: "
                       "cpu 126m\n")
    ) << text;
}

TEST(Report, WhatObserversWouldHaveSet) {
    Outcome one = outcome(12.5, 90);
    one.observers = {{"hpa/candidate", 12.5, 9.25, 31}};
    const std::string text = table({{"", one}});
    EXPECT_TRUE(text.ends_with(
        "\nhpa/candidate observes: 9.2 replica-hours where there were 12.5; wanted another number "
        "31 times\n"
    )) << text;
    one.observers.clear();
    one.vertical_observers = {{"vpa/candidate", "would set other requests: shop: cpu 126m", 4}};
    const std::string vertical = table({{"", one}});
    EXPECT_TRUE(vertical.ends_with(
        "\nvpa/candidate observes: would set other requests: shop: cpu 126m; wanted to resize or "
        "evict a pod 4 times\n"
    )) << vertical;
}

TEST(Report, Csv) {
    const Outcome one = outcome(12.5, 90);
    EXPECT_EQ(
        csv({{"", one}}),
        "side,service,time_s,rps,wanted,ready,late_share,latency_ms,cpu_cores\n"
        ",shop,0,10.000,2,2,0.000000,5.000,0.1000\n"
        ",shop,60,20.000,7,2,0.500000,9.000,0.2000\n"
    );
}

TEST(Report, CsvFieldsThatNeedItAreQuoted) {
    Outcome one = outcome(1, 1);
    one.services[0].points.resize(1);
    EXPECT_TRUE(csv({{"a, \"b\"", one}})
                    .ends_with("\n\"a, \"\"b\"\"\",shop,0,10.000,2,2,0.000000,"
                               "5.000,0.1000\n"));
}

TEST(Report, HtmlIsOnePageThatNeedsNothing) {
    const Outcome one = outcome(12.5, 90);
    const std::string page = html({{"", one}});
    EXPECT_NE(page.find("cpu &lt;high&gt;"), std::string::npos);
    for (const char* outside : {"http", "<script", "url(", "@import", "src="})
        EXPECT_EQ(page.find(outside), std::string::npos) << outside;
    for (const char* part : {"<h3>Load</h3>", "<h3>Replicas</h3>", "<h3>Latency</h3>", "</html>"})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    EXPECT_EQ(html({{"", one}}), page);
}

TEST(Report, NothingToTell) {
    EXPECT_EQ(share_over_objective({}), 0);
    EXPECT_NE(html({}).find("</html>"), std::string::npos);
    EXPECT_EQ(csv({}).find('\n'), csv({}).size() - 1);
}

}  // namespace
}  // namespace swell::sim
