#include "cluster/pods/resize.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

/// `cpu request, cpu limit, memory request, memory limit`; empty: none.
struct Amounts {
    const char *cpu = "", *cpu_limit = "", *memory = "", *memory_limit = "";
};

spec::ResourceRequirements resources(const Amounts& amounts) {
    spec::ResourceRequirements made;
    const auto put = [](spec::ResourceList& list, const char* name, const char* amount) {
        if (*amount != 0) list[name] = *Quantity::parse(amount);
    };
    put(made.requests, "cpu", amounts.cpu);
    put(made.limits, "cpu", amounts.cpu_limit);
    put(made.requests, "memory", amounts.memory);
    put(made.limits, "memory", amounts.memory_limit);
    return made;
}

TEST(Resize, Changes) {
    using Policies = std::vector<spec::ContainerResizePolicy>;
    const Amounts before{"100m", "200m", "32Mi", "64Mi"};
    const Policies of_cpu{{"cpu", "RestartContainer"}, {"memory", "NotRequired"}};
    const Policies of_memory{{"memory", "RestartContainer"}};
    struct Case {
        const char* why;
        Amounts after;
        Policies policies;
        Change change;
    };
    const Case cases[] = {
        {"the same", before, of_cpu, Change::none},
        {"the same in other words", {"0.1", "0.2", "32Mi", "64Mi"}, of_cpu, Change::none},
        {"a cpu request", {"150m", "200m", "32Mi", "64Mi"}, {}, Change::in_place},
        {"a cpu limit that wants it", {"100m", "300m", "32Mi", "64Mi"}, of_cpu, Change::restart},
        {"a cpu request that wants it", {"90m", "200m", "32Mi", "64Mi"}, of_cpu, Change::restart},
        {"memory, where cpu would", {"100m", "200m", "32Mi", "96Mi"}, of_cpu, Change::in_place},
        {"memory that wants it", {"100m", "200m", "32Mi", "96Mi"}, of_memory, Change::restart},
        {"a memory request alone", {"100m", "200m", "40Mi", "64Mi"}, of_memory, Change::none},
        {"a first limit", {"100m", "200m", "32Mi", ""}, {}, Change::in_place},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Container container;
        container.resize_policy = c.policies;
        EXPECT_EQ(change_of(container, resources(before), resources(c.after)), c.change);
    }
}

TEST(Resize, Feasible) {
    struct Case {
        const char* why;
        Amounts wanted;  // of each of two containers
        const char* no_groups;
        const char* message;
    };
    const Case cases[] = {
        {"it fits to the last milli", {"1", "", "512Mi", ""}, "", ""},
        {"limits may be beyond", {"1", "8", "512Mi", "64Gi"}, "", ""},
        {"too much cpu",
         {"1001m", "", "512Mi", ""},
         "",
         "Node didn't have enough capacity: cpu, requested: 2002, capacity: 2000"},
        {"memory is told first",
         {"2", "", "513Mi", ""},
         "",
         "Node didn't have enough capacity: memory, requested: 1075838976, capacity: 1073741824"},
        {"no groups",
         {"1m", "", "1", ""},
         "run as root",
         "In-place resize is not possible without control groups: run as root"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::PodSpec pod;
        pod.containers.resize(2);
        for (auto& one : pod.containers) one.resources = resources(c.wanted);
        EXPECT_EQ(infeasible(pod, {2000, 1 << 30, 0}, c.no_groups), c.message);
    }
}

TEST(Resize, EntrySaysFromWhatToWhat) {
    const auto entry = resize_entry(
        {"Pod", "shop", "web-1"},
        "app",
        resources({"100m", "200m", "", ""}),
        resources({"150m", "300m", "", "64Mi"}),
        Instant{}
    );
    EXPECT_EQ(entry.subject, "pod/shop/web-1");
    EXPECT_EQ(
        entry.summary,
        "resized container app in place: cpu 100m to 200m → cpu 150m to 300m, memory to 64Mi"
    );
    EXPECT_EQ(entry.before, (Json{{"app", "cpu 100m to 200m"}}));
    EXPECT_TRUE(entry.outcome.empty()) << "told after it is done";
}

}  // namespace
}  // namespace swell::cluster::pods
