#include "control/replicaset/expectations.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace swell::control::replicaset {
namespace {

using namespace std::chrono_literals;

spec::Pod pod(const std::string& uid, bool going = false) {
    spec::Pod pod;
    pod.metadata.uid = uid;
    if (going) pod.metadata.deletion_timestamp = Instant{};
    return pod;
}

struct ExpectationsTest : testing::Test {
    const Instant at{100s};
    Expectations expectations;

    bool met(const std::vector<spec::Pod>& pods, Duration later = 0s) {
        std::vector<const spec::Pod*> seen;
        for (const spec::Pod& pod : pods) seen.push_back(&pod);
        return expectations.met_by(seen, at + later);
    }
};

TEST_F(ExpectationsTest, NothingExpectedIsMet) { EXPECT_TRUE(met({})); }

TEST_F(ExpectationsTest, ACreationIsMetWhenItIsSeenOrGone) {
    expectations.created("a", at);
    expectations.created("b", at);
    EXPECT_FALSE(met({}));
    EXPECT_FALSE(met({pod("a")}));
    expectations.gone("b");
    EXPECT_TRUE(met({})) << "a was seen before";
}

TEST_F(ExpectationsTest, ADeletionIsMetWhenItIsMarkedOrGone) {
    expectations.deleted("a", at);
    expectations.deleted("b", at);
    EXPECT_FALSE(met({pod("a"), pod("b")}));
    EXPECT_FALSE(met({pod("a", true), pod("b")}));
    EXPECT_TRUE(met({pod("a", true)}));
}

TEST_F(ExpectationsTest, PatienceEnds) {
    expectations.created("a", at);
    EXPECT_FALSE(met({}, Expectations::patience - 1s));
    EXPECT_TRUE(met({}, Expectations::patience));
}

}  // namespace
}  // namespace swell::control::replicaset
