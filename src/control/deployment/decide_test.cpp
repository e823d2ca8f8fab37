#include "control/deployment/decide.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "control/deployment/explain.hpp"
#include "control/deployment/shop.hpp"
#include "control/deployment/status.hpp"

namespace swell::control::deployment {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Instant now = shop_opens + 1h;

spec::IntOrString number(std::int64_t value) { return {.number = value, .text = {}}; }
spec::IntOrString percent(const char* text) { return {.number = 0, .text = text}; }

spec::Deployment rolling(std::int32_t replicas, spec::IntOrString surge, spec::IntOrString down) {
    spec::Deployment made = shop(replicas, "v2");
    made.metadata.uid = "uid-shop";
    made.spec.strategy.rolling_update = {.max_unavailable = down, .max_surge = surge};
    return made;
}

// What an Observation points at.
struct Seen {
    spec::Deployment deployment;
    std::vector<spec::ReplicaSet> replica_sets;
    std::set<std::string> running;

    explicit(false) operator Observation() const {
        Observation seen{now, deployment, {}, running};
        for (const spec::ReplicaSet& set : replica_sets) seen.replica_sets.push_back(&set);
        return seen;
    }
};

Seen observation(spec::Deployment deployment, const std::vector<SetIs>& sets) {
    Seen seen{std::move(deployment), {}, {}};
    for (const SetIs& is : sets) seen.replica_sets.push_back(shop_set(is));
    return seen;
}

/// `v1 4>3 v2 0>1`: what is written, in order; a new one as `+`.
std::string writes(const Decision& decision) {
    std::string text;
    for (const Write& write : decision.writes) {
        const std::int32_t after = write.replica_set.spec.replicas;
        if (!write.create && write.before == after) continue;
        const std::string name = write.create ? "+" : write.replica_set.metadata.name.substr(5);
        text += (text.empty() ? "" : " ") + name + " " + std::to_string(write.before) + ">" +
                std::to_string(after);
    }
    return text;
}

std::string rules(const Decision& decision) {
    std::string text;
    for (const journal::Step& step : decision.steps) text += (text.empty() ? "" : " ") + step.rule;
    return text;
}

TEST(DeploymentDecide, RollingUpdateOneStep) {
    struct Case {
        const char* why;
        spec::Deployment deployment;
        std::vector<SetIs> sets;
        std::string expected;
        std::string rules;
    };
    const auto three_two = [] { return rolling(10, number(3), number(2)); };
    // clang-format off
    const Case cases[] = {
        {"the first time: all at once",        three_two(), {},                              "+ 0>10", "new-replica-set"},
        {"nothing to do",                      three_two(), {{"v2", 10, 10}},                "", ""},
        {"beside the old: as many as surge",   three_two(), {{"v1", 10, 10}},                "+ 0>3 v1 10>8", "new-replica-set max-unavailable"},
        {"up to all that are allowed",         three_two(), {{"v1", 8, 8}, {"v2", 3, 0, 2}}, "v2 3>5", "max-surge"},
        {"full, and the new are not ready",    three_two(), {{"v1", 8, 8}, {"v2", 5, 0, 2}}, "", ""},
        {"each that is ready lets one old go", three_two(), {{"v1", 8, 8}, {"v2", 5, 2, 2}}, "v1 8>6", "max-unavailable"},
        {"old ones that fail go first",        three_two(), {{"v1", 8, 5}, {"v2", 5, 5, 2}}, "v1 8>3", "old-not-available max-unavailable"},
        {"but not while too few are there",    three_two(), {{"v1", 8, 7}, {"v2", 5, 0, 2}}, "", ""},
        {"the oldest goes first",              three_two(), {{"v0", 4, 4, 1}, {"v1", 4, 4, 2}, {"v2", 5, 5, 3}}, "v0 4>0 v1 4>3", "max-unavailable max-unavailable"},
        {"rolled back: the bad ones go",       three_two(), {{"v1", 5, 0, 2}, {"v2", 8, 7, 1}}, "v1 5>1", "old-not-available"},
        {"rolled over: room comes from the unready", three_two(), {{"v0", 8, 8, 1}, {"v1", 5, 0, 2}}, "+ 0>0 v1 5>0", "new-replica-set old-not-available"},
        {"too many of the template",           three_two(), {{"v2", 12, 12}},                "v2 12>10", "replicas"},
        {"1 of 1, surge 1",   rolling(1, percent("1%"), percent("0%")),   {{"v1", 1, 1}},  "+ 0>1", "new-replica-set"},
        {"1 of 1, no surge",  rolling(1, percent("0%"), percent("1%")),   {{"v1", 1, 1}},  "+ 0>0 v1 1>0", "new-replica-set max-unavailable"},
        {"status lags: those about to go are still there", three_two(), {{"v1", 8, 8, 1, 0, 0, 10}, {"v2", 3, 0, 2}}, "", ""},
        {"status lags: those about to go are not available", three_two(), {{"v1", 8, 10}, {"v2", 5, 1, 2}}, "v1 8>7", "max-unavailable"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Decision decision = decide(observation(c.deployment, c.sets));
        EXPECT_EQ(writes(decision), c.expected);
        EXPECT_EQ(rules(decision), c.rules);
    }
}

/// Carries a rollout through, all pods becoming available between two decisions: `old/new` sizes.
std::string whole_rollout(spec::Deployment deployment) {
    std::vector<spec::ReplicaSet> sets{
        shop_set({"v1", deployment.spec.replicas, deployment.spec.replicas})
    };
    std::string sizes;
    for (int step = 0; step < 100; ++step) {
        const Decision decision = decide(Seen{deployment, sets, {}});
        if (writes(decision).empty()) return sizes;
        for (const Write& write : decision.writes) {
            if (write.create) {
                sets.push_back(write.replica_set);
                sets.back().metadata.creation_timestamp = now;
            } else {
                for (spec::ReplicaSet& set : sets)
                    if (set.metadata.name == write.replica_set.metadata.name)
                        set = write.replica_set;
            }
        }
        for (spec::ReplicaSet& set : sets)
            set.status.replicas = set.status.available_replicas = set.spec.replicas;
        deployment.status = decision.status;
        const auto size = [&](std::size_t i) { return std::to_string(sets[i].spec.replicas); };
        sizes += (sizes.empty() ? "" : " ") + size(0) + "/" + (sets.size() > 1 ? size(1) : "-");
    }
    return "never ends: " + sizes;
}

TEST(DeploymentDecide, RollingUpdateWhole) {
    struct Case {
        const char* why;
        std::int32_t replicas;
        spec::IntOrString surge, unavailable;
        std::string sizes;  // old/new after each decision
    };
    // The first six are the examples that Kubernetes gives for ResolveFenceposts.
    // clang-format off
    const Case cases[] = {
        {"2, unavailable 1%, surge 0%",  2, percent("0%"),  percent("1%"),  "1/0 1/1 0/1 0/2"},
        {"1, unavailable 1%, surge 0%",  1, percent("0%"),  percent("1%"),  "0/0 0/1"},
        {"2, unavailable 25%, surge 1%", 2, percent("1%"),  percent("25%"), "2/1 1/1 1/2 0/2"},
        {"1, unavailable 25%, surge 1%", 1, percent("1%"),  percent("25%"), "1/1 0/1"},
        {"2, unavailable 0%, surge 1%",  2, percent("1%"),  percent("0%"),  "2/1 1/1 1/2 0/2"},
        {"1, unavailable 0%, surge 1%",  1, percent("1%"),  percent("0%"),  "1/1 0/1"},
        {"4, a quarter each",            4, percent("25%"), percent("25%"), "3/1 3/2 1/2 1/4 0/4"},
        {"10, 3 and 2",                 10, number(3),      number(2),      "8/3 8/5 3/5 3/10 0/10"},
        {"all at once",                  3, percent("100%"), number(0),     "3/3 0/3"},
        {"none before all are gone",     3, number(0),      percent("100%"), "0/0 0/3"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        EXPECT_EQ(whole_rollout(rolling(c.replicas, c.surge, c.unavailable)), c.sizes);
    }
}

TEST(DeploymentDecide, ScalesInProportion) {
    struct Case {
        const char* why;
        std::int32_t replicas;    // now; surge 3
        std::vector<SetIs> sets;  // as they were sized for 10 of at most 13
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"one: in full, up",            15, {{"v2", 10, 10, 1, 10, 13}},                           "v2 10>15"},
        {"one: in full, down",           2, {{"v2", 10, 10, 1, 10, 13}},                           "v2 10>2"},
        {"one of an old template too",  15, {{"v1", 10, 10, 1, 10, 13}},                           "v1 10>15"},
        {"none active: the current",     3, {{"v1", 0, 0, 1, 10, 13}, {"v2", 0, 0, 2, 10, 13}},    "v2 0>3"},
        {"8 + 5 to 18: 11 + 7",         15, {{"v1", 8, 8, 1, 10, 13}, {"v2", 5, 5, 2, 10, 13}},    "v2 5>7 v1 8>11"},
        {"8 + 5 to 8: 5 + 3",            5, {{"v1", 8, 8, 1, 10, 13}, {"v2", 5, 5, 2, 10, 13}},    "v2 5>3 v1 8>5"},
        {"to none: all of both",         0, {{"v1", 8, 8, 1, 10, 13}, {"v2", 5, 5, 2, 10, 13}},    "v2 5>0 v1 8>0"},
        {"the largest gets what is left", 11, {{"v0", 5, 5, 1, 10, 13}, {"v1", 5, 5, 2, 10, 13}, {"v2", 3, 3, 3, 10, 13}}, "v1 5>6"},
        {"no size noted: by the status",  15, {{"v1", 8, 8, 1, 10, 13}, {"v2", 5, 5, 2}},           "v2 5>7 v1 8>11"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Deployment deployment = rolling(c.replicas, number(3), number(2));
        deployment.status.replicas = 13;
        const Decision decision = decide(observation(deployment, c.sets));
        EXPECT_EQ(writes(decision), c.expected);
        for (const Write& write : decision.writes)
            EXPECT_EQ(
                number_in(write.replica_set.metadata, desired_replicas_annotation), c.replicas
            ) << "else it would be taken for a change of size for ever";
    }
}

TEST(DeploymentDecide, SaturatedLetsTheOldGo) {
    // Sized for 10 already, and one that was adopted was not.
    const Decision decision = decide(observation(
        rolling(10, number(3), number(2)), {{"v1", 4, 4, 1, 6, 8}, {"v2", 10, 0, 2, 10, 13}}
    ));
    EXPECT_EQ(writes(decision), "v1 4>0");
    EXPECT_EQ(rules(decision), "saturated");
}

TEST(DeploymentDecide, Paused) {
    spec::Deployment deployment = rolling(10, number(3), number(2));
    deployment.spec.paused = true;
    const auto reason = [](const Decision& decision) {
        return find_condition(decision.status, "Progressing")->reason;
    };

    Decision decision = decide(observation(deployment, {{"v1", 10, 10, 1, 10, 13}}));
    EXPECT_EQ(writes(decision), "") << "no new ReplicaSet while paused";
    EXPECT_EQ(reason(decision), "DeploymentPaused");
    EXPECT_EQ(find_condition(decision.status, "Progressing")->status, "Unknown");
    EXPECT_EQ(find_condition(decision.status, "Progressing")->message, "Deployment is paused");

    deployment.spec.replicas = 12;
    decision = decide(observation(deployment, {{"v1", 10, 10, 1, 10, 13}}));
    EXPECT_EQ(writes(decision), "v1 10>12") << "but sized";

    deployment.spec.replicas = 10;
    deployment.spec.paused = false;
    deployment.status = decision.status;
    decision = decide(observation(deployment, {{"v1", 10, 10, 1, 10, 13}}));
    EXPECT_EQ(reason(decision), "NewReplicaSetCreated") << "resumed, and rolled at once";

    deployment.spec.pod_template = shop_template("v1");
    deployment.status.updated_replicas = 10;
    decision = decide(observation(deployment, {{"v1", 10, 9, 1, 10, 13}}));
    EXPECT_EQ(find_condition(decision.status, "Progressing")->message, "Deployment is resumed");
}

TEST(DeploymentDecide, Recreate) {
    struct Case {
        const char* why;
        std::vector<SetIs> sets;
        std::set<std::string> running;
        std::string expected;
    };
    // clang-format off
    const Case cases[] = {
        {"the first time",                  {},                                        {},         "+ 0>3"},
        {"old ones go first, all",          {{"v0", 1, 1, 1}, {"v1", 3, 3, 2}},        {"uid-v1"}, "v0 1>0 v1 3>0"},
        {"and the new waits for the last",  {{"v1", 0, 0}},                            {"uid-v1"}, ""},
        {"then it comes",                   {{"v1", 0, 0}},                            {},         "+ 0>3"},
        {"or comes back",                   {{"v1", 0, 0, 2}, {"v2", 0, 0, 1}},        {"uid-v2"}, "v2 0>3"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Deployment deployment = shop(3, "v2");
        deployment.spec.strategy = {"Recreate", std::nullopt};
        Seen seen = observation(deployment, c.sets);
        seen.running = c.running;
        EXPECT_EQ(writes(decide(seen)), c.expected);
    }
}

TEST(DeploymentDecide, TheNewReplicaSet) {
    spec::Deployment deployment = rolling(3, number(1), number(0));
    deployment.spec.min_ready_seconds = 5;
    deployment.metadata.annotations[change_cause_annotation] = "try v2";
    deployment.status.replicas = deployment.status.updated_replicas = 3;
    deployment.status.ready_replicas = deployment.status.available_replicas = 3;
    const Decision decision = decide(observation(deployment, {{"v1", 3, 3, 4}}));
    ASSERT_EQ(decision.writes.size(), 1u);
    ASSERT_TRUE(decision.writes[0].create);
    const spec::ReplicaSet& made = decision.writes[0].replica_set;
    const std::string label = made.metadata.labels.at(hash_label);
    EXPECT_EQ(label, hash(deployment.spec.pod_template, std::nullopt));
    EXPECT_EQ(made.metadata.name, "shop-" + label);
    EXPECT_EQ(made.metadata.controller()->uid, "uid-shop");
    EXPECT_EQ(
        made.spec.selector.match_labels, (spec::Labels{{"app", "shop"}, {hash_label, label}})
    );
    EXPECT_EQ(made.spec.pod_template.metadata.labels.at(hash_label), label);
    EXPECT_EQ(made.spec.min_ready_seconds, 5);
    EXPECT_EQ(made.metadata.annotations.at(change_cause_annotation), "try v2");
    EXPECT_EQ(made.metadata.annotations.at(revision_annotation), "5");
    EXPECT_EQ(made.metadata.annotations.at(desired_replicas_annotation), "3");
    EXPECT_EQ(made.metadata.annotations.at(max_replicas_annotation), "4");
    EXPECT_EQ(decision.revision, 5);
    EXPECT_EQ(
        decision.writes[0].event, "Scaled up replica set " + made.metadata.name + " from 0 to 1"
    );
    const spec::Condition* condition = find_condition(decision.status, "Progressing");
    EXPECT_EQ(condition->reason, "NewReplicaSetCreated");
    EXPECT_EQ(condition->message, "Created new replica set \"" + made.metadata.name + "\"");
    EXPECT_EQ(decision.look_again, now + 600s + 1s);
}

TEST(DeploymentDecide, FindsItsReplicaSet) {
    spec::Deployment deployment = rolling(3, number(1), number(0));
    deployment.spec.min_ready_seconds = 9;
    Decision decision = decide(observation(deployment, {{"v1", 0, 0, 4}, {"v2", 3, 2, 2}}));
    EXPECT_EQ(decision.revision, 5) << "it comes back as the newest";
    ASSERT_EQ(decision.writes.size(), 1u);
    EXPECT_EQ(decision.writes[0].replica_set.spec.min_ready_seconds, 9);
    EXPECT_EQ(
        decision.writes[0].replica_set.metadata.annotations.at(revision_history_annotation), "2"
    );
    EXPECT_THAT(decision.writes[0].event, IsEmpty());
    const spec::Condition* condition = find_condition(decision.status, "Progressing");
    EXPECT_EQ(condition->reason, "ReplicaSetUpdated") << "two pods more than the status knew";

    deployment.status = decision.status;
    deployment.status.conditions.clear();
    decision = decide(observation(deployment, {{"v2", 3, 2, 5}}));
    condition = find_condition(decision.status, "Progressing");
    EXPECT_EQ(condition->reason, "FoundNewReplicaSet");
    EXPECT_EQ(condition->message, "Found new replica set \"shop-v2\"");
}

TEST(DeploymentDecide, HistoryLimit) {
    spec::Deployment deployment = rolling(1, number(1), number(0));
    deployment.spec.revision_history_limit = 1;
    deployment.metadata.generation = 2;
    const std::vector<SetIs> sets = {
        {"v0", 0, 0, 1}, {"v1", 0, 0, 2}, {"vx", 0, 0, 3}, {"v2", 1, 1, 4}
    };
    const auto removed = [&](const Observation& seen) {
        std::string names;
        for (const spec::ReplicaSet& set : decide(seen).removals)
            names += set.metadata.name.substr(5) + " ";
        return names;
    };
    EXPECT_EQ(removed(observation(deployment, sets)), "") << "not before the rollout is complete";
    deployment.status.updated_replicas = deployment.status.replicas = 1;
    deployment.status.available_replicas = 1;
    deployment.status.observed_generation = 2;
    EXPECT_EQ(removed(observation(deployment, sets)), "v0 v1 ");
    Seen busy = observation(deployment, sets);
    busy.replica_sets[0].status.replicas = 1;
    EXPECT_EQ(removed(busy), "v1 ") << "one with pods stays";
    deployment.spec.revision_history_limit = 0;
    EXPECT_EQ(removed(observation(deployment, sets)), "v0 v1 vx ");
}

TEST(DeploymentDecide, AGoingDeploymentActsNoMore) {
    spec::Deployment deployment = rolling(5, number(1), number(0));
    deployment.metadata.deletion_timestamp = now;
    const Decision decision = decide(observation(deployment, {{"v1", 3, 3}}));
    EXPECT_THAT(decision.writes, IsEmpty());
    EXPECT_EQ(decision.status.replicas, 3);
}

TEST(DeploymentDecide, CreateFailureIsSaid) {
    const auto status = with_create_failure(shop(3), "shop-x", "no room", now);
    const spec::Condition* condition = find_condition(status, "Progressing");
    EXPECT_EQ(condition->status, "False");
    EXPECT_EQ(condition->reason, "ReplicaSetCreateError");
    EXPECT_EQ(condition->message, "Failed to create new replica set \"shop-x\": no room");
}

TEST(DeploymentExplain, OnPaper) {
    const Seen seen =
        observation(rolling(10, number(3), number(2)), {{"v1", 8, 8}, {"v2", 5, 2, 2}});
    const journal::Entry entry = explain(seen, decide(seen));
    EXPECT_EQ(entry.controller, "deployment");
    EXPECT_EQ(entry.subject, "deployment/shop");
    EXPECT_EQ(entry.action, "rollout");
    EXPECT_EQ(entry.summary, "shop-v1 8 → 6");
    ASSERT_EQ(entry.steps.size(), 1u);
    EXPECT_EQ(
        entry.steps[0].text,
        "10 available − (10 wanted − 2 may be unavailable) = 2 to spare: shop-v1 8 → 6"
    );
    EXPECT_EQ(entry.before["shop-v1"], 8);
    EXPECT_EQ(entry.after["shop-v1"], 6);
    EXPECT_EQ(entry.observation["replica_sets"]["shop-v2"]["available"], 2);
}

TEST(DeploymentExplain, Actions) {
    struct Case {
        const char* why;
        std::int32_t replicas;
        std::vector<SetIs> sets;
        const char* action;
    };
    // clang-format off
    const Case cases[] = {
        {"up",                    4, {{"v2", 2, 2, 1, 2, 3}}, "scale-up"},
        {"down",                  1, {{"v2", 2, 2, 1, 2, 3}}, "scale-down"},
        {"another template",      2, {{"v1", 2, 2, 1, 2, 3}}, "rollout"},
        {"two templates at once", 9, {{"v1", 2, 2, 1, 2, 3}, {"v2", 1, 1, 2, 2, 3}}, "rollout"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Seen seen = observation(rolling(c.replicas, number(1), number(0)), c.sets);
        const Decision decision = decide(seen);
        EXPECT_TRUE(is_change(decision));
        EXPECT_EQ(explain(seen, decision).action, c.action);
    }
    EXPECT_FALSE(is_change(decide(observation(rolling(2, number(1), number(0)), {{"v2", 2, 1}}))));
}

}  // namespace
}  // namespace swell::control::deployment
