#include "control/replicaset/decide.hpp"

#include <gmock/gmock.h>

#include <string>

#include "control/replicaset/explain.hpp"
#include "control/replicaset/pods.hpp"

namespace swell::control::replicaset {
namespace {

using namespace std::chrono_literals;

constexpr Instant now{1'000'000s};

enum class Pod { pending, running, ready, ready_just_now, ended, failed, going };

spec::Pod pod(Pod is, const std::string& name) {
    spec::Pod pod;
    pod.metadata.name = pod.metadata.uid = name;
    pod.metadata.labels = {{"app", "shop"}, {"pod-template-hash", "x"}};
    pod.metadata.creation_timestamp = now - 1h;
    pod.status.phase = is == Pod::pending  ? "Pending"
                       : is == Pod::ended  ? "Succeeded"
                       : is == Pod::failed ? "Failed"
                                           : "Running";
    if (is == Pod::going) pod.metadata.deletion_timestamp = now;
    if (is == Pod::ready || is == Pod::ready_just_now || is == Pod::going) {
        spec::Condition ready;
        ready.type = "Ready";
        ready.status = "True";
        ready.last_transition_time = is == Pod::ready_just_now ? now - 2s : now - 30min;
        pod.status.conditions.push_back(ready);
    }
    return pod;
}

// What an Observation points at.
struct Seen {
    Instant at = now;
    spec::ReplicaSet replica_set;
    std::vector<spec::Pod> pods;

    explicit(false) operator Observation() const {
        Observation seen{at, replica_set, {}};
        for (const spec::Pod& pod : pods) seen.pods.push_back(&pod);
        return seen;
    }
};

Seen observation(std::int32_t replicas, const std::vector<Pod>& pods) {
    Seen seen;
    seen.replica_set.metadata.name = "shop-x";
    seen.replica_set.metadata.ns = "default";
    seen.replica_set.metadata.generation = 4;
    seen.replica_set.spec.replicas = replicas;
    seen.replica_set.spec.min_ready_seconds = 10;
    seen.replica_set.spec.pod_template.metadata.labels = {
        {"app", "shop"},
        {"pod-template-hash", "x"},
    };
    for (std::size_t i = 0; i < pods.size(); ++i)
        seen.pods.push_back(pod(pods[i], "p" + std::to_string(i)));
    return seen;
}

TEST(ReplicaSetDecide, Table) {
    using enum Pod;
    struct Case {
        const char* why;
        std::int32_t replicas;
        std::vector<Pod> pods;
        std::int32_t create;
        std::string victims;
    };
    // clang-format off
    const Case cases[] = {
        {"as many as wanted",                2, {ready, pending},          0, ""},
        {"none yet",                         3, {},                        3, ""},
        {"one that ended does not count",    2, {ready, ended},            1, ""},
        {"one that failed does not count",   2, {ready, failed},           1, ""},
        {"one that is going does not count", 2, {ready, going},            1, ""},
        {"one too many: the pending goes",   2, {ready, pending, ready},   0, "p1"},
        {"two too many: worst first",        1, {ready, running, pending}, 0, "p2 p1"},
        {"going ones are no victims again",  0, {going, ready, ended},     0, "p1"},
        {"none wanted: all go",              0, {ready, pending},          0, "p1 p0"},
        {"no more than a burst",           900, {},                      500, ""},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Seen seen = observation(c.replicas, c.pods);
        const Decision decision = decide(seen);
        EXPECT_EQ(decision.create, c.create);
        std::string victims;
        for (const spec::Pod* victim : decision.victims)
            victims += (victims.empty() ? "" : " ") + victim->metadata.name;
        EXPECT_EQ(victims, c.victims);
        EXPECT_EQ(decision.steps.empty(), c.create == 0 && c.victims.empty());
    }
}

TEST(ReplicaSetDecide, AGoingReplicaSetNeedsNothing) {
    Seen seen = observation(3, {});
    seen.replica_set.metadata.deletion_timestamp = now;
    EXPECT_EQ(decide(seen).create, 0);
}

TEST(ReplicaSetStatus, Counts) {
    using enum Pod;
    Seen seen = observation(5, {ready, ready_just_now, running, pending, going, failed});
    seen.pods[2].metadata.labels.erase("app");
    const spec::ReplicaSetStatus got = status(seen, "");
    EXPECT_EQ(got.replicas, 4);
    EXPECT_EQ(got.fully_labeled_replicas, 3);
    EXPECT_EQ(got.ready_replicas, 2);
    EXPECT_EQ(got.available_replicas, 1) << "the other has been ready for 2 of 10 seconds";
    EXPECT_EQ(got.observed_generation, 4);
    EXPECT_TRUE(got.conditions.empty());
    EXPECT_EQ(look_again(seen), now + 8s);
}

TEST(ReplicaSetStatus, FailureComesAndGoes) {
    Seen seen = observation(5, {});
    seen.replica_set.status = status(seen, "exceeded quota");
    ASSERT_EQ(seen.replica_set.status.conditions.size(), 1u);
    const spec::Condition first = seen.replica_set.status.conditions[0];
    EXPECT_EQ(first.type, "ReplicaFailure");
    EXPECT_EQ(first.status, "True");
    EXPECT_EQ(first.reason, "FailedCreate");
    EXPECT_EQ(first.message, "exceeded quota");
    EXPECT_EQ(first.last_transition_time, now);

    seen.at += 1min;
    EXPECT_EQ(status(seen, "another").conditions[0], first) << "the first failure stays";
    EXPECT_TRUE(status(seen, "").conditions.empty());
}

TEST(ReplicaSetStatus, FailureToDelete) {
    const Seen seen = observation(0, {Pod::ready});
    EXPECT_EQ(status(seen, "refused").conditions.at(0).reason, "FailedDelete");
}

TEST(ReplicaSetPod, ComesFromTheTemplate) {
    Seen seen = observation(1, {});
    seen.replica_set.metadata.uid = "u";
    seen.replica_set.spec.pod_template.metadata.annotations["a"] = "b";
    seen.replica_set.spec.pod_template.spec.termination_grace_period_seconds = 7;
    const spec::Pod made = pod_of(seen.replica_set, "shop-x-abcde");
    EXPECT_EQ(made.metadata.name, "shop-x-abcde");
    EXPECT_EQ(made.metadata.generate_name, "shop-x-");
    EXPECT_EQ(made.metadata.ns, "default");
    EXPECT_EQ(made.metadata.labels.at("app"), "shop");
    EXPECT_EQ(made.metadata.annotations.at("a"), "b");
    EXPECT_EQ(made.spec.termination_grace_period_seconds, 7);
    ASSERT_NE(made.metadata.controller(), nullptr);
    EXPECT_EQ(made.metadata.controller()->uid, "u");
}

TEST(ReplicaSetPod, NameStaysALabel) {
    const std::string name = pod_name(std::string(80, 'a'), "bcdfg");
    EXPECT_EQ(name.size(), 63u);
    EXPECT_EQ(name.substr(56), "a-bcdfg");
}

TEST(ReplicaSetExplain, SaysWhoGoesAndWhy) {
    const Seen seen = observation(1, {Pod::ready, Pod::pending});
    const journal::Entry entry = explain(seen, decide(seen), {});
    EXPECT_EQ(entry.controller, "replicaset");
    EXPECT_EQ(entry.subject, "replicaset/shop-x");
    EXPECT_EQ(entry.action, "delete-pods");
    EXPECT_EQ(entry.summary, "delete 1 pod: 1 wanted, 2 there");
    EXPECT_EQ(entry.steps.back().text, "p1: not running yet");
    EXPECT_EQ(entry.after["deleted"][0], "p1");
}

TEST(ReplicaSetExplain, SaysWhoComes) {
    const Seen seen = observation(2, {});
    const journal::Entry entry = explain(seen, decide(seen), {"shop-x-a", "shop-x-b"});
    EXPECT_EQ(entry.action, "create-pods");
    EXPECT_EQ(entry.summary, "create 2 pods: 2 wanted, 0 there");
    EXPECT_EQ(entry.after["pods"], 2);
    EXPECT_EQ(entry.after["created"].size(), 2u);
}

TEST(Pods, Available) {
    const spec::Pod just = pod(Pod::ready_just_now, "p");
    EXPECT_TRUE(is_available(just, 0, now));
    EXPECT_TRUE(is_available(just, 2, now));
    EXPECT_FALSE(is_available(just, 3, now));
    EXPECT_EQ(available_at(just, 3, now), now + 1s);
    EXPECT_EQ(available_at(just, 2, now), std::nullopt);
    EXPECT_EQ(available_at(pod(Pod::running, "p"), 3, now), std::nullopt);
}

}  // namespace
}  // namespace swell::control::replicaset
