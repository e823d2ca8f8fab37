#include "control/deployment/status.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "control/deployment/shop.hpp"

namespace swell::control::deployment {
namespace {

using namespace std::chrono_literals;

constexpr Instant now = shop_opens + 1h;

struct Before {
    std::int32_t replicas, updated, ready, available;
    const char* reason = "ReplicaSetUpdated";  ///< of Progressing; empty: no condition
    Duration ago = 1min;
};

spec::Deployment deployment(const Before& before) {
    spec::Deployment made = shop(4, "v2");
    made.metadata.generation = 3;
    made.status.replicas = before.replicas;
    made.status.updated_replicas = before.updated;
    made.status.ready_replicas = before.ready;
    made.status.available_replicas = before.available;
    if (*before.reason != '\0') {
        const bool failed = std::string(before.reason) == "ProgressDeadlineExceeded";
        made.status.conditions.push_back(
            progressing(now - before.ago, failed ? "False" : "True", before.reason, "before")
        );
    }
    return made;
}

TEST(DeploymentStatus, Progressing) {
    struct Case {
        const char* why;
        Before before;
        SetIs old_set, new_set;
        const char* status;
        const char* reason;
        bool updated_now;  ///< lastUpdateTime moves, and with it the deadline
    };
    const char* const going = "ReplicaSetUpdated";
    const char* const done = "NewReplicaSetAvailable";
    const char* const late = "ProgressDeadlineExceeded";
    // clang-format off
    const Case cases[] = {
        {"a new pod is progress",             {4, 0, 4, 4},              {"v1", 4, 4}, {"v2", 1, 0}, "True", going, true},
        {"an old pod less is progress",       {5, 1, 4, 4},              {"v1", 3, 3}, {"v2", 1, 1}, "True", going, true},
        {"a pod more available is progress",  {5, 2, 3, 3},              {"v1", 3, 3}, {"v2", 2, 1}, "True", going, true},
        {"no change is none",                 {5, 2, 4, 4},              {"v1", 3, 3}, {"v2", 2, 1}, "True", going, false},
        {"no change past the deadline",       {5, 2, 4, 4, going, 601s}, {"v1", 3, 3}, {"v2", 2, 1}, "False", late, true},
        {"at the deadline it has not passed", {5, 2, 4, 4, going, 600s}, {"v1", 3, 3}, {"v2", 2, 1}, "True", going, false},
        {"late stays late",                   {5, 2, 4, 4, late, 1min},  {"v1", 3, 3}, {"v2", 2, 1}, "False", late, false},
        {"progress ends being late",          {5, 2, 4, 4, late, 1min},  {"v1", 3, 3}, {"v2", 2, 2}, "True", going, true},
        {"all there is done",                 {5, 4, 4, 4},              {"v1", 0, 0}, {"v2", 4, 4}, "True", done, true},
        {"done stays done when a pod fails",  {4, 4, 4, 4, done, 1h},    {"v1", 0, 0}, {"v2", 4, 3}, "True", done, false},
        {"one not available is not done",     {4, 4, 3, 3},              {"v1", 0, 0}, {"v2", 4, 3}, "True", going, false},
        {"nothing to judge by",               {5, 2, 4, 4, ""},          {"v1", 3, 3}, {"v2", 2, 1}, "", "", false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<spec::ReplicaSet> sets{shop_set(c.old_set), shop_set(c.new_set)};
        const auto status = judge(deployment(c.before), {sets, &sets[1]}, now);
        const spec::Condition* got = find_condition(status, "Progressing");
        EXPECT_EQ(got == nullptr ? "" : got->reason, c.reason);
        if (got == nullptr) continue;
        EXPECT_EQ(got->status, c.status);
        EXPECT_EQ(got->last_update_time == now, c.updated_now);
    }
}

TEST(DeploymentStatus, ProgressingSaysOfWhat) {
    const auto message = [](const Before& before, const SetIs& old_set, const SetIs& new_set) {
        const std::vector<spec::ReplicaSet> sets{shop_set(old_set), shop_set(new_set)};
        const auto status = judge(deployment(before), {sets, &sets[1]}, now);
        return find_condition(status, "Progressing")->message;
    };
    EXPECT_EQ(
        message({4, 0, 4, 4}, {"v1", 4, 4}, {"v2", 1, 0}), "ReplicaSet \"shop-v2\" is progressing."
    );
    EXPECT_EQ(
        message({5, 4, 4, 4}, {"v1", 0, 0}, {"v2", 4, 4}),
        "ReplicaSet \"shop-v2\" has successfully progressed."
    );
    EXPECT_EQ(
        message({5, 2, 4, 4, "ReplicaSetUpdated", 1h}, {"v1", 3, 3}, {"v2", 2, 1}),
        "ReplicaSet \"shop-v2\" has timed out progressing."
    );
}

TEST(DeploymentStatus, ProgressKeepsTheTimeOfTheTransition) {
    const std::vector<spec::ReplicaSet> sets{shop_set({"v1", 4, 4}), shop_set({"v2", 1, 0})};
    const auto status = judge(deployment({4, 0, 4, 4}), {sets, &sets[1]}, now);
    EXPECT_EQ(find_condition(status, "Progressing")->last_transition_time, now - 1min);
}

TEST(DeploymentStatus, WithoutADeadlineThereIsNoProgressing) {
    spec::Deployment made = deployment({5, 2, 4, 4});
    made.spec.progress_deadline_seconds = std::numeric_limits<std::int32_t>::max();
    const std::vector<spec::ReplicaSet> sets{shop_set({"v2", 4, 4})};
    const auto status = judge(made, {sets, &sets[0]}, now);
    EXPECT_EQ(find_condition(status, "Progressing"), nullptr);
    EXPECT_EQ(deadline(made, made.status), std::nullopt);
}

TEST(DeploymentStatus, CountsAndAvailable) {
    struct Case {
        const char* why;
        SetIs old_set, new_set;
        std::int32_t unavailable;
        const char* status;
    };
    // 4 replicas, maxUnavailable 25 %: 3 must be available.
    // clang-format off
    const Case cases[] = {
        {"all available",             {"v1", 4, 4}, {"v2", 0, 0}, 0, "True"},
        {"three are enough",          {"v1", 2, 2}, {"v2", 2, 1}, 1, "True"},
        {"two are not",               {"v1", 1, 1}, {"v2", 3, 1}, 2, "False"},
        {"more than wanted is not less than none", {"v1", 0, 2}, {"v2", 4, 4}, 0, "True"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<spec::ReplicaSet> sets{shop_set(c.old_set), shop_set(c.new_set)};
        const auto status = count(deployment({}), {sets, &sets[1]}, now);
        EXPECT_EQ(status.observed_generation, 3);
        EXPECT_EQ(status.replicas, c.old_set.size + c.new_set.size);
        EXPECT_EQ(status.updated_replicas, c.new_set.size);
        EXPECT_EQ(status.ready_replicas, c.old_set.available + c.new_set.available);
        EXPECT_EQ(status.available_replicas, c.old_set.available + c.new_set.available);
        EXPECT_EQ(status.unavailable_replicas, c.unavailable);
        const spec::Condition* available = find_condition(status, "Available");
        ASSERT_NE(available, nullptr);
        EXPECT_EQ(available->status, c.status);
        const bool enough = available->status == "True";
        EXPECT_EQ(
            available->reason, enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"
        );
        EXPECT_EQ(
            available->message,
            enough ? "Deployment has minimum availability."
                   : "Deployment does not have minimum availability."
        );
    }
}

TEST(DeploymentStatus, FailureOfAReplicaSetIsItsOwn) {
    std::vector<spec::ReplicaSet> sets{shop_set({"v1", 4, 4}), shop_set({"v2", 1, 0})};
    spec::Condition failure;
    failure.type = "ReplicaFailure";
    failure.status = "True";
    failure.reason = "FailedCreate";
    failure.message = "exceeded quota";
    failure.last_transition_time = now - 1s;
    sets[0].status.conditions.push_back(failure);
    spec::Deployment made = deployment({4, 0, 4, 4});
    made.status = judge(made, {sets, &sets[1]}, now);
    const spec::Condition* got = find_condition(made.status, "ReplicaFailure");
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->message, "exceeded quota");
    EXPECT_EQ(got->last_update_time, now - 1s);

    sets[0].status.conditions.clear();
    EXPECT_EQ(find_condition(judge(made, {sets, &sets[1]}, now), "ReplicaFailure"), nullptr);
}

TEST(DeploymentStatus, DeadlineCountsFromTheLastProgress) {
    const auto at = [](const char* reason) {
        const spec::Deployment made = deployment({5, 2, 4, 4, reason, 1min});
        return deadline(made, made.status);
    };
    EXPECT_EQ(at("ReplicaSetUpdated"), now - 1min + 600s);
    EXPECT_EQ(at("NewReplicaSetCreated"), now - 1min + 600s);
    EXPECT_EQ(at("NewReplicaSetAvailable"), std::nullopt);
    EXPECT_EQ(at("ProgressDeadlineExceeded"), std::nullopt);
    EXPECT_EQ(at(""), std::nullopt);
}

}  // namespace
}  // namespace swell::control::deployment
