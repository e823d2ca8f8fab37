#include "control/deployment/rollout.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/deployment/shop.hpp"
#include "control/deployment/status.hpp"

namespace swell::control::deployment {
namespace {

using namespace std::chrono_literals;

struct StatusIs {
    std::int64_t generation, observed;
    std::int32_t replicas, updated, available;
    const char* reason = "ReplicaSetUpdated";
};

spec::Deployment deployment(const StatusIs& is) {
    spec::Deployment made = shop(3);
    made.metadata.uid = "uid-shop";
    made.metadata.generation = is.generation;
    made.metadata.annotations[revision_annotation] = "4";
    made.status.observed_generation = is.observed;
    made.status.replicas = is.replicas;
    made.status.updated_replicas = is.updated;
    made.status.available_replicas = is.available;
    made.status.conditions.push_back(progressing(shop_opens, "True", is.reason, ""));
    return made;
}

TEST(RolloutStatus, Table) {
    struct Case {
        StatusIs is;
        const char* text;
        bool done;
    };
    // clang-format off
    const Case cases[] = {
        {{2, 1, 3, 3, 3}, "Waiting for deployment spec update to be observed...", false},
        {{2, 2, 3, 1, 3}, "Waiting for deployment \"shop\" rollout to finish: 1 out of 3 new replicas have been updated...", false},
        {{2, 2, 4, 3, 3}, "Waiting for deployment \"shop\" rollout to finish: 1 old replicas are pending termination...", false},
        {{2, 2, 3, 3, 2}, "Waiting for deployment \"shop\" rollout to finish: 2 of 3 updated replicas are available...", false},
        {{2, 2, 3, 3, 3}, "deployment \"shop\" successfully rolled out", true},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.text);
        const auto got = rollout_status(deployment(c.is));
        ASSERT_TRUE(got.has_value());
        EXPECT_EQ(got->text, c.text);
        EXPECT_EQ(got->done, c.done);
    }
}

TEST(RolloutStatus, Failures) {
    const auto late = rollout_status(deployment({2, 2, 3, 1, 1, "ProgressDeadlineExceeded"}));
    ASSERT_FALSE(late.has_value());
    EXPECT_EQ(
        late.error(), (Error{Code::timeout, "deployment \"shop\" exceeded its progress deadline"})
    );
    const auto other = rollout_status(deployment({2, 2, 3, 3, 3}), 3);
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(
        other.error().what, "desired revision (3) is different from the running revision (4)"
    );
    EXPECT_TRUE(rollout_status(deployment({2, 2, 3, 3, 3}), 4).has_value());
}

std::vector<spec::ReplicaSet> sets() {
    std::vector<spec::ReplicaSet> made{
        shop_set({"v3", 3, 3, 10}),
        shop_set({"v1", 0, 0, 2}),
        shop_set({"v2", 0, 0, 9}),
        shop_set({"foreign", 1, 1, 4}),
    };
    made[1].metadata.annotations[change_cause_annotation] = "first";
    made[3].metadata.owner_references[0].uid = "uid-other";
    return made;
}

spec::Deployment current() {
    spec::Deployment made = shop(3, "v3");
    made.metadata.uid = "uid-shop";
    made.metadata.annotations = {
        {revision_annotation, "10"},
        {change_cause_annotation, "third"},
    };
    return made;
}

TEST(RolloutHistory, Table) {
    EXPECT_EQ(
        history_table(rollout_history(current(), sets())),
        "REVISION  CHANGE-CAUSE\n"
        "2         first\n"
        "9         <none>\n"
        "10        <none>\n"
    );
    EXPECT_EQ(history_table({}), "REVISION  CHANGE-CAUSE\n");
}

TEST(RolloutUndo, ToTheOneBefore) {
    const auto back = undo(current(), sets());
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->spec.pod_template, shop_template("v2")) << "without the hash label";
    EXPECT_EQ(back->metadata.annotations, (spec::Labels{{revision_annotation, "10"}}))
        << "the cause of v3 does not stay";
}

TEST(RolloutUndo, ToARevision) {
    const auto back = undo(current(), sets(), 2);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->spec.pod_template, shop_template("v1"));
    EXPECT_EQ(back->metadata.annotations.at(change_cause_annotation), "first");
}

TEST(RolloutUndo, Refusals) {
    spec::Deployment paused = current();
    paused.spec.paused = true;
    const auto newest = std::vector<spec::ReplicaSet>{shop_set({"v3", 3, 3, 10})};
    struct Case {
        const char* why;
        Result<spec::Deployment> got;
        Error expected;
    };
    // clang-format off
    const Case cases[] = {
        {"no such revision",  undo(current(), sets(), 7),  {Code::not_found, "unable to find specified revision 7 in history"}},
        {"another's",         undo(current(), sets(), 4),  {Code::not_found, "unable to find specified revision 4 in history"}},
        {"there already",     undo(current(), sets(), 10), {Code::exists, "skipped rollback (current template already matches revision 10)"}},
        {"nothing before",    undo(current(), newest),     {Code::not_found, "no rollout history found for deployment \"shop\""}},
        {"nothing at all",    undo(current(), {}),         {Code::not_found, "no rollout history found for deployment \"shop\""}},
        {"paused",            undo(paused, sets()),        {Code::invalid, "you cannot rollback a paused deployment; resume it first with 'swell rollout resume deployment/shop' and try again"}},
        {"restart of paused", restart(paused, shop_opens), {Code::invalid, "can't restart paused deployment (run rollout resume first)"}},
        {"paused twice",      pause(paused),               {Code::exists, "deployment \"shop\" is already paused"}},
        {"resumed twice",     resume(current()),           {Code::exists, "deployment \"shop\" is not paused"}},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        ASSERT_FALSE(c.got.has_value());
        EXPECT_EQ(c.got.error(), c.expected);
    }
}

TEST(RolloutRestart, IsAnAnnotationOfTheTemplate) {
    const auto restarted = restart(current(), shop_opens);
    ASSERT_TRUE(restarted.has_value());
    EXPECT_EQ(
        restarted->spec.pod_template.metadata.annotations.at("kubectl.kubernetes.io/restartedAt"),
        "2023-11-14T22:13:20Z"
    );
}

TEST(RolloutPause, AndResume) {
    const auto paused = pause(current());
    ASSERT_TRUE(paused.has_value());
    EXPECT_TRUE(paused->spec.paused);
    const auto resumed = resume(*paused);
    ASSERT_TRUE(resumed.has_value());
    EXPECT_FALSE(resumed->spec.paused);
}

}  // namespace
}  // namespace swell::control::deployment
