#include "app/cli/words.hpp"

#include <gtest/gtest.h>

#include "spec/kinds/autoscaler.hpp"

namespace swell::app {
namespace {

TEST(Words, TargetsAsKubectlReadsThem) {
    struct Case {
        std::vector<std::string> words;
        std::string expected;  // KIND/NAME joined by spaces; empty: refused
    };
    const Case cases[] = {
        {{"hpa"}, "HorizontalPodAutoscaler/"},
        {{"hpa", "shop"}, "HorizontalPodAutoscaler/shop"},
        {{"hpa,deploy"}, "HorizontalPodAutoscaler/ Deployment/"},
        {{"pods", "a", "b"}, "Pod/a Pod/b"},
        {{"hpa/shop", "svc/web"}, "HorizontalPodAutoscaler/shop Service/web"},
        {{"deployment.apps/shop"}, "Deployment/shop"},
        {{"deployments.v1.apps"}, "Deployment/"},
        {{"hpa.autoscaling", "shop"}, "HorizontalPodAutoscaler/shop"},
        {{"deployments.batch"}, ""},
        {{"pods.apps"}, ""},
        {{"all"}, "Pod/ Service/ Deployment/ ReplicaSet/ HorizontalPodAutoscaler/"},
        {{"all", "shop"}, ""},
        {{"hpa/"}, ""},
        {{"hpa/shop/x"}, ""},
        {{"hpa/shop", "web"}, ""},
        {{"nonsense"}, ""},
        {{}, ""},
    };
    for (const Case& c : cases) {
        std::string got;
        if (const auto parsed = targets(c.words))
            for (const Target& target : *parsed)
                got +=
                    (got.empty() ? "" : " ") + std::string(target.kind->name) + "/" + target.name;
        EXPECT_EQ(got, c.expected);
    }
}

TEST(Words, AnUnknownKindNamesTheNearest) {
    const auto got = targets({"deploymnt"});
    ASSERT_FALSE(got.has_value());
    EXPECT_NE(got.error().what.find("did you mean"), std::string::npos) << got.error().what;
}

const Instant created{std::chrono::seconds(1'800'000'000)};

spec::Object vertical(const char* mode) {
    spec::VerticalPodAutoscaler vpa;
    vpa.metadata.creation_timestamp = created;
    if (*mode != 0) vpa.metadata.annotations["swell.dev/mode"] = mode;
    return vpa;
}

TEST(Words, NothingDecidedYet) {
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    struct Case {
        const char* why;
        std::optional<spec::Object> object;
        Duration age;
        const char* expected;
    };
    const Case cases[] = {
        {"no such one", std::nullopt, seconds(9), "nothing was decided about vpa/obs"},
        {"new",
         vertical(""),
         seconds(18),
         "nothing was decided about vpa/obs yet: it decides every 60s, the first time in 42s at "
         "the latest"},
        {"any moment",
         vertical(""),
         milliseconds(59'900),
         "nothing was decided about vpa/obs yet: it decides every 60s, the first time in 1s at "
         "the latest"},
        {"overdue",
         vertical(""),
         seconds(60),
         "nothing was decided about vpa/obs yet: it decides every 60s"},
        {"sizes no pods",
         spec::HorizontalPodAutoscaler{},
         seconds(9),
         "nothing was decided about vpa/obs"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(nothing_decided("vpa/obs", c.object, created + c.age), c.expected) << c.why;
}

TEST(Words, NothingObservedYet) {
    struct Case {
        const char* why;
        std::optional<spec::Object> object;
        Decided decided;
        const char* expected;
    };
    constexpr const char* annotate =
        "vpa/obs did not observe: annotate it with swell.dev/mode: Observe";
    const Case cases[] = {
        {"nobody to ask", std::nullopt, Decided::never, annotate},
        {"acts", vertical("Act"), Decided::before_it_observed, annotate},
        {"acts, and new", vertical(""), Decided::never, annotate},
        {"new",
         vertical("Observe"),
         Decided::never,
         "vpa/obs observes, and has decided nothing yet: it decides every 60s, the first time in "
         "42s at the latest"},
        {"annotated just now",
         vertical("Observe"),
         Decided::before_it_observed,
         "vpa/obs observes, and has decided nothing since it does: it decides every 60s"},
        {"has no target",
         vertical("Observe"),
         Decided::as_observer,
         "vpa/obs wanted nothing so far: swell explain vpa/obs says why"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(
            nothing_observed("vpa/obs", c.object, c.decided, created + std::chrono::seconds(18)),
            c.expected
        ) << c.why;
}

TEST(Words, WhereItRuns) {
    EXPECT_EQ(
        where_it_runs({{"pid", 7}, {"detach", true}}),
        "running in the background; `swell get pods` looks, `swell down` ends it"
    );
    EXPECT_EQ(
        where_it_runs({{"pid", 7}, {"detach", false}}),
        "added to the run in the foreground (pid 7), which ends with its terminal; `swell get "
        "pods` looks"
    );
}

TEST(Words, SaidByAStatus) {
    const Json gone = {
        {"reason", "NotFound"},
        {"message", "deployments.apps \"shop\" not found"},
        {"details", {{"name", "shop"}, {"group", "apps"}, {"kind", "deployments"}}}
    };
    const Json elsewhere = {
        {"reason", "NotFound"},
        {"message", "the server could not find the requested resource"},
        {"details", Json::object()}
    };
    const Json taken = {
        {"reason", "AlreadyExists"},
        {"message", "deployments.apps \"shop\" already exists"},
        {"details", {{"name", "shop"}}}
    };
    const struct {
        const char* why;
        Json status;
        const char* target;
        const char* said;
    } cases[] = {
        // clang-format off
        {"an object that is not there", gone,        "/apis/apps/v1/namespaces/default/deployments/shop",      "deployment/shop not found"},
        {"in another namespace",        gone,        "/apis/apps/v1/namespaces/prod/deployments/shop?x=1",     "deployment/prod/shop not found"},
        {"of another path",             gone,        "/swell/v1/apply",                                        "deployments.apps \"shop\" not found"},
        {"a part that there is not",    elsewhere,   "/apis/apps/v1/namespaces/default/deployments/shop/x",    "the server could not find the requested resource"},
        {"anything else",               taken,       "/apis/apps/v1/namespaces/default/deployments",           "deployments.apps \"shop\" already exists"},
        {"nothing",                     Json(),      "/",                                                      ""},
        {"something else",              {{"message", 7}, {"details", "x"}}, "/",                               ""},
        // clang-format on
    };
    for (const auto& c : cases) EXPECT_EQ(said_by(c.status, c.target), c.said) << c.why;
}

TEST(Words, Runs) {
    EXPECT_EQ(runs({"shop=./shop --port $PORT"})->front().command, "./shop --port $PORT");
    EXPECT_FALSE(runs({"shop"}).has_value());
    EXPECT_FALSE(runs({"=x"}).has_value());
    EXPECT_FALSE(runs({"shop="}).has_value());
}

}  // namespace
}  // namespace swell::app
