#include "cluster/pods/restart_entry.hpp"

#include <gtest/gtest.h>

#include "cluster/pods/resize.hpp"

namespace swell::cluster::pods {
namespace {

TEST(RestartEntry, SaysHowItEndedAndWhatItWaitedFor) {
    spec::PodSpec pod;
    spec::Container container;
    container.name = "app";
    ContainerFacts facts;
    facts.restarts = 2;
    facts.exit.emplace();
    facts.exit->code = 3;
    facts.exit->finished_at = Instant{std::chrono::seconds(60)};
    facts.backoff = {std::chrono::seconds(20), Instant{std::chrono::seconds(50)}};
    const RestartOf of{{"Pod", "shop", "web-1"}, pod, container, false};
    const auto crashed = restart_entry(of, facts, "", Instant{std::chrono::seconds(80)});
    EXPECT_EQ(crashed.subject, "pod/shop/web-1");
    EXPECT_EQ(crashed.summary, "restarted container app: exited with code 3");
    EXPECT_EQ(crashed.before, (Json{{"restarts", 2}}));
    EXPECT_EQ(crashed.after, (Json{{"restarts", 3}}));
    ASSERT_EQ(crashed.steps.size(), 2u);
    EXPECT_EQ(crashed.steps[0].text, "restartPolicy Always starts it again");
    EXPECT_EQ(
        crashed.steps[1].text, "ended at 1970-01-01T00:01:00Z + back-off 20s = 1970-01-01T00:01:20Z"
    );
    EXPECT_TRUE(crashed.outcome.empty()) << "told after it is done";

    const auto probed = restart_entry(of, facts, "failed liveness probe", Instant{});
    EXPECT_EQ(probed.summary, "restarted container app: failed liveness probe");
    EXPECT_EQ(probed.steps.back().rule, "probe-failed");

    const auto resized = restart_entry(of, facts, resize_restart, Instant{});
    EXPECT_EQ(resized.summary, "restarted container app: resize requires restart");
    EXPECT_EQ(resized.steps.back().rule, "resize-policy");

    facts.exit->oom = true;
    EXPECT_EQ(
        restart_entry(of, facts, "", Instant{}).summary,
        "restarted container app: was killed for want of memory (exit code 137)"
    );
}

}  // namespace
}  // namespace swell::cluster::pods
