#include "journal/explain.hpp"

#include <gtest/gtest.h>

namespace swell::journal {
namespace {

Instant at(const char* text) { return parse_rfc3339(text).value(); }

Entry scaled() {
    Entry entry;
    entry.id = 12;
    entry.at = at("2026-11-24T12:00:15Z");
    entry.controller = "hpa";
    entry.subject = "hpa/shop";
    entry.ns = "default";
    entry.name = "shop";
    entry.action = "scale";
    entry.summary = "scaled 2 → 4: cpu 171 % of request, target 70 %";
    entry.observation = {
        {"currentReplicas", 2},
        {"metrics",
         Json::array({{{"name", "cpu"}, {"usage", "342m"}}, {{"name", "memory"}, {"usage", "10Mi"}}}
         )},
        {"pods", {{"ready", 2}, {"missing", Json::array()}}},
    };
    entry.steps = {
        {"usage-ratio", "ceil(2 × 171 % / 70 %) = 5", {{"result", 5}}},
        {"scale-up-limit",
         "at most 2 + 100 % in 15s = 4",
         {{"result", 4}, {"until", "2026-11-24T12:00:30Z"}}},
        {"max-replicas", "4 ≤ 10", {{"result", 4}}},
    };
    entry.before = {{"replicas", 2}, {"paused", false}};
    entry.after = {{"replicas", 4}, {"paused", false}};
    entry.outcome = "done";
    entry.outcome_at = at("2026-11-24T12:00:15.25Z");
    return entry;
}

Entry held() {
    Entry entry = scaled();
    entry.id = 11;
    entry.at = at("2026-11-24T12:00:00Z");
    entry.action = "hold";
    entry.summary = "2 replicas: cpu 70 % of request is on target";
    entry.outcome = "none";
    entry.outcome_at.reset();
    return entry;
}

TEST(Explain, ReadsAsOnPaper) {
    EXPECT_EQ(
        explain(scaled(), {scaled(), held()}, at("2026-11-24T12:00:27Z")),
        R"(hpa/shop: scaled 2 → 4: cpu 171 % of request, target 70 %

when      2026-11-24 12:00:15 UTC (12s ago), decision 12 of hpa
seen      current replicas  2
          metrics           name cpu, usage 342m
                            name memory, usage 10Mi
          pods              ready 2, missing (none)
because   ceil(2 × 171 % / 70 %) = 5    usage-ratio
          at most 2 + 100 % in 15s = 4  scale-up-limit
          4 ≤ 10                        max-replicas
so        replicas  2 → 4
outcome   done, 250ms later
next      2026-11-24 12:00:30 UTC (in 3s) at the earliest: scale-up-limit

before that
TIME (UTC)           SUBJECT   ACTION  OUTCOME  SUMMARY
2026-11-24 12:00:00  hpa/shop  hold    -        2 replicas: cpu 70 % of request is on target
)"
    );
}

TEST(Explain, NamesakesAreLeftOut) {
    const auto of = [](std::uint64_t id, const char* uid) {
        Entry entry = scaled();
        entry.id = id;
        if (uid != nullptr) entry.observation["uid"] = uid;
        return entry;
    };
    const auto ids = [](const std::vector<Entry>& entries) {
        std::vector<std::uint64_t> list;
        for (const Entry& entry : entries) list.push_back(entry.id);
        return list;
    };
    using Ids = std::vector<std::uint64_t>;
    EXPECT_EQ(ids(without_namesakes({})), Ids{});
    EXPECT_EQ(
        ids(without_namesakes({of(4, "b"), of(3, "a"), of(2, "b"), of(1, "a")})), (Ids{4, 2})
    );
    EXPECT_EQ(ids(without_namesakes({of(2, nullptr), of(1, nullptr)})), (Ids{2, 1}))
        << "controllers that note none";
    EXPECT_EQ(ids(without_namesakes({Entry{.id = 7}, of(1, "a")})), Ids{7}) << "nothing was seen";
}

TEST(Explain, NamesOfObjectsStay) {
    Entry entry = scaled();
    entry.before = {{"web-867b854d95", 1}};
    entry.after = {{"web-867b854d95", 0}};
    EXPECT_NE(
        explain(entry, {}, entry.at).find("so        web-867b854d95  1 → 0\n"), std::string::npos
    );
}

TEST(Explain, WhatIsNotThereIsLeftOut) {
    Entry bare;
    bare.at = at("2026-11-24T12:00:15Z");
    bare.subject = "pods/a";
    bare.summary = "restarted";
    bare.controller = "pods";
    EXPECT_EQ(
        explain(bare, {}, bare.at),
        "pods/a: restarted\n\n"
        "when      2026-11-24 12:00:15 UTC (0s ago), decision 0 of pods\n"
        "outcome   not known: written before it was acted on\n"
    );
}

TEST(Explain, AChangeOfNothingSaysSo) {
    Entry same = scaled();
    same.after = same.before;
    EXPECT_NE(
        explain(same, {}, same.at).find("so        replicas  2, as before\n"), std::string::npos
    );
}

TEST(Explain, NextIsTheFirstUntilAfterTheDecision) {
    Entry entry = scaled();
    entry.steps.push_back({"stabilization-window", "", {{"until", "2026-11-24T12:00:20Z"}}});
    entry.steps.push_back({"past", "", {{"until", "2026-11-24T11:00:00Z"}}});
    entry.steps.push_back({"no time", "", {{"until", 5}}});
    EXPECT_EQ(next_change(entry)->rule, "stabilization-window");
}

TEST(Explain, WhatDecidesReplicas) {
    struct Case {
        const char* why;
        Json after;
        bool decides;
    };
    const Case cases[] = {
        {"a number of them", {{"replicas", 4}}, true},
        {"a container of that name", {{"replicas", "cpu 25m"}}, false},
        {"a recommendation", {{"app", "cpu 25m"}}, false},
        {"nothing", Json(), false},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        Entry entry = scaled();
        entry.after = c.after;
        EXPECT_EQ(decides_replicas(entry), c.decides);
    }
}

TEST(Entry, JsonGoesAndComesBack) {
    const Entry entry = scaled();
    const auto back = entry_from_json(to_json(entry));
    ASSERT_TRUE(back.has_value()) << back.error().what;
    EXPECT_EQ(to_json(*back), to_json(entry));
    EXPECT_EQ(back->outcome_at, entry.outcome_at);
    EXPECT_EQ(back->steps.size(), 3u);
    EXPECT_EQ(back->steps[1].numbers, entry.steps[1].numbers);
}

TEST(Entry, BadJsonIsRefused) {
    for (const char* text :
         {"[]",
          "{}",
          R"({"at": "yesterday"})",
          R"({"at": "2026-11-24T12:00:00Z", "steps": [1]})",
          R"({"at": "2026-11-24T12:00:00Z", "outcomeAt": 4})"})
        EXPECT_FALSE(entry_from_json(Json::parse(text)).has_value()) << text;
}

}  // namespace
}  // namespace swell::journal
