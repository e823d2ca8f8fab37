// Bad input gets an answer that a person can act on, and changes nothing.

#include <gtest/gtest.h>

#include "swell_io.hpp"

namespace swell::test {
namespace {

const std::string pod = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: shop
        command: [sleep, "1000"]
)";

std::string hpa(const std::string& bounds) {
    return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: "
           "shop}\nspec:\n"
           "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}\n" +
           bounds;
}

std::string bomb() {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 9; ++k) text += (k ? ", " : "") + last;
        text += "]\n";
    }
    return text;
}

TEST(BadInput, EachIsNamedWithItsPlace) {
    struct Case {
        const char* why;
        std::string text;
        std::vector<std::string> said;
    };
    const Case cases[] = {
        {"bounds",
         hpa("  minReplicas: 3\n  maxReplicas: 2\n"),
         {"shop.yaml:7:3: spec.maxReplicas: must be >= minReplicas (3), got 2"}},
        {"a typing error",
         hpa("  maxReplcas: 2\n"),
         {"shop.yaml:6:3: spec", "maxReplcas", "did you mean \"maxReplicas\"?"}},
        {"a wrong type", hpa("  maxReplicas: many\n"), {"shop.yaml:6:3: spec.maxReplicas", "many"}},
        {"an unknown kind",
         "apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: a}\n",
         {"shop.yaml:", "Deploymnt", "did you mean \"Deployment\"?"}},
        {"an image alone",
         "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "
         "nginx}]}\n",
         {"swell.dev/command", "--run"}},
        {"aliases without end", bomb(), {"shop.yaml:"}},
        {"deep nesting", std::string(100000, '[') + std::string(100000, ']'), {"shop.yaml:", "deep"}
        },
        {"invalid UTF-8", "apiVersion: v1\nkind: \xff\xfe\n", {"shop.yaml:2:", "UTF-8"}},
        {"a syntax error", "a: [1, 2\nb: 3\n", {"shop.yaml:"}},
        {"a duplicate key", "apiVersion: v1\nkind: Pod\nkind: Pod\n", {"shop.yaml:3:1", "kind"}},
        {"a LoadTest's port that its Service lacks",
         "apiVersion: swell.dev/v1\nkind: LoadTest\nmetadata: {name: peak}\nspec:\n"
         "  target: {service: web, port: nosuch}\n  stages: [{duration: 1s, rate: 1}]\n"
         "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n"
         "  selector: {app: web}\n  ports: [{name: http, port: 80}]\n",
         {"shop.yaml:5:26: spec.target.port: service/web has no port named nosuch; it has: http"}},
        {"nothing", "", {"no manifests"}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Swell swell;
        const auto got = swell.run({"up", swell.file("shop.yaml", c.text)});
        EXPECT_EQ(got.exit_code, 1);
        for (const auto& word : c.said)
            EXPECT_NE(got.err.find(word), std::string::npos) << word << " in\n"
                                                             << got.err.substr(0, 2000);
        EXPECT_TRUE(swell.processes().empty());
    }
}

TEST(BadInput, AllProblemsOfAllFilesAtOnce) {
    const Swell swell;
    const auto got = swell.run(
        {"up",
         swell.file("a.yaml", hpa("  maxReplicas: 0\n  nonsense: 1\n")),
         swell.file("b.yaml", "kind: Shop\n"),
         swell.folder() + "/missing.yaml"}
    );
    EXPECT_EQ(got.exit_code, 1);
    for (const char* word :
         {"a.yaml:6:3: spec.maxReplicas", "a.yaml:7:3", "nonsense", "b.yaml:1", "missing.yaml"})
        EXPECT_NE(got.err.find(word), std::string::npos) << word << " in\n" << got.err;
}

TEST(BadInput, AHundredMegabytesAreRefusedUnread) {
    const Swell swell;
    const auto got = swell.run({"up", swell.file("big.yaml", std::string(100u << 20, '#'))});
    EXPECT_EQ(got.exit_code, 1);
    EXPECT_NE(got.err.find("big.yaml"), std::string::npos) << got.err;
    EXPECT_NE(got.err.find("16 MiB"), std::string::npos) << got.err;
}

TEST(BadInput, StandardInputIsRead) {
    const Swell swell;
    const auto got = swell.run({"up", "-"}, hpa("  minReplicas: 3\n  maxReplicas: 2\n"));
    EXPECT_NE(got.err.find("<stdin>:7:3: spec.maxReplicas"), std::string::npos) << got.err;
}

TEST(BadInput, ManifestsAreCheckedWhereNothingRuns) {
    const Swell swell;
    const auto good = swell.run(
        {"apply", "--dry-run", swell.file("good.yaml", hpa("  minReplicas: 2\n  maxReplicas: 3\n"))}
    );
    EXPECT_EQ(good.exit_code, 0) << good.err;
    EXPECT_EQ(good.out.find("hpa/"), 0u) << good.out;
    const auto bad = swell.run(
        {"apply", "--dry-run", swell.file("bad.yaml", hpa("  minReplicas: 3\n  maxReplicas: 2\n"))}
    );
    EXPECT_EQ(bad.exit_code, 1);
    EXPECT_NE(bad.err.find("spec.maxReplicas"), std::string::npos) << bad.err;
    EXPECT_EQ(swell.run({"apply", swell.file("good.yaml", hpa("  maxReplicas: 3\n"))}).exit_code, 1)
        << "what is to be changed must run";
}

TEST(BadInput, OfTheCommandLine) {
    struct Case {
        std::vector<std::string> words;
        int code;
        const char* said;
    };
    const Case cases[] = {
        {{"get", "pods"}, 1, "not running"},
        {{"get", "pots"}, 1, "did you mean"},
        {{"explain", "hpa/shop"}, 1, "nothing was decided"},
        {{"scale", "deploy/shop", "--replicas", "-1"}, 2, "replicas"},
        {{"gett"}, 2, "did you mean \"get\"?"},
        {{"get"}, 2, "what"},
    };
    const Swell swell;
    for (const Case& c : cases) {
        const auto got = swell.run(c.words);
        EXPECT_EQ(got.exit_code, c.code) << c.words[0];
        EXPECT_NE((got.err + got.out).find(c.said), std::string::npos) << c.said << " in\n"
                                                                       << got.err << got.out;
    }
}

}  // namespace
}  // namespace swell::test
