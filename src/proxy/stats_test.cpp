#include "proxy/stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace swell::proxy {
namespace {

using ::testing::HasSubstr;

Stats some() {
    Counts counts;
    counts.count(200, std::chrono::microseconds(700));
    counts.count(503, std::chrono::milliseconds(2));
    counts.count(200, std::chrono::seconds(90));
    counts.errors[static_cast<std::size_t>(Reason::no_endpoint)] = 1;
    counts.retries = 4;
    counts.bytes_in = 100;
    counts.bytes_out = 2000;
    counts.in_flight = 1;
    ServiceStats service{.key = {"default", "shop", "http"}, .counts = counts, .endpoints = {}};
    service.endpoints.push_back({"shop-1", EndpointState::draining, counts});
    return {.version = 7, .clients = 3, .upstreams = 2, .services = {service}};
}

TEST(ProxyStats, ReadsWhatItWrites) {
    const Json json = to_json(some());
    EXPECT_EQ(json["services"][0]["requests"], 3);
    EXPECT_EQ(json["services"][0]["codes"], Json({{"200", 2}, {"503", 1}}));
    EXPECT_EQ(json["services"][0]["errors"], Json({{"no-endpoint", 1}}));
    // Through text, as it travels.
    const auto read = stats_from_json(Json::parse(json.dump()));
    ASSERT_TRUE(read.has_value()) << read.error().what;
    EXPECT_EQ(to_json(*read), json);
    EXPECT_FALSE(stats_from_json(Json::object()).has_value());
    EXPECT_FALSE(
        stats_from_json(Json::parse(R"({"services": [{"codes": {"200": -1}}]})")).has_value()
    );
}

TEST(ProxyStats, Adds) {
    Counts sum = some().services[0].counts;
    sum.add(some().services[0].counts);
    EXPECT_EQ(sum.requests(), 6u);
    EXPECT_EQ(sum.codes, (decltype(Counts::codes){{200, 4}, {503, 2}}));
    EXPECT_EQ(sum.retries, 8u);
    EXPECT_EQ(sum.latency.count(), 6);
}

TEST(ProxyStats, Prometheus) {
    const std::string text = to_prometheus(some());
    const std::string labels = R"(namespace="default",service="shop",port="http")";
    const std::string lines[] = {
        "# TYPE swell_proxy_requests_total counter\n",
        "swell_proxy_requests_total{" + labels + ",code=\"200\"} 2\n",
        "swell_proxy_requests_total{" + labels + ",code=\"503\"} 1\n",
        "swell_proxy_errors_total{" + labels + ",reason=\"no-endpoint\"} 1\n",
        "swell_proxy_requests_in_flight{" + labels + "} 1\n",
        "swell_proxy_request_duration_seconds_bucket{" + labels + ",le=\"0.0005\"} 0\n",
        "swell_proxy_request_duration_seconds_bucket{" + labels + ",le=\"0.001\"} 1\n",
        "swell_proxy_request_duration_seconds_bucket{" + labels + ",le=\"60\"} 2\n",
        "swell_proxy_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 3\n",
        "swell_proxy_request_duration_seconds_sum{" + labels + "} 90.0027\n",
        "swell_proxy_request_duration_seconds_count{" + labels + "} 3\n",
        "swell_proxy_endpoint_requests_total{" + labels + ",endpoint=\"shop-1\",code=\"200\"} 2\n",
        "# TYPE swell_proxy_endpoint_request_duration_seconds histogram\n",
        "swell_proxy_endpoint_request_duration_seconds_bucket{" + labels +
            ",endpoint=\"shop-1\",code=\"2xx\",le=\"0.001\"} 1\n",
        "swell_proxy_endpoint_request_duration_seconds_bucket{" + labels +
            ",endpoint=\"shop-1\",code=\"2xx\",le=\"+Inf\"} 2\n",
        "swell_proxy_endpoint_request_duration_seconds_count{" + labels +
            ",endpoint=\"shop-1\",code=\"5xx\"} 1\n",
        "swell_proxy_endpoint_requests_in_flight{" + labels + ",endpoint=\"shop-1\"} 1\n",
    };
    for (const std::string& line : lines) EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace swell::proxy
