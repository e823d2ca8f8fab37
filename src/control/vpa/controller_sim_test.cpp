#include "control/vpa/controller.hpp"

#include <gmock/gmock.h>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/quota.hpp"

namespace swell::control::vpa {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

const Instant start{std::chrono::seconds(1'800'000'000)};
constexpr std::int64_t mib = 1 << 20;

// Every pod uses the same.
class FakeMetrics final : public metrics::Metrics {
  public:
    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view ns,
        const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const override {
        if (broken) return fail(Code::unavailable, "connection refused");
        std::vector<metrics::PodMetrics> all;
        for (const std::string& name : names) {
            metrics::PodMetrics pod;
            pod.name = name;
            pod.ns = ns;
            pod.labels = {{"app", "shop"}};
            if (!matches(pod.labels)) continue;
            pod.timestamp = clock->now();
            pod.window = 15s;
            pod.containers.push_back(
                {"app",
                 {{"cpu", Quantity::from_milli(milli)}, {"memory", Quantity::from_value(bytes)}}}
            );
            all.push_back(pod);
        }
        return all;
    }

    const SimClock* clock = nullptr;
    std::vector<std::string> names;
    std::int64_t milli = 100, bytes = 300 * mib;
    bool broken = false;
};

struct VpaControllerTest : testing::Test {
    SimClock clock{start};
    Rng rng{7};
    std::unique_ptr<cluster::Store> store = *cluster::Store::open("", clock, Rng(1));
    FakeMetrics metrics;
    journal::MemoryJournal journal;
    std::unique_ptr<VpaController> controller;
    std::function<spec::Pod(spec::Pod)> admission;
    std::int32_t replicas = 4;
    int created = 0;

    VpaControllerTest() {
        metrics.clock = &clock;
        spec::Deployment deployment;
        deployment.metadata.name = "shop";
        deployment.spec.selector.match_labels = {{"app", "shop"}};
        deployment.spec.replicas = replicas;
        deployment.spec.pod_template.spec.containers.emplace_back().name = "app";
        const auto owner = store->create(deployment);
        CHECK(owner.has_value());
        spec::ReplicaSet set;
        set.metadata.name = "shop-1";
        set.metadata.owner_references = {
            {"apps/v1", "Deployment", "shop", owner->metadata().uid, true}
        };
        set.spec.selector = deployment.spec.selector;
        set.spec.replicas = replicas;
        CHECK(store->create(set).has_value());
        settle();
    }

    static spec::VerticalPodAutoscaler autoscaler(const char* mode) {
        spec::VerticalPodAutoscaler made;
        made.metadata.name = "shop";
        made.spec.target_ref = {"apps/v1", "Deployment", "shop"};
        made.spec.update_policy.emplace().update_mode = mode;
        return made;
    }

    void begin() {
        controller = std::make_unique<VpaController>(World{clock, rng, *store, metrics, journal});
        admission = controller->admission();
        controller->start();
    }

    std::vector<spec::Pod> pods() const {
        std::vector<spec::Pod> all;
        for (const auto& object : store->list({.kind = "Pod"}))
            all.push_back(object.as<spec::Pod>());
        return all;
    }

    // As if the ReplicaSet's controller and the pods' runtime had done their work at once.
    void settle() {
        for (const spec::Pod& pod : pods()) {
            if (!pod.metadata.deletion_timestamp) continue;
            cluster::Cluster::Deletion now;
            now.grace_seconds = 0;
            CHECK(store->remove({"Pod", "default", pod.metadata.name}, now).has_value());
        }
        while (static_cast<std::int32_t>(pods().size()) < replicas) create_pod();
        metrics.names.clear();
        for (const spec::Pod& pod : pods()) metrics.names.push_back(pod.metadata.name);
    }

    void create_pod() {
        spec::Pod pod;
        pod.metadata.name = "shop-" + std::to_string(created++);
        pod.metadata.ns = "default";
        pod.metadata.labels = {{"app", "shop"}};
        const auto set = store->get({"ReplicaSet", "default", "shop-1"});
        pod.metadata.owner_references = {
            {"apps/v1", "ReplicaSet", "shop-1", set->metadata().uid, true}
        };
        spec::Container& app = pod.spec.containers.emplace_back();
        app.name = "app";
        app.command = {"/bin/true"};
        app.resources.requests["cpu"] = Quantity::from_milli(1000);
        app.resources.requests["memory"] = Quantity::from_value(64 * mib);
        if (admission) pod = admission(std::move(pod));
        CHECK(store->create(pod).has_value());
        pod.status.phase = "Running";
        pod.status.start_time = clock.now();
        pod.status.container_statuses.emplace_back().name = "app";
        CHECK(store->update_status(pod).has_value());
    }

    void set_phase(spec::Pod pod, const char* phase) {
        pod.status.phase = phase;
        CHECK(store->update_status(pod).has_value());
    }

    // Its container is killed for its memory, and started again.
    void run_out_of_memory(spec::Pod pod) {
        spec::ContainerStatus& app = pod.status.container_statuses.front();
        ++app.restart_count;
        auto& ended = app.last_state.terminated.emplace();
        ended.reason = "OOMKilled";
        ended.finished_at = clock.now();
        ended.started_at = clock.now() - 1min;
        CHECK(store->update_status(pod).has_value());
    }

    void run_settling(Duration duration) {
        for (const Instant until = clock.now() + duration; clock.now() < until;) {
            clock.run_for(10s);
            settle();
        }
    }

    spec::VerticalPodAutoscaler stored() const {
        return store->get({"VerticalPodAutoscaler", "default", "shop"})
            ->as<spec::VerticalPodAutoscaler>();
    }
    Quantity target(const char* resource) const {
        return stored().status.recommendation->container_recommendations.at(0).target.at(resource);
    }
    std::string request(const spec::Pod& pod, const char* resource) const {
        return pod.spec.containers[0].resources.requests.at(resource).text();
    }
    std::vector<journal::Entry> entries(const char* action) const {
        std::vector<journal::Entry> all;
        for (const journal::Entry& entry : journal.entries())
            if (entry.action == action) all.push_back(entry);
        return all;
    }
    std::vector<std::string> conditions() const {
        std::vector<std::string> all;
        for (const spec::Condition& one : stored().status.conditions)
            all.push_back(one.type + "=" + one.status);
        return all;
    }
    std::vector<std::string> events() const {
        std::vector<std::string> all;
        for (const auto& object : store->list({.kind = "Event"}))
            all.push_back(object.as<spec::Event>().reason);
        return all;
    }
    std::int64_t samples() const {
        return store->get({"VerticalPodAutoscalerCheckpoint", "default", "shop-app"})
            ->as<spec::VerticalPodAutoscalerCheckpoint>()
            .status.total_samples_count;
    }
};

TEST_F(VpaControllerTest, RecommendsAndSaysWhy) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    begin();
    run_settling(10min);
    EXPECT_EQ(target("cpu").text(), "126m") << "100m, the end of their bucket, and 15 %";
    EXPECT_EQ(target("memory"), Quantity::from_value(380'258'472));
    EXPECT_EQ(conditions(), (std::vector<std::string>{"RecommendationProvided=True"}));
    ASSERT_FALSE(entries("recommend").empty());
    const journal::Entry first = entries("recommend").front();
    EXPECT_EQ(first.subject, "vpa/shop");
    EXPECT_THAT(first.summary, HasSubstr("recommends app: cpu 126m, memory "));
    std::vector<std::string> rules;
    for (const journal::Step& step : first.steps) rules.push_back(step.rule);
    for (const char* rule : {"history", "percentile", "safety-margin", "confidence", "target"})
        EXPECT_THAT(rules, Contains(rule));
    EXPECT_EQ(samples(), 40 + 4) << "of four pods, a minute each, from the start";
    for (const spec::Pod& pod : pods()) EXPECT_EQ(request(pod, "cpu"), "1");
    EXPECT_LE(journal.entries().size(), 3u) << "what stays is journaled sparingly";
}

TEST_F(VpaControllerTest, InitialSizesNewPodsAlone) {
    ASSERT_TRUE(store->create(autoscaler("Initial")));
    begin();
    run_settling(5min);
    EXPECT_TRUE(entries("evict").empty());
    replicas = 5;
    settle();
    EXPECT_EQ(request(pods().front(), "cpu"), "1");
    EXPECT_EQ(request(pods().back(), "cpu"), "126m");
    EXPECT_EQ(
        pods().back().metadata.annotations.at("vpaUpdates"),
        "Pod resources updated by shop: container 0: cpu request, memory request"
    );
}

TEST_F(VpaControllerTest, RecreateEvictsAFewAtATimeUntilAllFit) {
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    begin();
    clock.run_for(1s);
    EXPECT_EQ(entries("evict").size(), 2u) << "half of four may be away";
    run_settling(3min);
    EXPECT_EQ(entries("evict").size(), 4u);
    for (const spec::Pod& pod : pods()) EXPECT_EQ(request(pod, "cpu"), "126m");
    EXPECT_THAT(events(), Contains("EvictedByVPA"));
    EXPECT_THAT(events(), Contains("EvictedPod"));
    const journal::Entry entry = entries("evict").front();
    EXPECT_EQ(entry.outcome, "done");
    EXPECT_THAT(entry.summary, HasSubstr("a request is outside the recommended range"));
    run_settling(30min);
    EXPECT_EQ(entries("evict").size(), 4u) << "and then it rests";
}

TEST_F(VpaControllerTest, PodsThatNeverRanAreNoReason) {
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    for (const spec::Pod& pod : pods()) set_phase(pod, "Pending");
    begin();
    clock.run_for(65s);
    EXPECT_EQ(
        conditions(),
        (std::vector<std::string>{"NoPodsMatched=True", "RecommendationProvided=False"})
    );
    EXPECT_TRUE(stored().status.recommendation->container_recommendations.empty());
    EXPECT_TRUE(entries("evict").empty());
    EXPECT_EQ(journal.entries().back().steps.front().rule, "no-pods");
    for (const spec::Pod& pod : pods()) set_phase(pod, "Running");
    clock.run_for(60s);
    EXPECT_EQ(target("cpu").text(), "126m") << "what it used since it runs";
    EXPECT_EQ(entries("evict").size(), 2u);
}

TEST_F(VpaControllerTest, PendingPodsBesideOneThatRuns) {
    struct Case {
        const char *mode, *phase;
        std::size_t evicted;
    };
    const Case cases[] = {
        {"Recreate", "Pending", 3},           // they serve nobody yet
        {"Recreate", "", 0},                  // on no node: one pod is too few to touch any
        {"InPlaceOrRecreate", "Pending", 0},  // a resize waits until they run
        {"InPlaceOrRecreate", "", 0},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.mode) + " " + c.phase);
        ASSERT_TRUE(store->create(autoscaler(c.mode)));
        const std::size_t before = entries("evict").size();
        bool is_first = true;
        for (const spec::Pod& pod : pods())
            set_phase(pod, std::exchange(is_first, false) ? "Running" : c.phase);
        begin();
        controller->resize_with(resize_through(*store));
        clock.run_for(1s);
        EXPECT_EQ(target("cpu").text(), "126m");
        EXPECT_EQ(entries("evict").size() - before, c.evicted);
        EXPECT_TRUE(entries("resize").empty());
        ASSERT_TRUE(store->remove({"VerticalPodAutoscaler", "default", "shop"}, {}));
        admission = nullptr;  // they come back as they were
        settle();
    }
}

TEST_F(VpaControllerTest, NothingIsEvictedWhilePodsWouldComeBackAsTheyWere) {
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    controller = std::make_unique<VpaController>(World{clock, rng, *store, metrics, journal});
    controller->start();
    run_settling(10min);
    EXPECT_TRUE(entries("evict").empty());
}

TEST_F(VpaControllerTest, WithoutJournalNothingIsDone) {
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    begin();
    journal.refuse(true);
    run_settling(5min);
    EXPECT_FALSE(stored().status.recommendation);
    EXPECT_EQ(created, 4);
    journal.refuse(false);
    run_settling(5min);
    EXPECT_EQ(created, 8);
}

TEST_F(VpaControllerTest, ARestartGoesOnFromTheCheckpoints) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    metrics.milli = 500;
    begin();
    run_settling(2h);
    const std::int64_t before = samples();
    const Quantity busy = target("cpu");
    controller.reset();
    metrics.milli = 100;
    begin();
    run_settling(10min);
    EXPECT_GT(samples(), before);
    EXPECT_EQ(target("cpu"), busy) << "nine tenths of the history are as busy as before";
}

TEST_F(VpaControllerTest, AnOomRaisesTheMemory) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    begin();
    run_settling(5min);
    const Quantity before = target("memory");
    run_out_of_memory(pods().front());
    run_settling(2min);
    EXPECT_GT(target("memory"), before);
}

TEST_F(VpaControllerTest, AnOomCountsThoughItsPodIsGoneByThen) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    begin();
    run_settling(5min);
    const Quantity before = target("memory");
    for (const spec::Pod& pod : pods()) run_out_of_memory(pod);
    clock.run_for(5s);
    for (const spec::Pod& pod : pods())
        ASSERT_TRUE(store->remove({"Pod", "default", pod.metadata.name}, {}));
    replicas = 0;
    settle();
    ASSERT_TRUE(pods().empty());
    run_settling(1min);
    EXPECT_GT(target("memory"), before);
    EXPECT_THAT(conditions(), Contains("NoPodsMatched=True"));
}

TEST_F(VpaControllerTest, ResizesInPlaceWhereThereIsADoor) {
    ASSERT_TRUE(store->create(autoscaler("InPlaceOrRecreate")));
    begin();
    controller->resize_with(resize_through(*store));
    run_settling(5min);
    EXPECT_EQ(created, 4);
    EXPECT_TRUE(entries("evict").empty());
    EXPECT_EQ(entries("resize").size(), 4u);
    for (const spec::Pod& pod : pods()) {
        EXPECT_EQ(request(pod, "cpu"), "126m");
        EXPECT_EQ(pod.metadata.annotations.at("vpaInPlaceUpdated"), "true");
        EXPECT_EQ(pod.metadata.labels.at("app"), "shop");
    }
    EXPECT_THAT(events(), Contains("InPlaceResizedByVPA"));
}

TEST_F(VpaControllerTest, EvictsWhereAResizeFails) {
    ASSERT_TRUE(store->create(autoscaler("InPlaceOrRecreate")));
    begin();
    controller->resize_with([](const spec::Pod&) -> Result<void> {
        return fail(Code::unavailable, "no room");
    });
    run_settling(5min);
    EXPECT_EQ(entries("resize").front().outcome, "failed: no room");
    EXPECT_EQ(entries("evict").size(), 4u);
}

// The pod that would take its place is as large, so an eviction would cost the service a pod.
TEST_F(VpaControllerTest, AResizeThatAQuotaForbidsIsNoEviction) {
    spec::ResourceQuota quota;
    quota.metadata.name = "team";
    quota.spec.hard["requests.memory"] = Quantity::from_value(4 * 64 * mib);
    ASSERT_TRUE(store->create(quota));
    ASSERT_TRUE(store->create(autoscaler("InPlaceOrRecreate")));
    begin();
    controller->resize_with(resize_through(*store));
    run_settling(5min);
    EXPECT_TRUE(entries("evict").empty());
    EXPECT_EQ(created, 4);
    ASSERT_EQ(entries("resize").size(), 4u) << "tried again sparingly";
    EXPECT_THAT(
        entries("resize").front().outcome,
        HasSubstr("is forbidden: exceeded quota: team, requested")
    );
    EXPECT_THAT(events(), Contains("InPlaceResizeSkipped"));
    ASSERT_TRUE(store->remove({"ResourceQuota", "default", "team"}, {}));
    run_settling(10min);
    for (const spec::Pod& pod : pods()) EXPECT_EQ(request(pod, "cpu"), "126m");
    EXPECT_EQ(created, 4);
}

TEST_F(VpaControllerTest, WhatPodsGetIsWithinTheLimitRanges) {
    spec::LimitRange range;
    range.metadata.name = "sizes";
    range.spec.limits.emplace_back().type = "Container";
    range.spec.limits[0].min["cpu"] = Quantity::from_milli(300);
    range.spec.limits[0].max["cpu"] = Quantity::from_milli(4000);
    range.spec.limits[0].default_limit["cpu"] = Quantity::from_milli(2000);
    ASSERT_TRUE(store->create(range));
    spec::LimitRange elsewhere = range;
    elsewhere.metadata.ns = "other";
    elsewhere.spec.limits[0].min["cpu"] = Quantity::from_milli(900);
    ASSERT_TRUE(store->create(elsewhere));
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    begin();
    run_settling(3min);
    EXPECT_EQ(target("cpu").text(), "126m") << "the recommendation itself knows no ranges";
    ASSERT_EQ(created, 8);
    for (const spec::Pod& pod : pods()) {
        EXPECT_EQ(request(pod, "cpu"), "300m");
        EXPECT_EQ(pod.spec.containers[0].resources.limits.at("cpu").text(), "600m")
            << "the range's default, 2 for the 1 that the template requests, in proportion";
        EXPECT_THAT(
            pod.metadata.annotations.at("vpaUpdates"),
            HasSubstr("cpu capped to fit Min in container LimitRange")
        );
    }
    const journal::Entry entry = entries("evict").front();
    EXPECT_THAT(entry.after.at("app").get<std::string>(), HasSubstr("cpu 300m"));
    std::vector<std::string> texts;
    for (const journal::Step& step : entry.steps) texts.push_back(step.text);
    EXPECT_THAT(texts, Contains("app: cpu capped to fit Min in container LimitRange"));
    run_settling(30min);
    EXPECT_EQ(created, 8) << "and then it rests";
}

TEST_F(VpaControllerTest, OfTwoAutoscalersTheOlderIsInCharge) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    clock.run_for(1s);
    spec::VerticalPodAutoscaler younger = autoscaler("Recreate");
    younger.metadata.name = "younger";
    spec::ContainerResourcePolicy& policy =
        younger.spec.resource_policy.emplace().container_policies.emplace_back();
    policy.container_name = "*";
    policy.max_allowed["cpu"] = Quantity::from_milli(50);
    ASSERT_TRUE(store->create(younger));
    begin();
    run_settling(5min);
    for (const spec::Pod& pod : pods())
        EXPECT_EQ(request(pod, "cpu"), "50m") << "one that is off is in charge of nothing";
}

TEST_F(VpaControllerTest, GivesWayToAnHpaThatScalesOnAUtilization) {
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    spec::HorizontalPodAutoscaler hpa;
    hpa.metadata.name = "shop";
    hpa.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
    hpa.spec.max_replicas = 9;
    spec::MetricSpec& cpu = hpa.spec.metrics.emplace_back();
    cpu.type = "Resource";
    cpu.resource.emplace().name = "cpu";
    cpu.resource->target.average_utilization = 70;
    ASSERT_TRUE(store->create(hpa));
    begin();
    run_settling(10min);
    EXPECT_EQ(target("cpu").text(), "126m") << "recommended";
    EXPECT_EQ(created, 8) << "and each pod evicted once, for its memory";
    for (const spec::Pod& pod : pods()) {
        EXPECT_EQ(request(pod, "cpu"), "1") << "but not set";
        EXPECT_EQ(pod.spec.containers[0].resources.requests.at("memory"), target("memory"));
    }
    EXPECT_THAT(conditions(), Contains("ResourceContention=True"));
    EXPECT_EQ(
        entries("recommend").front().steps.back().text,
        "hpa/shop scales on the utilization of cpu of app: recommended, but not set, so that the "
        "two do not chase each other"
    );
    EXPECT_THAT(
        entries("evict").front().after.at("app").get<std::string>(), HasSubstr("cpu 1, memory")
    );
    ASSERT_TRUE(store->remove({"HorizontalPodAutoscaler", "default", "shop"}, {}));
    run_settling(10min);
    EXPECT_THAT(conditions(), testing::Not(Contains("ResourceContention=True")));
    replicas = 5;
    settle();
    EXPECT_EQ(request(pods().back(), "cpu"), "126m") << "what is new gets it again";
}

TEST_F(VpaControllerTest, AnAutoscalerSizesPodsAndGivesWayToItself) {
    spec::Autoscaler whole;
    whole.metadata.name = "shop";
    whole.spec.scale_target_ref = {"apps/v1", "Deployment", "shop"};
    whole.spec.max_replicas = 9;
    spec::MetricSpec& cpu = whole.spec.metrics.emplace_back();
    cpu.type = "Resource";
    cpu.resource.emplace().name = "cpu";
    cpu.resource->target.average_utilization = 70;
    whole.spec.vertical.emplace().update_policy.emplace().update_mode = "Recreate";
    ASSERT_TRUE(store->create(whole));
    begin();
    run_settling(10min);
    const auto status =
        store->get({"Autoscaler", "default", "shop"})->as<spec::Autoscaler>().status;
    ASSERT_TRUE(status.vertical && status.vertical->recommendation);
    EXPECT_FALSE(status.horizontal);
    const auto& made = status.vertical->recommendation->container_recommendations.at(0);
    EXPECT_EQ(made.target.at("cpu").text(), "126m");
    EXPECT_EQ(created, 8);
    for (const spec::Pod& pod : pods()) {
        EXPECT_EQ(request(pod, "cpu"), "1");
        EXPECT_EQ(pod.spec.containers[0].resources.requests.at("memory"), made.target.at("memory"));
    }
    EXPECT_EQ(entries("recommend").front().subject, "autoscaler/shop");
    EXPECT_THAT(
        entries("recommend").front().steps.back().text,
        HasSubstr("autoscaler/shop scales on the utilization of cpu of app: recommended")
    );
    // It remembers under a name that no VPA has.
    ASSERT_TRUE(store->create(autoscaler("Off")));
    run_settling(5min);
    for (const char* name : {"shop-app", "shop-app.autoscaler"})
        EXPECT_TRUE(store->get({"VerticalPodAutoscalerCheckpoint", "default", name})) << name;
    ASSERT_TRUE(store->remove({"Autoscaler", "default", "shop"}, {}));
    run_settling(15min);
    EXPECT_TRUE(store->get({"VerticalPodAutoscalerCheckpoint", "default", "shop-app"}));
    EXPECT_FALSE(store->get({"VerticalPodAutoscalerCheckpoint", "default", "shop-app.autoscaler"}));
}

TEST_F(VpaControllerTest, OneThatObservesRecommendsAndTouchesNoPod) {
    spec::VerticalPodAutoscaler observing = autoscaler("Recreate");
    observing.metadata.annotations["swell.dev/mode"] = "Observe";
    ASSERT_TRUE(store->create(observing));
    begin();
    run_settling(10min);
    EXPECT_EQ(target("cpu").text(), "126m");
    EXPECT_EQ(created, 4);
    EXPECT_TRUE(entries("evict").empty());
    EXPECT_THAT(conditions(), Contains("Observing=True"));
    replicas = 5;
    settle();
    EXPECT_EQ(request(pods().back(), "cpu"), "1") << "nor a new one";
    const std::vector<journal::Entry> told = entries("observe");
    ASSERT_GE(told.size(), 3u);
    EXPECT_EQ(told[0].before["app"], "cpu 1, memory 67108864");
    EXPECT_THAT(told[0].after["app"].get<std::string>(), HasSubstr("cpu 126m, memory "));
    EXPECT_THAT(told[0].summary, HasSubstr("would set other requests: app: 4 samples"));
    EXPECT_THAT(told[1].summary, HasSubstr("would evict pod shop-"));
    EXPECT_EQ(told[1].after.begin().value(), "evicted");
    EXPECT_LE(told.size(), 8u) << "what stays is told sparingly";
    EXPECT_THAT(events(), Contains("ObservedEviction"));
    EXPECT_THAT(events(), testing::Not(Contains("EvictedPod")));
}

TEST_F(VpaControllerTest, OneThatObservesIsInNobodysWay) {
    spec::VerticalPodAutoscaler observing = autoscaler("Recreate");
    observing.metadata.name = "elder";
    observing.metadata.annotations["swell.dev/mode"] = "Observe";
    ASSERT_TRUE(store->create(observing));
    clock.run_for(1s);
    ASSERT_TRUE(store->create(autoscaler("Recreate")));
    begin();
    run_settling(5min);
    EXPECT_EQ(entries("evict").size(), 4u);
    for (const spec::Pod& pod : pods()) EXPECT_EQ(request(pod, "cpu"), "126m");
}

TEST_F(VpaControllerTest, SaysWhatIsWrongWithATarget) {
    spec::VerticalPodAutoscaler lost = autoscaler("Recreate");
    lost.spec.target_ref.name = "shpo";
    ASSERT_TRUE(store->create(lost));
    begin();
    run_settling(1min);
    EXPECT_EQ(
        conditions(),
        (std::vector<std::string>{
            "ConfigUnsupported=True", "NoPodsMatched=True", "RecommendationProvided=False"
        })
    );
    EXPECT_THAT(
        journal.entries().back().summary, HasSubstr("Deployment default/shpo does not exist")
    );
}

TEST_F(VpaControllerTest, ATargetThatCannotBeReadIsToldAsByTheOriginal) {
    struct Case {
        spec::CrossVersionObjectReference target;
        const char* message;  // after `Cannot read targetRef. Reason: `; empty: it can
    };
    const Case cases[] = {
        {{"apps/v1", "Deployment", "nope"}, "Deployment default/nope does not exist"},
        {{"apps/v1", "ReplicaSet", "nope"}, "ReplicaSet default/nope does not exist"},
        {{"apps/v1", "StatefulSet", "db"}, "StatefulSet default/db does not exist"},
        {{"v1", "Deployment", "shop"}, ""},  // its version is not looked at
        {{"v1", "Deployment", "nope"}, "Deployment default/nope does not exist"},
        {{"v1", "Service", "shop"},
         "unhandled targetRef v1 / Service / shop, last error the server could not find the "
         "requested resource"},
        {{"argoproj.io/v1", "Rollout", "shop"},
         "unhandled targetRef argoproj.io/v1 / Rollout / shop, last error no matches for kind "
         "\"Rollout\" in group \"argoproj.io\""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.target.api_version + " " + c.target.kind + " " + c.target.name);
        spec::VerticalPodAutoscaler made = autoscaler("Off");
        made.spec.target_ref = c.target;
        ASSERT_TRUE(store->create(made));
        begin();
        clock.run_for(1s);
        std::string message;
        for (const spec::Condition& one : stored().status.conditions)
            if (one.type == "ConfigUnsupported") message = one.message;
        EXPECT_EQ(
            message,
            *c.message == 0 ? "" : std::string("Cannot read targetRef. Reason: ") + c.message
        );
        ASSERT_TRUE(store->remove({"VerticalPodAutoscaler", "default", "shop"}, {}));
    }
}

TEST_F(VpaControllerTest, WithoutMetricsNothingMoves) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    begin();
    run_settling(10min);
    const Quantity before = target("cpu");
    metrics.broken = true;
    run_settling(1h);
    EXPECT_EQ(target("cpu"), before);
}

TEST_F(VpaControllerTest, CheckpointsOfTheGoneAreCollected) {
    ASSERT_TRUE(store->create(autoscaler("Off")));
    begin();
    run_settling(5min);
    ASSERT_TRUE(store->remove({"VerticalPodAutoscaler", "default", "shop"}, {}));
    run_settling(15min);
    EXPECT_TRUE(store->list({.kind = "VerticalPodAutoscalerCheckpoint"}).empty());
    controller.reset();
    EXPECT_EQ(clock.pending(), 0u);
}

}  // namespace
}  // namespace swell::control::vpa
