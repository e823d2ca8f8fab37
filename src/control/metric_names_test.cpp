#include "control/metric_names.hpp"

#include <gtest/gtest.h>

namespace swell::control {
namespace {

using Series = MetricNames::Series;

spec::Deployment deployment(const std::string& simulated, const std::string& everywhere) {
    spec::Deployment made;
    made.metadata.ns = "default";
    made.metadata.name = "shop";
    if (!simulated.empty()) made.metadata.annotations["sim.swell.dev/metrics"] = simulated;
    if (!everywhere.empty()) made.metadata.annotations["swell.dev/metrics"] = everywhere;
    return made;
}

TEST(MetricNames, Table) {
    struct Case {
        const char* why;
        const char *simulated, *everywhere;
        const char* error;
        const char* name;
        std::optional<Series> series;
    };
    // clang-format off
    const Case cases[] = {
        {"its own name",      "", "", "", "queue_length", Series::queue_length},
        {"in flight",         "", "", "", "requests_in_flight", Series::requests_in_flight},
        {"nobody's",          "", "", "", "http_requests", {}},
        {"another name",      "http_requests=requests_per_second", "", "", "http_requests", Series::requests_per_second},
        {"of two",            "a = latency_seconds , b = queue_length", "", "", "b", Series::queue_length},
        {"beside its own",    "a=queue_length", "", "", "queue_length", Series::queue_length},
        {"everywhere",        "", "busy=requests_in_flight", "", "busy", Series::requests_in_flight},
        {"in both, another",  "a=queue_length", "b=latency_seconds", "", "a", Series::queue_length},
        {"in both, the same", "a=queue_length", "a=latency_seconds", "", "a", Series::latency_seconds},
        {"of what is not",    "a=rps", "", "deployment/shop: sim.swell.dev/metrics: unknown metric rps; there are requests_per_second, requests_in_flight, queue_length, latency_seconds", "", {}},
        {"no pair",           "", "queue_length", "deployment/shop: swell.dev/metrics: expected NAME=METRIC, got queue_length", "", {}},
        {"no name",           "=queue_length", "", "deployment/shop: sim.swell.dev/metrics: a name is missing before =queue_length", "", {}},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const auto names = MetricNames::of(deployment(c.simulated, c.everywhere));
        EXPECT_EQ(names ? "" : names.error().what, c.error);
        if (names) {
            EXPECT_EQ(names->find(c.name), c.series);
        }
    }
}

TEST(MetricNames, AnUnknownOneIsToldWhatThereIs) {
    const Series some[] = {Series::latency_seconds, Series::requests_per_second};
    const Error of_pods = error_of({"rps", "pods", "measured here are", some});
    EXPECT_EQ(of_pods.code, Code::not_found);
    EXPECT_EQ(
        of_pods.what,
        "the server could not find the metric rps for pods; measured here are requests_per_second, "
        "latency_seconds, and the names that swell.dev/metrics gives them"
    );
    EXPECT_TRUE(error_of({"rps", "", "simulated are", some})
                    .what.starts_with("the server could not find the metric rps; simulated are "));
}

}  // namespace
}  // namespace swell::control
