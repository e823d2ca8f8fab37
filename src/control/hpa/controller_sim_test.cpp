#include "control/hpa/controller.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/hpa/record.hpp"
#include "control/hpa/why.hpp"
#include "journal/memory.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/quota.hpp"

namespace swell::control::hpa {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Instant start{std::chrono::seconds(1'800'000'000)};

// Every pod uses `milli`; what the world looks like to the controller.
class FakeMetrics final : public metrics::Metrics {
  public:
    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view,
        const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const override {
        if (broken) return fail(Code::unavailable, "connection refused");
        std::vector<metrics::PodMetrics> all;
        for (const std::string& name : names) {
            metrics::PodMetrics pod;
            pod.name = name;
            pod.labels = {{"app", "shop"}};
            if (!matches(pod.labels)) continue;
            pod.timestamp = stuck.value_or(clock->now() - age);
            pod.window = 15s;
            pod.containers.push_back({"app", {{"cpu", Quantity::from_milli(milli)}}});
            all.push_back(pod);
        }
        return all;
    }

    const SimClock* clock = nullptr;
    std::vector<std::string> names;
    std::int64_t milli = 140;
    Duration age = 5s;
    std::optional<Instant> stuck;  // since then nothing was measured anew
    bool broken = false;
};

struct HpaControllerTest : testing::Test {
    SimClock clock{start};
    Rng rng{7};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(1));
    FakeMetrics metrics;
    journal::MemoryJournal journal;
    std::unique_ptr<HpaController> controller;
    std::vector<journal::Entry> told;

    HpaControllerTest() {
        metrics.clock = &clock;
        CHECK(store->create(deployment("shop", 2)).has_value());
        settle_pods();
    }

    /// Whatever its name is, of pods with `app: shop`.
    static spec::Deployment deployment(const char* name, std::int32_t replicas) {
        spec::Deployment made;
        made.metadata.name = name;
        made.metadata.ns = "default";
        made.spec.replicas = replicas;
        made.spec.selector.match_labels = {{"app", "shop"}};
        made.spec.pod_template.metadata.labels = {{"app", "shop"}};
        made.spec.pod_template.spec.containers = {container()};
        return made;
    }

    static spec::Container container() {
        spec::Container made;
        made.name = "app";
        made.command = {"/bin/true"};
        made.resources.requests["cpu"] = Quantity::from_milli(100);
        return made;
    }

    static spec::HorizontalPodAutoscaler hpa(std::int32_t window_seconds = 30) {
        spec::HorizontalPodAutoscaler made;
        made.metadata.name = "shop";
        made.metadata.ns = "default";
        made.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
        made.spec.min_replicas = 2;
        made.spec.max_replicas = 10;
        spec::MetricSpec& cpu = made.spec.metrics.emplace_back();
        cpu.type = "Resource";
        cpu.resource.emplace().name = "cpu";
        cpu.resource->target.type = "Utilization";
        cpu.resource->target.average_utilization = 70;
        made.spec.behavior.emplace().scale_down.emplace().stabilization_window_seconds =
            window_seconds;
        return made;
    }

    void begin(Config config = {}) {
        controller =
            std::make_unique<HpaController>(World{clock, rng, *store, metrics, journal}, config);
        controller->on_decision([this](const journal::Entry& entry) { told.push_back(entry); });
        controller->start();
    }

    std::int32_t replicas() const {
        return store->get({"Deployment", "default", "shop"})->as<spec::Deployment>().spec.replicas;
    }

    spec::HorizontalPodAutoscaler stored() const {
        return store->get({"HorizontalPodAutoscaler", "default", "shop"})
            ->as<spec::HorizontalPodAutoscaler>();
    }

    void create_quota(std::int64_t cpu_milli) {
        spec::ResourceQuota quota;
        quota.metadata.name = "compute";
        quota.metadata.ns = "default";
        quota.spec.hard["requests.cpu"] = Quantity::from_milli(cpu_milli);
        CHECK(store->create(quota).has_value());
    }

    /// Status, reason and message of condition QuotaLimited; empty where there is none.
    std::string quota_condition() const {
        for (const spec::Condition& condition : stored().status.conditions)
            if (condition.type == "QuotaLimited")
                return condition.status + " " + condition.reason + " " + condition.message;
        return "";
    }

    // As if the deployment's controller and the pods' runtime had done their work at once.
    void settle_pods() {
        while (static_cast<std::int32_t>(metrics.names.size()) > replicas()) {
            cluster::Cluster::Deletion now;
            now.grace_seconds = 0;
            CHECK(store->remove({"Pod", "default", metrics.names.back()}, now).has_value());
            metrics.names.pop_back();
        }
        while (static_cast<std::int32_t>(metrics.names.size()) < replicas()) {
            spec::Pod pod;
            pod.metadata.name = "shop-" + std::to_string(metrics.names.size());
            pod.metadata.ns = "default";
            pod.metadata.labels = {{"app", "shop"}};
            pod.spec.containers = {container()};
            CHECK(store->create(pod).has_value());
            pod.status.phase = "Running";
            pod.status.start_time = clock.now() - 1h;
            spec::Condition& ready = pod.status.conditions.emplace_back();
            ready.type = "Ready";
            ready.status = "True";
            ready.last_transition_time = clock.now() - 59min;
            CHECK(store->update_status(pod).has_value());
            metrics.names.push_back(pod.metadata.name);
        }
    }

    void run_settling(Duration duration) {
        for (const Instant until = clock.now() + duration; clock.now() < until;) {
            clock.run_for(1s);
            settle_pods();
        }
    }

    std::vector<journal::Entry> scalings() const {
        std::vector<journal::Entry> all;
        for (const journal::Entry& entry : journal.entries())
            if (entry.action == "scale") all.push_back(entry);
        return all;
    }
};

TEST_F(HpaControllerTest, GrowsAtOnceAndSaysWhy) {
    ASSERT_TRUE(store->create(hpa()));
    begin();
    clock.run_for(1s);
    EXPECT_EQ(replicas(), 4);
    ASSERT_EQ(journal.entries().size(), 1u);
    const journal::Entry& entry = journal.entries().front();
    EXPECT_EQ(entry.subject, "hpa/shop");
    EXPECT_EQ(entry.outcome, "done");
    EXPECT_EQ(entry.summary, "scaled 2 → 4: cpu 140 % of request, target 70 %");
    ASSERT_GE(entry.steps.size(), 2u);
    EXPECT_THAT(
        entry.steps[0].text, HasSubstr("280m used of 200m requested by 2 ready pods = 140 %")
    );
    EXPECT_EQ(entry.steps[1].text, "ceil(140 % / 70 % × 2) = 4");
    EXPECT_EQ(why_not(entry, 5), "5 needs cpu above 140 % (it was 140 %)");
    EXPECT_EQ(why_not(entry, 11), "maxReplicas is 10");
    ASSERT_EQ(told.size(), 1u);
    const spec::HpaStatus status = stored().status;
    EXPECT_EQ(status.desired_replicas, 4);
    EXPECT_EQ(status.conditions.at(0).reason, "SucceededRescale");
}

TEST_F(HpaControllerTest, ShrinksAfterTheWindowAndNotBefore) {
    ASSERT_TRUE(store->create(hpa(60)));
    begin();
    run_settling(2s);
    ASSERT_EQ(replicas(), 4);
    metrics.milli = 10;
    run_settling(55s);
    EXPECT_EQ(replicas(), 4);
    run_settling(60s);
    EXPECT_EQ(replicas(), 2);
    EXPECT_EQ(scalings().size(), 2u);
}

TEST_F(HpaControllerTest, AHeldScaleDownNamesWhatHoldsIt) {
    ASSERT_TRUE(store->create(hpa(300)));
    begin();
    run_settling(2s);
    metrics.milli = 10;
    run_settling(20s);
    const journal::Entry& entry = journal.entries().back();
    EXPECT_EQ(entry.action, "hold");
    const auto held = std::ranges::find(entry.steps, "stabilization-window", &journal::Step::rule);
    ASSERT_NE(held, entry.steps.end());
    EXPECT_THAT(held->text, HasSubstr("4 was recommended at"));
    EXPECT_EQ(why_not(entry, 2), held->text);
}

TEST_F(HpaControllerTest, WithoutJournalNothingIsDone) {
    ASSERT_TRUE(store->create(hpa()));
    begin();
    journal.refuse(true);
    run_settling(20s);
    EXPECT_EQ(replicas(), 2);
    EXPECT_EQ(stored().status.conditions.at(0).reason, "FailedUpdateScale");
    journal.refuse(false);
    run_settling(20s);
    EXPECT_EQ(replicas(), 4);
}

struct Trouble {
    const char* why;
    void (*make)(FakeMetrics&);
};

// Four pods were wanted and are idle; with one of these they stay.
// clang-format off
const Trouble troubles[] = {
    {"no source",         [](FakeMetrics& m) { m.broken = true; }},
    {"nothing measured",  [](FakeMetrics& m) { m.names.clear(); }},
    {"all stale",         [](FakeMetrics& m) { m.age = 10min; }},
    {"all negative",      [](FakeMetrics& m) { m.milli = -5; }},
    {"a sum that wraps",  [](FakeMetrics& m) { m.milli = std::numeric_limits<std::int64_t>::max() / 2 + 1; }},
};
// clang-format on

TEST_F(HpaControllerTest, ATroubledMetricNeverShrinks) {
    ASSERT_TRUE(store->create(hpa(0)));
    begin();
    run_settling(2s);
    ASSERT_EQ(replicas(), 4);
    for (const Trouble& trouble : troubles) {
        SCOPED_TRACE(trouble.why);
        const std::vector<std::string> names = metrics.names;
        metrics.milli = 10;
        trouble.make(metrics);
        clock.run_for(10min);
        EXPECT_EQ(replicas(), 4);
        metrics.names = names;
        metrics.milli = 70;
        metrics.age = 5s;
        metrics.broken = false;
        clock.run_for(1min);
    }
    metrics.milli = 10;
    clock.run_for(10min);
    EXPECT_EQ(replicas(), 2) << "and without trouble it does";
}

// What is measured stands still while the load moves: at first it is believed, then nobody knows.
TEST_F(HpaControllerTest, AStuckMetricEndsAsAMissingOne) {
    ASSERT_TRUE(store->create(hpa(120)));
    begin();
    run_settling(2s);
    ASSERT_EQ(replicas(), 4);
    metrics.milli = 10;
    metrics.stuck = clock.now();
    run_settling(30min);
    EXPECT_EQ(replicas(), 4) << "the window is longer than a usage is believed";
    EXPECT_THAT(journal.entries().back().summary, HasSubstr("stays at 4: "));
    EXPECT_EQ(journal.entries().back().steps.back().rule, "no-number");
    metrics.stuck.reset();
    run_settling(3min);
    EXPECT_EQ(replicas(), 2);
}

TEST_F(HpaControllerTest, ARestartNeitherFlapsNorForgetsRates) {
    spec::HorizontalPodAutoscaler slow = hpa(120);
    spec::ScalingRules& up = slow.spec.behavior->scale_up.emplace();
    up.policies = {{"Pods", 1, 60}};
    ASSERT_TRUE(store->create(slow));
    begin();
    run_settling(2s);
    ASSERT_EQ(replicas(), 3) << "one pod a minute";
    controller.reset();
    begin();
    run_settling(40s);
    EXPECT_EQ(replicas(), 3) << "the rate is remembered";
    run_settling(30s);
    EXPECT_EQ(replicas(), 4);
    controller.reset();
    metrics.milli = 1;
    begin();
    run_settling(60s);
    EXPECT_EQ(replicas(), 4) << "and so is the window";
}

// The entry that tells of the missing target is the newest one, and must not be an empty memory.
TEST_F(HpaControllerTest, ATargetThatIsGoneForAWhileForgetsNoRate) {
    spec::HorizontalPodAutoscaler slow = hpa(120);
    slow.spec.behavior->scale_up.emplace().policies = {{"Pods", 1, 300}};
    ASSERT_TRUE(store->create(slow));
    begin();
    run_settling(2s);
    ASSERT_EQ(replicas(), 3) << "one pod in five minutes";
    controller.reset();
    const cluster::Object target = *store->get({"Deployment", "default", "shop"});
    ASSERT_TRUE(store->remove({"Deployment", "default", "shop"}, {}));
    begin();
    clock.run_for(20s);
    EXPECT_THAT(journal.entries().back().summary, HasSubstr("\"shop\" not found"));
    spec::Deployment again = target.as<spec::Deployment>();
    again.metadata.uid.clear();
    again.metadata.resource_version = 0;
    ASSERT_TRUE(store->create(again));
    run_settling(2min);
    EXPECT_EQ(replicas(), 3);
    run_settling(3min);
    EXPECT_EQ(replicas(), 4);
}

TEST_F(HpaControllerTest, AChangedSpecIsLookedAtNow) {
    ASSERT_TRUE(store->create(hpa()));
    begin();
    run_settling(2s);
    spec::HorizontalPodAutoscaler changed = stored();
    changed.spec.max_replicas = 3;
    ASSERT_TRUE(store->update(changed));
    clock.run_for(1ms);
    EXPECT_EQ(replicas(), 3);
    EXPECT_EQ(scalings().back().steps.front().rule, "above-max-replicas");
}

TEST_F(HpaControllerTest, WhereNobodyLooksNewMetricsAloneAreNotWritten) {
    for (const bool written : {true, false}) {
        SCOPED_TRACE(written);
        ASSERT_TRUE(store->create(hpa()).has_value());
        metrics.milli = 70;
        Config config;
        config.status_of_metrics = written;
        begin(config);
        run_settling(31s);
        const std::int64_t replicas_before = replicas();
        const auto version = stored().metadata.resource_version;
        metrics.milli = 71;
        run_settling(31s);
        EXPECT_EQ(replicas(), replicas_before) << "within the tolerance";
        EXPECT_EQ(stored().metadata.resource_version != version, written);
        metrics.milli = 140;
        run_settling(16s);
        EXPECT_GT(replicas(), replicas_before);
        EXPECT_EQ(stored().status.desired_replicas, replicas()) << "what is news is written";
        controller.reset();
        ASSERT_TRUE(store->remove({"HorizontalPodAutoscaler", "default", "shop"}, {}));
        auto back = store->get({"Deployment", "default", "shop"})->as<spec::Deployment>();
        back.spec.replicas = 2;
        ASSERT_TRUE(store->update(back).has_value());
        settle_pods();
    }
}

TEST_F(HpaControllerTest, AQuotaInTheWayIsNamed) {
    create_quota(300);
    ASSERT_TRUE(store->create(hpa()).has_value());
    begin();
    clock.run_for(1s);
    EXPECT_EQ(replicas(), 4) << "as Kubernetes does: the pods are what is refused";
    ASSERT_FALSE(told.empty());
    const journal::Step& step = told.back().steps.back();
    const char* const text =
        "wants 4, quota compute leaves room for 3: requests.cpu used 200m of 300m";
    EXPECT_EQ(step.rule, "quota");
    EXPECT_EQ(step.text, text);
    EXPECT_EQ(quota_condition(), std::string("True QuotaExceeded ") + text);
    const auto quota_events = [&] {
        std::vector<std::string> list;
        for (const auto& object : store->list({.kind = "Event"})) {
            const auto& event = object.as<spec::Event>();
            if (event.reason == "QuotaExceeded")
                list.push_back(
                    event.type + " " + event.message + " ×" + std::to_string(event.count)
                );
        }
        return list;
    };
    clock.run_for(2min);
    EXPECT_EQ(quota_events(), std::vector{std::string("Warning ") + text + " ×1"})
        << "told once, not with each run";

    auto more = store->get({"ResourceQuota", "default", "compute"})->as<spec::ResourceQuota>();
    more.spec.hard["requests.cpu"] = Quantity::from_milli(3000);
    ASSERT_TRUE(store->update(more).has_value());
    clock.run_for(15s);
    EXPECT_EQ(quota_condition(), "") << "there is room";
}

TEST_F(HpaControllerTest, RoomIsForPodsAsTheyWillBeAdmitted) {
    create_quota(300);
    ASSERT_TRUE(store->create(hpa()).has_value());
    begin();
    spec::ObjectMeta asked;
    controller->admit_with([&](spec::Pod pod) {
        asked = pod.metadata;
        pod.spec.containers[0].resources.requests["cpu"] = Quantity::from_milli(50);
        return pod;
    });
    clock.run_for(1s);
    EXPECT_EQ(replicas(), 4);
    EXPECT_EQ(quota_condition(), "") << "two pods of 50m fit beside the two of 100m";
    EXPECT_EQ(asked.labels, (spec::Labels{{"app", "shop"}}));
    ASSERT_EQ(asked.owner_references.size(), 1u) << "by which a VPA finds that it is in charge";
    EXPECT_EQ(asked.owner_references[0].name, "shop");
}

TEST_F(HpaControllerTest, AQuotaBelowWhatRunsLeavesItAndIsNamed) {
    create_quota(100);
    const auto seen = store->get({"ResourceQuota", "default", "compute"});
    EXPECT_EQ(seen->as<spec::ResourceQuota>().status.used.at("requests.cpu").text(), "200m");
    ASSERT_TRUE(store->create(hpa()).has_value());
    begin();
    clock.run_for(1s);
    EXPECT_EQ(store->list({.kind = "Pod"}).size(), 2u) << "what runs goes on";
    EXPECT_EQ(replicas(), 4) << "asked for all the same";
    EXPECT_EQ(
        told.back().steps.back().text,
        "wants 4, quota compute leaves room for 2: requests.cpu used 200m of 100m"
    );
    spec::Pod third = store->list({.kind = "Pod"}).front().as<spec::Pod>();
    third.metadata = {};
    third.metadata.name = "third";
    third.metadata.ns = "default";
    const auto made = store->create(third);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, HasSubstr("exceeded quota: compute, requested: requests.cpu="));
    metrics.milli = 1;
    cluster::Cluster::Deletion now;
    now.grace_seconds = 0;
    ASSERT_TRUE(store->remove({"Pod", "default", "shop-1"}, now)) << "and can shrink";
}

TEST_F(HpaControllerTest, AVpaThatGivesWayIsTold) {
    ASSERT_TRUE(store->create(hpa()));
    begin();
    bool contends = true;
    controller->contention_from([&](const auto&) {
        const journal::Step step{"resource-contention", "vpa/shop gives way", Json::object()};
        return contends ? std::optional(step) : std::nullopt;
    });
    run_settling(2s);
    EXPECT_EQ(replicas(), 4) << "the number is what it would be";
    EXPECT_EQ(journal.entries().back().steps.back().rule, "resource-contention");
    const auto condition = [&] {
        const auto conditions = stored().status.conditions;
        const auto at = std::ranges::find(conditions, "ResourceContention", &spec::Condition::type);
        return at == conditions.end() ? "" : at->status + " " + at->message;
    };
    EXPECT_EQ(condition(), "True vpa/shop gives way");
    contends = false;
    run_settling(20s);
    EXPECT_EQ(condition(), "");
}

TEST_F(HpaControllerTest, AMissingTargetIsTold) {
    spec::HorizontalPodAutoscaler lost = hpa();
    lost.spec.scale_target_ref.name = "shpo";
    ASSERT_TRUE(store->create(lost));
    begin();
    clock.run_for(1s);
    EXPECT_EQ(stored().status.conditions.at(0).reason, "FailedGetScale");
    EXPECT_THAT(journal.entries().back().summary, HasSubstr("deployments.apps \"shpo\" not found"));
}

TEST_F(HpaControllerTest, TwoForOneTargetBothStop) {
    ASSERT_TRUE(store->create(hpa()));
    spec::HorizontalPodAutoscaler second = hpa();
    second.metadata.name = "other";
    begin();
    run_settling(2s);
    ASSERT_TRUE(store->create(second));
    run_settling(40s);
    for (const char* name : {"shop", "other"}) {
        const auto object = store->get({"HorizontalPodAutoscaler", "default", name});
        const auto& conditions = object->as<spec::HorizontalPodAutoscaler>().status.conditions;
        const auto active = std::ranges::find(conditions, "ScalingActive", &spec::Condition::type);
        ASSERT_NE(active, conditions.end());
        EXPECT_EQ(active->reason, "AmbiguousSelector");
        const std::string self = std::string("default/") + name;
        EXPECT_EQ(
            active->message,
            "pods by selector app=shop are controlled by more than one HPA (e.g. [" + self + " " +
                (self == "default/shop" ? "default/other" : "default/shop") + "])"
        );
    }
}

TEST_F(HpaControllerTest, OneThatIsOffIsInNobodysWay) {
    ASSERT_TRUE(store->create(deployment("old", 0)));
    spec::HorizontalPodAutoscaler idle = hpa();
    idle.metadata.name = "idle";
    idle.spec.scale_target_ref.name = "old";
    ASSERT_TRUE(store->create(idle));
    ASSERT_TRUE(store->create(hpa()));
    begin();
    run_settling(40s);
    EXPECT_GT(replicas(), 2);
    // Once it is on, both are in each other's way.
    const auto object = store->get({"Deployment", "default", "old"});
    spec::Deployment on = object->as<spec::Deployment>();
    on.spec.replicas = 2;
    ASSERT_TRUE(store->update(on));
    run_settling(40s);
    for (const spec::Condition& condition : stored().status.conditions)
        if (condition.type == "ScalingActive") {
            EXPECT_EQ(condition.reason, "AmbiguousSelector");
        }
}

TEST_F(HpaControllerTest, WhatPodsSaidIsReadAnewWhenTheyChange) {
    metrics.milli = 70;
    ASSERT_TRUE(store->create(hpa()));
    begin();
    run_settling(20s);
    ASSERT_EQ(replicas(), 2);
    // Half the requests: the same usage is twice the utilization.
    cluster::Cluster::Deletion at_once;
    at_once.grace_seconds = 0;
    for (const std::string& name : metrics.names) {
        const spec::Pod before = store->get({"Pod", "default", name})->as<spec::Pod>();
        ASSERT_TRUE(store->remove({"Pod", "default", name}, at_once));
        spec::Pod pod = before;
        pod.metadata.uid.clear();
        pod.metadata.resource_version = 0;
        pod.spec.containers[0].resources.requests["cpu"] = Quantity::from_milli(50);
        ASSERT_TRUE(store->create(pod));
        pod.status = before.status;
        ASSERT_TRUE(store->update_status(pod));
    }
    run_settling(20s);
    EXPECT_EQ(replicas(), 4);
}

TEST_F(HpaControllerTest, WhatPodsSaidIsReadAnewForAnotherMetric) {
    metrics.milli = 70;
    spec::HorizontalPodAutoscaler by_amount = hpa();  // for which no requests are read
    spec::MetricTarget& target = by_amount.spec.metrics[0].resource->target;
    target = {};
    target.type = "AverageValue";
    target.average_value = Quantity::from_milli(70);
    ASSERT_TRUE(store->create(by_amount));
    begin();
    run_settling(20s);
    spec::HorizontalPodAutoscaler by_share = stored();
    by_share.spec.metrics = hpa().spec.metrics;
    by_share.spec.metrics[0].resource->target.average_utilization = 35;
    ASSERT_TRUE(store->update(by_share));
    run_settling(5s);
    EXPECT_EQ(replicas(), 4);
}

spec::HorizontalPodAutoscaler observing(spec::HorizontalPodAutoscaler hpa) {
    hpa.metadata.annotations["swell.dev/mode"] = "Observe";
    return hpa;
}

TEST_F(HpaControllerTest, OneThatObservesDecidesAndChangesNothing) {
    ASSERT_TRUE(store->create(observing(hpa())));
    begin();
    run_settling(10min);
    EXPECT_EQ(replicas(), 2);
    EXPECT_TRUE(scalings().empty());
    ASSERT_FALSE(journal.entries().empty());
    const journal::Entry& entry = journal.entries().front();
    EXPECT_EQ(entry.action, "observe");
    EXPECT_EQ(entry.outcome, "none");
    EXPECT_EQ(entry.summary, "would scale 2 → 4: cpu 140 % of request, target 70 %");
    EXPECT_EQ(entry.before["replicas"], 2);
    EXPECT_EQ(entry.after["replicas"], 4);
    EXPECT_EQ(why_not(entry, 5), "5 needs cpu above 140 % (it was 140 %)");
    EXPECT_LE(journal.entries().size(), 6u) << "40 runs, one entry each two minutes";
    const spec::HpaStatus status = stored().status;
    EXPECT_EQ(status.current_replicas, 2);
    EXPECT_EQ(status.desired_replicas, 4);
    EXPECT_FALSE(status.last_scale_time);
    EXPECT_EQ(status.conditions.back().type, "Observing");
    EXPECT_EQ(status.conditions.back().status, "True");
    const auto events = store->list({.kind = "Event"});
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(
        events.front().as<spec::Event>().message,
        "Would scale from 2 to 4; reason: cpu resource utilization (percentage of request) above "
        "target; nothing was changed (swell.dev/mode: Observe)"
    );
}

TEST_F(HpaControllerTest, WhoeverStopsObservingActsAtOnce) {
    ASSERT_TRUE(store->create(observing(hpa())));
    begin();
    run_settling(2s);
    ASSERT_TRUE(store->update(hpa()));
    clock.run_for(1ms);
    EXPECT_EQ(replicas(), 4);
    for (const spec::Condition& condition : stored().status.conditions)
        EXPECT_NE(condition.type, "Observing");
}

TEST_F(HpaControllerTest, ACandidateObservesBesideTheOneThatActs) {
    ASSERT_TRUE(store->create(hpa()));
    spec::HorizontalPodAutoscaler candidate = observing(hpa());
    candidate.metadata.name = "candidate";
    candidate.spec.metrics[0].resource->target.average_utilization = 35;
    ASSERT_TRUE(store->create(candidate));
    begin();
    run_settling(1s);
    metrics.milli = 70;
    run_settling(1min);
    EXPECT_EQ(replicas(), 4) << "as the one that acts has it";
    std::vector<std::string> of_candidate;
    for (const journal::Entry& entry : journal.entries()) {
        EXPECT_EQ(entry.summary.find("more than one HPA"), std::string::npos);
        if (entry.subject == "hpa/candidate") of_candidate.push_back(entry.summary);
    }
    EXPECT_THAT(
        of_candidate, testing::Contains("would scale 4 → 8: cpu 70 % of request, target 35 %")
    );
}

TEST_F(HpaControllerTest, AnObserverSeesWhileTwoThatActAreInEachOthersWay) {
    ASSERT_TRUE(store->create(hpa()));
    spec::HorizontalPodAutoscaler other = hpa(), candidate = observing(hpa());
    other.metadata.name = "other";
    candidate.metadata.name = "candidate";
    ASSERT_TRUE(store->create(candidate));
    begin();
    run_settling(2s);
    ASSERT_TRUE(store->create(other));
    run_settling(40s);
    const auto active_of = [&](const char* name) {
        const auto object = store->get({"HorizontalPodAutoscaler", "default", name});
        for (const auto& one : object->as<spec::HorizontalPodAutoscaler>().status.conditions)
            if (one.type == "ScalingActive") return one.reason;
        return std::string();
    };
    EXPECT_EQ(active_of("shop"), "AmbiguousSelector");
    EXPECT_EQ(active_of("other"), "AmbiguousSelector");
    EXPECT_EQ(active_of("candidate"), "ValidMetricFound");
}

TEST_F(HpaControllerTest, AnAutoscalerIsDecidedAsAnHpaIs) {
    spec::Autoscaler whole;
    whole.metadata.name = "shop";
    whole.metadata.ns = "default";
    static_cast<spec::HpaSpec&>(whole.spec) = hpa().spec;
    ASSERT_TRUE(store->create(whole));
    begin();
    run_settling(2s);
    EXPECT_EQ(replicas(), 4);
    ASSERT_EQ(scalings().size(), 1u);
    EXPECT_EQ(scalings().front().subject, "autoscaler/shop");
    EXPECT_EQ(scalings().front().summary, "scaled 2 → 4: cpu 140 % of request, target 70 %");
    const auto stored = [&] {
        return store->get({"Autoscaler", "default", "shop"})->as<spec::Autoscaler>().status;
    };
    ASSERT_TRUE(stored().horizontal);
    EXPECT_EQ(stored().horizontal->desired_replicas, 4);
    EXPECT_FALSE(stored().vertical);
    controller.reset();
    begin();
    metrics.milli = 1;
    run_settling(20s);
    EXPECT_EQ(replicas(), 4) << "its window is remembered as an HPA's";
    ASSERT_TRUE(store->create(hpa()));
    run_settling(40s);
    EXPECT_EQ(stored().horizontal->conditions.at(1).reason, "AmbiguousSelector")
        << "with an HPA beside it";
}

TEST_F(HpaControllerTest, HoldsAreJournaledSparingly) {
    metrics.milli = 70;
    ASSERT_TRUE(store->create(hpa()));
    begin();
    clock.run_for(10min);
    EXPECT_GE(journal.entries().size(), 4u);
    EXPECT_LE(journal.entries().size(), 6u) << "40 runs, one entry each two minutes";
}

TEST_F(HpaControllerTest, GoneIsForgotten) {
    ASSERT_TRUE(store->create(hpa()));
    begin();
    run_settling(2s);
    ASSERT_TRUE(store->remove({"HorizontalPodAutoscaler", "default", "shop"}, {}));
    const std::size_t entries = journal.entries().size();
    run_settling(1min);
    EXPECT_EQ(journal.entries().size(), entries);
    EXPECT_EQ(clock.pending(), 0u);
}

}  // namespace
}  // namespace swell::control::hpa
