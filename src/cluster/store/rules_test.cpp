#include "cluster/store/rules.hpp"

#include <gtest/gtest.h>

#include <set>

#include "cluster/store/select.hpp"
#include "cluster/store/store_fixture.hpp"

namespace swell::cluster {
namespace {

using namespace fixture;

TEST(Rules, GraceIsShortenedNeverLengthened) {
    const auto none = std::nullopt;
    const struct {
        const char* why;
        std::optional<std::int64_t> first, second;
        std::int64_t grace;     // after both
        std::int64_t deadline;  // seconds after the first
        bool second_is_a_write;
    } cases[] = {
        // clang-format off
        {"the pod's own period",          none, none, 45, 45, false},
        {"a given period",                10,   none, 10, 10, false},
        {"a shorter second",              none, 5,     5,  5, true},
        {"a longer second",               10,   20,   10, 10, false},
        {"the same again",                10,   10,   10, 10, false},
        {"to nothing",                    10,   0,     0,  0, true},
        {"negative counts as one second", -1,   none,  1,  1, false},
        // clang-format on
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.why);
        spec::Pod about = pod("a");
        about.spec.termination_grace_period_seconds = 45;
        const auto first = removed(about, {.grace_seconds = c.first}, {start, 7});
        ASSERT_TRUE(first.has_value() && first->has_value());
        const auto second =
            removed(**first, {.grace_seconds = c.second}, {start + std::chrono::seconds(3), 8});
        ASSERT_TRUE(second.has_value());
        EXPECT_EQ(second->has_value(), c.second_is_a_write);
        const spec::ObjectMeta& end = (*second ? **second : **first).metadata();
        EXPECT_EQ(end.deletion_grace_period_seconds, c.grace);
        EXPECT_EQ(end.deletion_timestamp, start + std::chrono::seconds(c.deadline));
        EXPECT_EQ(is_gone(end), c.grace == 0);
    }
}

TEST(Rules, OnlyPodsHaveGrace) {
    const auto gone = removed(deployment("shop"), {.grace_seconds = 30}, {start, 2});
    EXPECT_TRUE(is_gone((*gone)->metadata()));
    spec::Deployment held = deployment("shop");
    held.metadata.finalizers = {"swell.dev/wait"};
    const auto marked = removed(held, {}, {start, 2});
    EXPECT_FALSE(is_gone((*marked)->metadata()));
    EXPECT_EQ((*marked)->metadata().deletion_timestamp, start);
}

TEST(Rules, AnEndlessGraceStaysInTheCalendar) {
    spec::Pod about = pod("a");
    about.spec.termination_grace_period_seconds = 9223372036854775807;
    const auto marked = removed(about, {}, {start, 2});
    EXPECT_GT((*marked)->metadata().deletion_timestamp, start);
}

TEST(Rules, UidsAndNames) {
    Rng rng(7);
    std::set<std::string> uids;
    for (int i = 0; i < 1000; ++i) {
        const std::string uid = make_uid(rng);
        EXPECT_EQ(uid.size(), 36u);
        EXPECT_EQ(uid[14], '4') << uid;
        EXPECT_NE(std::string("89ab").find(uid[19]), std::string::npos) << uid;
        uids.insert(uid);
    }
    EXPECT_EQ(uids.size(), 1000u);
    EXPECT_EQ(make_name("shop-", rng).size(), 10u);
    EXPECT_EQ(make_name(std::string(100, 'a'), rng).size(), 63u);
}

TEST(Select, Table) {
    spec::Pod about = owned(pod("a", "prod"), Object(deployment("shop")));
    about.metadata.owner_references[0].uid = "u1";
    about.status.phase = "Running";
    about.spec.hostname = "box";
    const Object object(about);
    const auto labels = [](const char* text) { return spec::Selector::parse(text).value(); };
    const struct {
        const char* why;
        Query query;
        bool matches;
    } cases[] = {
        // clang-format off
        {"everything",             {}, true},
        {"kind",                   {.kind = "Pod"}, true},
        {"other kind",             {.kind = "Service"}, false},
        {"namespace",              {.kind = "Pod", .ns = "prod"}, true},
        {"other namespace",        {.kind = "Pod", .ns = "default"}, false},
        {"labels",                 {.kind = "Pod", .labels = labels("app=shop")}, true},
        {"other labels",           {.kind = "Pod", .labels = labels("app!=shop")}, false},
        {"name",                   {.kind = "Pod", .fields = {{"metadata.name", "a"}}}, true},
        {"other name",             {.kind = "Pod", .fields = {{"metadata.name", "b"}}}, false},
        {"phase",                  {.kind = "Pod", .fields = {{"status.phase", "Running"}}}, true},
        {"another phase",          {.kind = "Pod", .fields = {{"status.phase", "Failed", false}}}, true},
        {"not this phase",         {.kind = "Pod", .fields = {{"status.phase", "Running", false}}}, false},
        {"both",                   {.kind = "Pod", .fields = {{"status.phase", "Running"}, {"metadata.name", "a"}}}, true},
        {"one of two",             {.kind = "Pod", .fields = {{"status.phase", "Running"}, {"metadata.name", "b"}}}, false},
        {"a field by its path",    {.kind = "Pod", .fields = {{"spec.hostname", "box"}}}, true},
        {"a number by its path",   {.kind = "Pod", .fields = {{"spec.terminationGracePeriodSeconds", "30"}}}, true},
        {"a path to nowhere",      {.kind = "Pod", .fields = {{"spec.nothing.there", "30"}}}, false},
        {"a path through text",    {.kind = "Pod", .fields = {{"spec.hostname.x", "box"}}}, false},
        {"owner",                  {.kind = "Pod", .owner_uid = "u1"}, true},
        {"other owner",            {.kind = "Pod", .owner_uid = "u2"}, false},
        // clang-format on
    };
    for (const auto& c : cases) EXPECT_EQ(matches(c.query, object), c.matches) << c.why;
}

}  // namespace
}  // namespace swell::cluster
