#include "cluster/pods/probe/probe.hpp"

#include <gtest/gtest.h>

namespace swell::cluster::pods {
namespace {

TEST(Probe, VerdictTable) {
    struct Case {
        const char* why;
        ProbeKind kind;
        int successes, failures;  ///< thresholds
        const char* results;      ///< of the tries: + and -
        bool passing, gave_up;
    };
    // clang-format off
    const Case cases[] = {
        // why                                        kind                  ok no  results   passing gave up
        {"not ready before the first try",            ProbeKind::readiness, 1, 3, "",        false, false},
        {"alive before the first try",                ProbeKind::liveness,  1, 3, "",        true,  false},
        {"one success is enough by default",          ProbeKind::readiness, 1, 3, "+",       true,  false},
        {"two are not three",                         ProbeKind::readiness, 3, 3, "++",      false, false},
        {"three in a row",                            ProbeKind::readiness, 3, 3, "+++",     true,  false},
        {"a failure between begins anew",             ProbeKind::readiness, 3, 3, "++-++",   false, false},
        {"two failures are borne",                    ProbeKind::readiness, 1, 3, "+--",     true,  false},
        {"the third is not",                          ProbeKind::readiness, 1, 3, "+---",    false, false},
        {"unready never kills",                       ProbeKind::readiness, 1, 1, "------",  false, false},
        {"liveness gives up at the threshold",        ProbeKind::liveness,  1, 3, "+---",    false, true},
        {"liveness fails from the start",             ProbeKind::liveness,  1, 3, "---",     false, true},
        {"not before",                                ProbeKind::liveness,  1, 3, "--",      true,  false},
        {"startup gives up",                          ProbeKind::startup,   1, 2, "--",      false, true},
        {"startup in time",                           ProbeKind::startup,   1, 2, "-+",      true,  false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Probe probe;
        probe.success_threshold = c.successes;
        probe.failure_threshold = c.failures;
        ProbeState state = begin_probe(c.kind, probe, Instant{});
        for (const char* result = c.results; *result != '\0'; ++result)
            state = after_try(probe, state, *result == '+', state.next);
        EXPECT_EQ(state.passing, c.passing);
        EXPECT_EQ(gave_up(c.kind, probe, state), c.gave_up);
    }
}

TEST(Probe, TriesKeepTheirPeriodAndNeverPileUp) {
    using std::chrono::seconds;
    spec::Probe probe;
    probe.initial_delay_seconds = 5;
    const Instant start{seconds(100)};
    ProbeState state = begin_probe(ProbeKind::readiness, probe, start);
    EXPECT_EQ(state.next, start + seconds(5));
    state = after_try(probe, state, true, state.next + seconds(1));
    EXPECT_EQ(state.next, start + seconds(15)) << "from when it was due, not from when it ended";
    state = after_try(probe, state, true, state.next + seconds(35));
    EXPECT_EQ(state.next, start + seconds(50)) << "a late one is not made up for";
}

TEST(Probe, StartupGatesTheOthers) {
    spec::Container container;
    container.startup_probe = container.readiness_probe = container.liveness_probe = spec::Probe{};
    Probes probes = begin_probes(container, Instant{});
    EXPECT_TRUE(active(probes, ProbeKind::startup));
    EXPECT_FALSE(active(probes, ProbeKind::readiness));
    EXPECT_FALSE(active(probes, ProbeKind::liveness));
    EXPECT_FALSE(started(probes));
    probes.startup->passing = true;
    EXPECT_FALSE(active(probes, ProbeKind::startup));
    EXPECT_TRUE(active(probes, ProbeKind::readiness));
    EXPECT_TRUE(active(probes, ProbeKind::liveness));
    EXPECT_TRUE(started(probes));
    EXPECT_FALSE(ready(probes));
    probes.readiness->passing = true;
    EXPECT_TRUE(ready(probes));
}

TEST(Probe, WithoutProbesAContainerIsReadyAtOnce) {
    const Probes probes = begin_probes(spec::Container{}, Instant{});
    EXPECT_TRUE(started(probes));
    EXPECT_TRUE(ready(probes));
    EXPECT_FALSE(active(probes, ProbeKind::liveness));
}

}  // namespace
}  // namespace swell::cluster::pods
