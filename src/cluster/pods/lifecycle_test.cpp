#include "cluster/pods/lifecycle.hpp"

#include <gtest/gtest.h>

#include "cluster/pods/status.hpp"

namespace swell::cluster::pods {
namespace {

using std::chrono::seconds;

const Instant now{seconds(10'000)};

/// One letter a container: w waiting, s starting, r running, R running but not started yet, t
/// stopping, 0 exited with success, 1 with failure, b failed and in back-off, x running and given
/// up.
ContainerFacts container(char letter) {
    ContainerFacts facts;
    Exit exit;
    exit.finished_at = now - seconds(1);
    switch (letter) {
        case 's':
            facts.stage = Stage::starting;
            break;
        case 'x':
            facts.give_up = "failed liveness probe, will be restarted";
            [[fallthrough]];
        case 'r':
            facts.stage = Stage::running;
            break;
        case 'R':
            facts.stage = Stage::running;
            facts.probes.startup.emplace();
            break;
        case 't':
            facts.stage = Stage::stopping;
            break;
        case 'b':
            facts.backoff = {seconds(10), now - seconds(2)};
            [[fallthrough]];
        case '1':
            exit.code = 1;
            [[fallthrough]];
        case '0':
            facts.stage = Stage::exited;
            facts.exit = exit;
            break;
        default:
            break;
    }
    return facts;
}

/// Init containers in capital letters are sidecars: names say so.
spec::PodSpec pod(const std::string& inits, std::size_t containers, const std::string& policy) {
    spec::PodSpec made;
    made.restart_policy = policy;
    for (const char kind : inits) {
        made.init_containers.emplace_back();
        if (kind == 'S') made.init_containers.back().restart_policy = "Always";
    }
    made.containers.resize(containers);
    return made;
}

std::string text(const Plan& plan) {
    std::string all;
    for (const Action& action : plan.actions) {
        const char* words[] = {"drain", "start", "stop", "remove"};
        all += words[static_cast<int>(action.what)];
        if (action.what == Action::What::start || action.what == Action::What::stop)
            all += std::string(action.init ? " i" : " c") + std::to_string(action.index);
        all += ";";
    }
    return all;
}

TEST(Lifecycle, Table) {
    struct Case {
        const char* why;
        const char* policy;
        const char* kinds;       ///< of init containers: I plain, S sidecar
        const char* inits;       ///< their stages
        const char* containers;  ///< stages
        const char* flags;       ///< e ending, d drained, x expired
        const char* actions;
        const char* phase;
    };
    // clang-format off
    const Case cases[] = {
        // why                                      policy       kinds inits  containers flags actions                    phase
        {"all containers at once",                  "Always",    "",   "",    "ww",   "",   "start c0;start c1;",       "Pending"},
        {"starting is not asked for again",         "Always",    "",   "",    "s",    "",   "",                         "Running"},
        {"running needs nothing",                   "Always",    "",   "",    "r",    "",   "",                         "Running"},
        {"init containers first",                   "Always",    "II", "ww",  "w",    "",   "start i0;",                "Pending"},
        {"one after the other",                     "Always",    "II", "rw",  "w",    "",   "",                         "Pending"},
        {"the second when the first is done",       "Always",    "II", "0w",  "w",    "",   "start i1;",                "Pending"},
        {"then the rest",                           "Always",    "II", "00",  "w",    "",   "start c0;",                "Pending"},
        {"a failed init container again",           "Always",    "I",  "1",   "w",    "",   "start i0;",                "Pending"},
        {"in back-off, wait",                       "Always",    "I",  "b",   "w",    "",   "",                         "Pending"},
        {"policy Never: the pod failed",            "Never",     "I",  "1",   "w",    "",   "",                         "Failed"},
        {"a sidecar must have started",             "Always",    "SI", "Rw",  "w",    "",   "",                         "Pending"},
        {"a started sidecar runs on",               "Always",    "SI", "rw",  "w",    "",   "start i1;",                "Pending"},
        {"a sidecar that ended comes back",         "Never",     "S",  "0",   "r",    "",   "start i0;",                "Running"},
        {"a done init container does not",          "Always",    "I",  "0",   "r",    "",   "",                         "Running"},
        {"Always restarts success",                 "Always",    "",   "",    "0",    "",   "start c0;",                "Running"},
        {"Always restarts failure",                 "Always",    "",   "",    "1",    "",   "start c0;",                "Running"},
        {"after its back-off",                      "Always",    "",   "",    "b",    "",   "",                         "Running"},
        {"OnFailure restarts failure",              "OnFailure", "",   "",    "1",    "",   "start c0;",                "Running"},
        {"OnFailure leaves success",                "OnFailure", "",   "",    "0",    "",   "",                         "Succeeded"},
        {"Never leaves both",                       "Never",     "",   "",    "01",   "",   "",                         "Failed"},
        {"one still runs",                          "Never",     "",   "",    "0r",   "",   "",                         "Running"},
        {"all succeeded",                           "Never",     "",   "",    "00",   "",   "",                         "Succeeded"},
        {"then sidecars stop",                      "Never",     "S",  "r",   "00",   "",   "stop i0;",                 "Succeeded"},
        {"a probe gave up",                         "Always",    "",   "",    "x",    "",   "stop c0;",                 "Running"},
        {"drain before anything",                   "Always",    "",   "",    "rr",   "e",  "drain;",                   "Running"},
        {"then stop",                               "Always",    "",   "",    "rr",   "ed", "stop c0;stop c1;",         "Running"},
        {"one that starts is stopped too",          "Always",    "",   "",    "s",    "ed", "stop c0;",                 "Running"},
        {"stopping is not asked for again",         "Always",    "",   "",    "tr",   "ed", "stop c1;",                 "Running"},
        {"sidecars outlive containers",             "Always",    "SS", "rr",  "t",    "ed", "",                         "Running"},
        {"the last sidecar first",                  "Always",    "SS", "rr",  "0",    "ed", "stop i1;",                 "Succeeded"},
        {"one at a time",                           "Always",    "SS", "rt",  "0",    "ed", "",                         "Succeeded"},
        {"then the other",                          "Always",    "SS", "r0",  "0",    "ed", "stop i0;",                 "Succeeded"},
        {"down",                                    "Always",    "S",  "0",   "1",    "ed", "remove;",                  "Failed"},
        {"one that never began is down",            "Always",    "",   "",    "w",    "ed", "remove;",                  "Pending"},
        {"no restart while ending",                 "Always",    "",   "",    "b",    "ed", "remove;",                  "Failed"},
        {"too long active",                         "Always",    "",   "",    "r",    "x",  "stop c0;",                 "Running"},
        {"and it stays down",                       "Always",    "",   "",    "1",    "x",  "",                         "Failed"},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::string flags = c.flags;
        PodFacts facts;
        facts.now = now;
        facts.ending = flags.contains('e');
        facts.drained = flags.contains('d');
        facts.expired = flags.contains('x');
        for (const char* letter = c.inits; *letter != '\0'; ++letter)
            facts.init_containers.push_back(container(*letter));
        for (const char* letter = c.containers; *letter != '\0'; ++letter)
            facts.containers.push_back(container(*letter));
        for (const ContainerFacts& one : facts.containers)
            facts.begun = facts.begun || one.stage != Stage::waiting;
        const auto spec = pod(c.kinds, facts.containers.size(), c.policy);
        EXPECT_EQ(text(decide(spec, facts)), c.actions);
        EXPECT_EQ(phase_of(spec, facts), c.phase);
    }
}

TEST(Lifecycle, LooksAgainWhenTheBackOffEnds) {
    PodFacts facts;
    facts.now = now;
    facts.containers = {container('b')};
    const Plan plan = decide(pod("", 1, "Always"), facts);
    EXPECT_TRUE(plan.actions.empty());
    EXPECT_EQ(plan.look_again, now + seconds(9));
    facts.now = now + seconds(9);
    EXPECT_EQ(text(decide(pod("", 1, "Always"), facts)), "start c0;");
}

TEST(Lifecycle, TriesAgainLaterWhatLackedSomething) {
    PodFacts facts;
    facts.now = now;
    facts.containers = {container('w')};
    facts.containers[0].not_before = now + seconds(2);
    const Plan plan = decide(pod("", 1, "Always"), facts);
    EXPECT_TRUE(plan.actions.empty());
    EXPECT_EQ(plan.look_again, now + seconds(2));
    facts.containers = {container('x')};
    facts.containers[0].not_before = now + seconds(2);
    const Plan kept = decide(pod("", 1, "Always"), facts);
    EXPECT_TRUE(kept.actions.empty()) << "a restart that could not be journaled";
    EXPECT_EQ(kept.look_again, now + seconds(2));
}

}  // namespace
}  // namespace swell::cluster::pods
