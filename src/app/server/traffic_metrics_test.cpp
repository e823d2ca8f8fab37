#include "app/server/traffic_metrics.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"

namespace swell::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* there_are =
    "; measured here are requests_per_second, requests_in_flight, latency_seconds, and the names "
    "that swell.dev/metrics gives them";

class Usage final : public metrics::Metrics {
  public:
    Result<std::vector<metrics::PodMetrics>> pods(std::string_view, const metrics::Matches&)
        const override {
        metrics::PodMetrics one;
        one.name = "measured";
        return std::vector{one};
    }
};

spec::Labels labels_of(const std::string& app) { return {{"app", app}}; }

spec::Deployment deployment(const std::string& name, const std::string& metrics = "") {
    spec::Deployment made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    if (!metrics.empty()) made.metadata.annotations["swell.dev/metrics"] = metrics;
    made.spec.selector.match_labels = made.spec.pod_template.metadata.labels = labels_of(name);
    made.spec.pod_template.metadata.labels["tier"] = "web";
    return made;
}

spec::Service service(const std::string& name, spec::Labels selector) {
    spec::Service made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    made.spec.selector = std::move(selector);
    return made;
}

spec::Pod pod(const std::string& name, const std::string& app) {
    spec::Pod made;
    made.metadata.ns = "default";
    made.metadata.name = name;
    made.metadata.labels = labels_of(app);
    made.metadata.labels["tier"] = "web";
    return made;
}

proxy::ServiceStats counted(
    const std::string& name, int requests, const std::vector<std::pair<std::string, int>>& pods
) {
    const auto counts = [](int number) {
        proxy::Counts made;
        made.codes = {{200, static_cast<std::uint64_t>(number)}};
        made.latency.record(50'000, number);
        made.in_flight = 3;
        return made;
    };
    proxy::ServiceStats stats{{"default", name, ""}, counts(requests), {}};
    for (const auto& [pod, number] : pods)
        stats.endpoints.push_back({"default/" + pod, proxy::EndpointState::ready, counts(number)});
    return stats;
}

/// Deployment shop behind the Services front and back, Deployment cart behind mall, which has no
/// pod; worker and broken behind none. In the last 10 s front was asked 400 times (100 by a pod
/// that is gone), back 50 times, mall never.
struct TrafficMetricsTest : testing::Test {
    SimClock clock{Instant{1'800'000'000s}};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(1));
    Usage usage;
    TrafficMetrics metrics{clock, *store, usage};

    void SetUp() override {
        add(deployment("shop", "http_requests=requests_per_second, backlog=queue_length"));
        add(deployment("cart"));
        add(deployment("worker"));
        add(service("front", labels_of("shop")));
        add(service("back", labels_of("shop")));
        add(service("mall", labels_of("cart")));
        add(service("outside", {}));
        for (const char* name : {"shop-1", "shop-2", "shop-3"}) add(pod(name, "shop"));
        add(pod("worker-1", "worker"));
    }
    void add(spec::Object object) { ASSERT_TRUE(store->create(std::move(object))); }

    void count() {
        metrics.take(
            {.services =
                 {counted("front", 1000, {{"shop-1", 500}, {"shop-2", 400}, {"gone", 100}}),
                  counted("back", 50, {{"shop-1", 50}}),
                  counted("mall", 0, {})}}
        );
        clock.run_for(10s);
        metrics.take(
            {.services =
                 {counted("front", 1400, {{"shop-1", 600}, {"shop-2", 600}, {"shop-3", 3}}),
                  counted("back", 100, {{"shop-1", 100}}),
                  counted("mall", 0, {})}}
        );
    }

    // `shop-1 15, shop-2 20`, or what went wrong.
    std::string of_pods(const std::string& name, const std::string& app) {
        const auto got = metrics.of_pods("default", {name, {}}, [&](const spec::Labels& labels) {
            return labels.at("app") == app;
        });
        if (!got) return got.error().what;
        std::string text;
        for (const auto& one : *got) text += (text.empty() ? "" : ", ") + one.pod + number(one);
        return text;
    }
    std::string of_object(const std::string& name, const char* kind, const char* object) {
        const auto got = metrics.of_object("default", {name, {}}, {kind, object});
        return got ? number(*got) : got.error().what;
    }
    std::string external(const std::string& name, spec::Labels wanted = {}) {
        const spec::Selector selector = spec::Selector::from(wanted);
        const auto got = metrics.external("default", {name, [&](const spec::Labels& labels) {
                                                          return selector.matches(labels);
                                                      }});
        if (!got) return got.error().what;
        std::string text;
        for (const auto& one : *got) text += number(one);
        return text;
    }
    std::string number(const metrics::MetricValue& value) {
        EXPECT_EQ(value.timestamp, clock.now());
        EXPECT_EQ(value.window, 10s);
        char text[32];
        std::snprintf(text, sizeof text, " %.6g", value.value);
        return text;
    }
};

TEST_F(TrafficMetricsTest, UsageIsTheRuntimes) {
    const auto any = [](const spec::Labels&) { return true; };
    EXPECT_EQ(metrics.pods("default", any)->at(0).name, "measured");
    EXPECT_EQ((*metrics.snapshot("default", any, ""))->at(0).name, "measured");
}

TEST_F(TrafficMetricsTest, OfPods) {
    count();
    const std::string none = "the server could not find the metric ";
    struct Case {
        const char *why, *name, *app;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"over both Services; shop-3 is new, one is gone", "requests_per_second", "shop", "shop-1 15, shop-2 20"},
        {"by the annotation",             "http_requests", "shop", "shop-1 15, shop-2 20"},
        {"which is another's",            "http_requests", "worker", none + "http_requests for pods" + there_are},
        {"under way",                     "requests_in_flight", "shop", "shop-1 6, shop-2 3"},
        {"latency",                       "latency_seconds", "shop", "shop-1 0.05, shop-2 0.05"},
        {"behind no Service",             "requests_per_second", "worker", ""},
        {"of nobody",                     "requests_per_second", "nobody", ""},
        {"the model's alone",             "queue_length", "shop", none + "queue_length for pods" + there_are},
        {"the same by another name",      "backlog", "shop", none + "backlog for pods" + there_are},
        {"unknown",                       "rps", "nobody", none + "rps for pods" + there_are},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(of_pods(c.name, c.app), c.expected);
    }
}

TEST_F(TrafficMetricsTest, OfAnObject) {
    count();
    struct Case {
        const char *why, *name, *kind, *object;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"a Service, with what the gone pod did", "requests_per_second", "Service", "front", " 40"},
        {"by a name of the pods behind",  "http_requests", "Service", "front", " 40"},
        {"a Deployment: of both",         "requests_per_second", "Deployment", "shop", " 45"},
        {"by its name",                   "http_requests", "Deployment", "shop", " 45"},
        {"under way",                     "requests_in_flight", "Deployment", "shop", " 6"},
        {"latency",                       "latency_seconds", "Service", "front", " 0.05"},
        {"nobody came",                   "requests_per_second", "Service", "mall", " 0"},
        {"nobody waited",                 "latency_seconds", "Service", "mall", " 0"},
        {"not that Service's name",       "http_requests", "Service", "mall", std::string("the server could not find the metric http_requests for Service mall") + there_are},
        {"the model's alone",             "queue_length", "Deployment", "shop", std::string("the server could not find the metric queue_length for Deployment shop") + there_are},
        {"not served by the proxy",       "requests_per_second", "Service", "outside", "the proxy has not counted for Service outside yet"},
        {"no Service before it",          "requests_per_second", "Deployment", "worker", "Deployment worker has no metrics: no Service selects its pods"},
        {"not there",                     "requests_per_second", "Service", "rear", "Service rear has no metrics: it is not there"},
        {"another kind",                  "requests_per_second", "Ingress", "main", "Ingress main has no metrics: the proxy counts for Services and for Deployments behind them"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(of_object(c.name, c.kind, c.object), c.expected);
    }
}

TEST_F(TrafficMetricsTest, External) {
    count();
    struct Case {
        const char *why, *name;
        spec::Labels wanted;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"each Deployment behind a Service", "requests_per_second", {}, " 0 45"},
        {"by the labels of its pods",        "requests_per_second", {{"tier", "web"}, {"app", "shop"}}, " 45"},
        {"by its name",                      "requests_per_second", {{"deployment", "cart"}}, " 0"},
        {"behind none",                      "requests_per_second", {{"deployment", "worker"}}, ""},
        {"a name that one of them has",      "http_requests", {}, " 45"},
        {"the model's alone",                "queue_length", {}, std::string("the server could not find the metric queue_length") + there_are},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(external(c.name, c.wanted), c.expected);
    }
}

// Of its own metrics it is told; whoever does not need it is not stopped by it.
TEST_F(TrafficMetricsTest, AnAnnotationThatIsWrong) {
    add(deployment("broken", "rps"));
    count();
    const std::string wrong = "deployment/broken: swell.dev/metrics: expected NAME=METRIC, got rps";
    EXPECT_EQ(of_pods("requests_per_second", "broken"), wrong);
    EXPECT_EQ(of_object("requests_per_second", "Deployment", "broken"), wrong);
    EXPECT_EQ(external("requests_per_second"), " 0 45");
    EXPECT_EQ(external("rps"), wrong);
    EXPECT_EQ(of_pods("requests_per_second", "shop"), "shop-1 15, shop-2 20");
}

TEST_F(TrafficMetricsTest, AProxyThatDoesNotAnswer) {
    const std::string never = "the proxy has not told yet what it counts";
    EXPECT_EQ(of_pods("requests_per_second", "shop"), never);
    EXPECT_EQ(of_object("requests_per_second", "Service", "front"), never);
    EXPECT_EQ(external("requests_per_second"), never);
    count();
    clock.run_for(30s);
    EXPECT_TRUE(metrics.external("default", {"requests_per_second", {}}));
    clock.run_for(1s);
    const std::string silent = "the proxy has not told for 31s what it counts";
    EXPECT_EQ(of_pods("requests_per_second", "shop"), silent);
    EXPECT_EQ(of_object("requests_per_second", "Service", "front"), silent);
    EXPECT_EQ(external("requests_per_second"), silent);
    const auto error = metrics.external("default", {"requests_per_second", {}}).error();
    EXPECT_EQ(error.code, Code::unavailable);
}

}  // namespace
}  // namespace swell::app
