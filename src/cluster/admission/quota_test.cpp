#include "cluster/admission/quota.hpp"

#include <gtest/gtest.h>

namespace swell::cluster {
namespace {

using List = std::map<std::string, const char*>;

spec::ResourceList amounts(const List& list) {
    spec::ResourceList made;
    for (const auto& [name, text] : list) made[name] = *Quantity::parse(text);
    return made;
}

spec::ResourceQuota quota(const char* name, const List& hard, const List& used) {
    spec::ResourceQuota made;
    made.metadata.name = name;
    made.spec.hard = amounts(hard);
    made.status = {amounts(hard), amounts(used)};
    return made;
}

spec::Pod pod(const List& requests, const List& limits = {}) {
    spec::Pod made;
    made.metadata.name = "shop";
    spec::Container& web = made.spec.containers.emplace_back();
    web.name = "web";
    web.resources = {amounts(requests), amounts(limits)};
    return made;
}

TEST(OverQuota, ANewPod) {
    struct Case {
        const char* why;
        std::vector<spec::ResourceQuota> quotas;
        spec::Pod pod;
        const char* refused;
    };
    const Case cases[] = {
        {"no quota", {}, pod({}), ""},
        {"room", {quota("q", {{"cpu", "1"}}, {{"cpu", "500m"}})}, pod({{"cpu", "500m"}}), ""},
        {"no room",
         {quota("q", {{"cpu", "1"}, {"pods", "9"}}, {{"cpu", "501m"}, {"pods", "1"}})},
         pod({{"cpu", "500m"}}),
         "exceeded quota: q, requested: cpu=500m, used: cpu=501m, limited: cpu=1"},
        {"all that is over is told",
         {quota(
             "q",
             {{"requests.memory", "1Gi"}, {"pods", "1"}},
             {{"requests.memory", "1Gi"}, {"pods", "1"}}
         )},
         pod({{"memory", "64Mi"}}),
         "exceeded quota: q, requested: pods=1,requests.memory=64Mi, used: "
         "pods=1,requests.memory=1Gi, limited: pods=1,requests.memory=1Gi"},
        {"what a container must say",
         {quota(
             "q", {{"limits.cpu", "1"}, {"requests.cpu", "1"}, {"requests.nvidia.com/gpu", "1"}}, {}
         )},
         pod({{"cpu", "1m"}}),
         "failed quota: q: must specify limits.cpu for: web"},
        {"every quota is asked what must be said before any is counted",
         {quota("a", {{"pods", "0"}}, {{"pods", "0"}}), quota("b", {{"cpu", "1"}}, {{"cpu", "0"}})},
         pod({}),
         "failed quota: b: must specify cpu for: web"},
        {"over already, by what this does not add to",
         {quota(
             "q",
             {{"requests.nvidia.com/gpu", "1"}, {"pods", "5"}},
             {{"requests.nvidia.com/gpu", "3"}, {"pods", "1"}}
         )},
         pod({}),
         ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const spec::Object object(c.pod);
        EXPECT_EQ(over_quota(c.quotas, {.object = object, .now = {}}).value_or(""), c.refused);
    }
}

TEST(OverQuota, AChangedPodIsChargedWhatGrew) {
    const std::vector quotas = {quota("q", {{"cpu", "1"}}, {{"cpu", "800m"}})};
    const auto refused = [&](const char* before, const char* now) {
        const spec::Object old(pod({{"cpu", before}}));
        const spec::Object next(pod({{"cpu", now}}));
        return over_quota(quotas, {.object = next, .before = &old, .now = {}}).value_or("");
    };
    EXPECT_EQ(refused("300m", "500m"), "");
    EXPECT_EQ(
        refused("300m", "501m"),
        "exceeded quota: q, requested: cpu=201m, used: cpu=800m, limited: cpu=1"
    );
    EXPECT_EQ(refused("900m", "100m"), "");
}

TEST(OverQuota, APodThatMovesIntoAScopeIsChargedInFull) {
    auto bounded = quota("bounded", {{"pods", "1"}}, {{"pods", "1"}});
    bounded.spec.scopes = {"Terminating"};
    const spec::Object before(pod({}));
    spec::Pod changed = pod({});
    changed.spec.active_deadline_seconds = 60;
    const spec::Object now(changed);
    EXPECT_EQ(
        over_quota({bounded}, {.object = now, .before = &before, .now = {}}).value_or(""),
        "exceeded quota: bounded, requested: pods=1, used: pods=1, limited: pods=1"
    );
}

TEST(StatusOf, CountsWhatIsInScope) {
    spec::ResourceQuota given;
    given.spec.hard = amounts(
        {{"pods", "9"}, {"requests.memory", "1Gi"}, {"secrets", "2"}, {"limits.example.com/a", "1"}}
    );
    std::vector<spec::Object> objects = {pod({{"memory", "64Mi"}}), pod({{"memory", "64M"}})};
    objects.emplace_back(spec::Secret{});
    const auto status = status_of(given, objects, {});
    EXPECT_EQ(status.hard, given.spec.hard);
    EXPECT_EQ(
        status.used, amounts({{"pods", "2"}, {"requests.memory", "131108864"}, {"secrets", "1"}})
    );
    given.spec.scopes = {"BestEffort"};
    EXPECT_EQ(
        status_of(given, objects, {}).used,
        amounts({{"pods", "0"}, {"requests.memory", "0"}, {"secrets", "0"}})
    );
}

TEST(RoomFor, TheTightestQuota) {
    const std::vector quotas = {
        quota("compute", {{"requests.cpu", "20"}}, {{"requests.cpu", "15500m"}}),
        quota("objects", {{"pods", "40"}}, {{"pods", "31"}}),
    };
    struct Case {
        const char* why;
        spec::Pod pod;
        std::int64_t wanted;
        std::int64_t pods;
        const char* text;
    };
    const Case cases[] = {
        {"cpu",
         pod({{"cpu", "500m"}}),
         14,
         9,
         "quota compute leaves room for 9: requests.cpu used 15500m of 20"},
        {"pods",
         pod({{"cpu", "100m"}}),
         14,
         9,
         "quota objects leaves room for 9: pods used 31 of 40"},
        {"less is wanted", pod({{"cpu", "500m"}}), 9, 9, ""},
        {"none",
         pod({{"cpu", "5"}}),
         3,
         0,
         "quota compute leaves room for 0: requests.cpu used 15500m of 20"},
        {"unsaid", pod({}), 3, 0, "quota compute leaves room for 0: requests.cpu must be specified"
        },
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Room room = room_for(quotas, c.pod, c.wanted);
        EXPECT_EQ(room.pods, c.pods);
        EXPECT_EQ(room.quota.empty() ? "" : room.text(), c.text);
    }
}

}  // namespace
}  // namespace swell::cluster
