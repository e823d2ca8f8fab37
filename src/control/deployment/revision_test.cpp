#include "control/deployment/revision.hpp"

#include <gmock/gmock.h>

#include <string>

#include "control/deployment/pod_template.hpp"

namespace swell::control::deployment {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Revision, OfAnnotations) {
    struct Case {
        const char* why;
        const char* text;
        std::int64_t expected;
    };
    const Case cases[] = {
        {"a number", "12", 12},
        {"not a number", "twelve", 0},
        {"a number with a tail", "12x", 0},
        {"empty", "", 0},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        spec::ObjectMeta metadata;
        metadata.annotations[revision_annotation] = c.text;
        EXPECT_EQ(revision(metadata), c.expected);
    }
    EXPECT_EQ(revision({}), 0);
}

TEST(Revision, ANewReplicaSetGetsItsFirst) {
    spec::ReplicaSet set;
    spec::Deployment deployment;
    deployment.metadata.annotations = {
        {change_cause_annotation, "first"},
        {revision_annotation, "7"},
        {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
    };
    set_annotations(set, deployment, 8);
    EXPECT_THAT(
        set.metadata.annotations,
        ElementsAre(Pair(revision_annotation, "8"), Pair(change_cause_annotation, "first"))
    );
}

TEST(Revision, GoingBackKeepsTheOldNumbers) {
    spec::ReplicaSet set;
    set_annotations(set, {}, 1);
    set_annotations(set, {}, 3);
    EXPECT_EQ(set.metadata.annotations.at(revision_history_annotation), "1");
    set_annotations(set, {}, 5);
    EXPECT_EQ(set.metadata.annotations.at(revision_history_annotation), "1,3");
    EXPECT_EQ(revision(set.metadata), 5);
}

TEST(Revision, ALowerOneChangesNothing) {
    spec::ReplicaSet set;
    set_annotations(set, {}, 9);
    set_annotations(set, {}, 4);  // old ones were removed meanwhile
    EXPECT_EQ(revision(set.metadata), 9);
    EXPECT_FALSE(set.metadata.annotations.contains(revision_history_annotation));
}

TEST(Revision, HistoryIsBounded) {
    spec::ReplicaSet set;
    for (int i = 1; i < 2000; ++i) set_annotations(set, {}, i);
    const std::string& history = set.metadata.annotations.at(revision_history_annotation);
    EXPECT_LE(history.size(), 2000u);
    EXPECT_TRUE(history.ends_with(",1997,1998"));
    EXPECT_NE(history.front(), ',');
}

spec::PodTemplateSpec pod_template(const std::string& command) {
    spec::PodTemplateSpec made;
    made.metadata.labels["app"] = "shop";
    made.spec.containers.push_back({});
    made.spec.containers.back().name = "web";
    made.spec.containers.back().command = {command};
    return made;
}

TEST(PodTemplate, HashIsStableAndTellsTemplatesApart) {
    const std::string first = hash(pod_template("a"), {});
    EXPECT_EQ(first, hash(pod_template("a"), {}));
    EXPECT_NE(first, hash(pod_template("b"), {}));
    EXPECT_NE(first, hash(pod_template("a"), 1)) << "a collision gives another name";
    EXPECT_LE(first.size(), 10u);
    EXPECT_EQ(first.find_first_not_of("bcdfghjklmnpqrstvwxz2456789"), std::string::npos);
}

TEST(PodTemplate, TheHashLabelIsNoPartOfIt) {
    spec::PodTemplateSpec labeled = pod_template("a");
    labeled.metadata.labels[hash_label] = "x";
    EXPECT_EQ(hash(labeled, {}), hash(pod_template("a"), {}));
    EXPECT_TRUE(same_template(labeled, pod_template("a")));
    labeled.metadata.labels["tier"] = "front";
    EXPECT_FALSE(same_template(labeled, pod_template("a")));
}

}  // namespace
}  // namespace swell::control::deployment
