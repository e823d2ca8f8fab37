#include "journal/compare.hpp"

#include <gtest/gtest.h>

namespace swell::journal {
namespace {

using namespace std::chrono_literals;

const Instant start = parse_rfc3339("2026-11-24T12:00:00Z").value();

Entry seen(Duration after, int is, int would_be) {
    Entry entry;
    entry.at = start + after;
    entry.controller = "hpa";
    entry.subject = "hpa/candidate";
    entry.action = is == would_be ? "hold" : "observe";
    entry.summary = "would scale " + std::to_string(is) + " → " + std::to_string(would_be) +
                    ": cpu 140 % of request, target 70 %";
    entry.observation = {{"observes", true}};
    entry.before = {{"replicas", is}};
    entry.after = {{"replicas", would_be}};
    return entry;
}

std::vector<Entry> newest_first(std::vector<Entry> entries) {
    return {entries.rbegin(), entries.rend()};
}

TEST(Compare, ARowWhenEitherNumberChanges) {
    const auto entries = newest_first(
        {seen(0s, 2, 2), seen(2min, 2, 2), seen(3min, 2, 4), seen(5min, 4, 4), seen(6min, 4, 3)}
    );
    EXPECT_EQ(
        to_text(compare(entries, start + 8min), 10),
        "TIME (UTC)           REPLICAS  WOULD BE  WHY\n"
        "2026-11-24 12:00:00  2         2         cpu 140 % of request, target 70 %\n"
        "2026-11-24 12:03:00  2         4         cpu 140 % of request, target 70 %\n"
        "2026-11-24 12:05:00  4         4         cpu 140 % of request, target 70 %\n"
        "2026-11-24 12:06:00  4         3         cpu 140 % of request, target 70 %\n"
        "\n"
        "replicas, watched for 8m: mean 2.75, would have been 3.00; 0.37 hours, would have been "
        "0.40; differed for 50.00 % of the time\n"
    );
}

TEST(Compare, WhenNobodyWatchedNothingIsCounted) {
    const auto made = compare(newest_first({seen(0s, 2, 4), seen(10h, 2, 4)}), start + 20h);
    EXPECT_EQ(made.totals.at("replicas").watched, 2 * entry_stands_for);
    EXPECT_EQ(made.totals.at("replicas").differed, 2 * entry_stands_for);
    EXPECT_EQ(made.rows.size(), 1u);
}

TEST(Compare, OnlyWhatWasObserved) {
    Entry acted = seen(0s, 2, 4);
    acted.observation.erase("observes");
    EXPECT_TRUE(compare({acted}, start).rows.empty());
    EXPECT_EQ(to_text(compare({acted}, start), 10), "");
}

TEST(Compare, SeveralThingsHaveAColumnOfTheirOwn) {
    Entry requests = seen(0s, 0, 0);
    requests.before = {{"app", "cpu 1, memory 64Mi"}};
    requests.after = {{"app", "cpu 126m, memory 380258472"}};
    requests.summary = "would set other requests: app: 44 samples over 10m";
    Entry eviction = seen(1s, 0, 0);
    eviction.before = {{"pod shop-0", "runs"}};
    eviction.after = {{"pod shop-0", "evicted"}};
    eviction.summary = "would evict pod shop-0: a request is outside the recommended range";
    const auto made = compare({eviction, requests}, start);
    EXPECT_TRUE(made.totals.empty()) << "neither is a number";
    EXPECT_EQ(
        to_text(made, 10),
        "TIME (UTC)           WHAT        IS                  WOULD BE                    WHY\n"
        "2026-11-24 12:00:00  app         cpu 1, memory 64Mi  cpu 126m, memory 380258472  app: 44 "
        "samples over 10m\n"
        "2026-11-24 12:00:01  pod shop-0  runs                evicted                     a "
        "request is outside the recommended range\n"
    );
}

TEST(Compare, OldRowsAreLeftOutOfTheTextAlone) {
    std::vector<Entry> entries;
    for (int i = 0; i < 9; ++i) entries.push_back(seen(i * 1min, i, 2));
    const auto made = compare(newest_first(entries), start + 9min);
    EXPECT_EQ(to_text(made, 2).find("7 earlier rows are left out"), 0u);
    EXPECT_EQ(to_json(made)["rows"].size(), 9u);
    EXPECT_EQ(to_json(made)["rows"][8]["wouldBe"], 2);
    EXPECT_EQ(to_json(made)["totals"]["replicas"]["watchedSeconds"], 540.0);
}

}  // namespace
}  // namespace swell::journal
