#include "sim/fleet.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/parallel_io.hpp"
#include "sim/report.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace swell::sim {
namespace {

using namespace std::chrono_literals;

struct Fleet {
    std::vector<std::string> names;
    double replica_hours = 0, late = 0;
    int highest = 0, lowest = 100;
};

Fleet run(int services, unsigned threads, std::uint64_t seed) {
    Options options;
    options.length = 2h;
    const int parts = (services + services_in_part - 1) / services_in_part;
    Fleet fleet;
    const auto done = simulate_parts(
        options,
        static_cast<std::size_t>(parts),
        [&](std::size_t i) { return made_up_part(static_cast<int>(i), services, seed); },
        [&](const Outcome& outcome) {
            for (const auto& service : outcome.services) {
                fleet.names.push_back(service.name);
                fleet.replica_hours += service.replica_hours;
                fleet.late += service.served.late;
                fleet.highest = std::max(fleet.highest, service.highest);
                fleet.lowest = std::min(fleet.lowest, service.lowest);
            }
        },
        threads
    );
    EXPECT_TRUE(done) << (done ? "" : done.error().what);
    return fleet;
}

TEST(Fleet, TheNumberOfThreadsChangesNothing) {
    const Fleet one = run(45, 1, 1), three = run(45, 3, 1), other = run(45, 3, 2);
    ASSERT_EQ(one.names.size(), 45u);
    EXPECT_EQ(one.names.front(), "team-0/service-0");
    EXPECT_EQ(one.names.back(), "team-4/service-44");
    EXPECT_EQ(one.names, three.names);
    EXPECT_EQ(one.replica_hours, three.replica_hours);
    EXPECT_EQ(one.late, three.late);
    EXPECT_NE(one.late, other.late);
    EXPECT_EQ(one.lowest, 2);
    EXPECT_LE(one.highest, 10);
    EXPECT_GE(one.highest, 7);
}

TEST(Fleet, SameSeedSameBytesOnAnyNumberOfThreads) {
    std::vector<spec::Object> objects;
    std::vector<Load> loads;
    for (int i = 0; i < 3; ++i) {
        const Part part = made_up_part(i, 30, 5);
        objects.insert(objects.end(), part.objects.begin(), part.objects.end());
        loads.insert(loads.end(), part.loads.begin(), part.loads.end());
    }
    const auto bytes = [&](std::uint64_t seed, unsigned threads) {
        Options options;
        options.length = 1h;
        options.seed = seed;
        options.point = 1min;
        options.pods.crashes_per_hour = 6;
        const auto outcome = simulate_all(options, objects, loads, threads);
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().what);
        const std::vector<Side> sides{{"", *outcome}};
        return table(sides) + csv(sides) + html(sides);
    };
    const std::string one = bytes(1, 1);
    EXPECT_GT(one.size(), 10'000u);
    for (const unsigned threads : {1u, 2u, 5u}) EXPECT_TRUE(bytes(1, threads) == one) << threads;
    EXPECT_FALSE(bytes(2, 1) == one);
}

TEST(Fleet, WhatEachPartToldIsInTheWhole) {
    std::vector<spec::Object> objects;
    std::vector<Load> loads;
    for (int i = 0; i < 2; ++i) {
        Part part = made_up_part(i, 20, 5);
        for (spec::Object& object : part.objects) {
            if (!object.is<spec::HorizontalPodAutoscaler>()) continue;
            spec::ObjectMeta observer = object.metadata();
            observer.annotations["swell.dev/mode"] = "Observe";
            object = object.with_metadata(std::move(observer));
        }
        objects.insert(objects.end(), part.objects.begin(), part.objects.end());
        loads.insert(loads.end(), part.loads.begin(), part.loads.end());
    }
    Options options;
    options.length = 10min;
    const auto outcome = simulate_all(options, objects, loads, 2);
    ASSERT_TRUE(outcome) << outcome.error().what;
    EXPECT_EQ(outcome->observers.size(), loads.size());
    EXPECT_TRUE(std::ranges::is_sorted(outcome->observers, {}, &Observer::name));
}

TEST(Fleet, APartDoesNotDependOnTheOthers) {
    const Part few = made_up_part(1, 20, 9), many = made_up_part(1, 2000, 9);
    EXPECT_EQ(few.seed, many.seed);
    EXPECT_EQ(few.loads.size(), many.loads.size());
    EXPECT_EQ(few.loads[3].trace.rate_at(5h), many.loads[3].trace.rate_at(5h));
}

TEST(Fleet, TheFirstErrorIsTold) {
    const auto done = simulate_parts(
        Options{},
        3,
        [](std::size_t i) {
            Part part;
            if (i == 0) return part;
            part.loads = {{{"Deployment", "default", "no-" + std::to_string(i)}, Trace::steady(1)}};
            return part;
        },
        [](const Outcome&) {},
        2
    );
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "a load for deployment/no-1, which is not there");
}

}  // namespace
}  // namespace swell::sim
