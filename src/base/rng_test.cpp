#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <array>

namespace swell {
namespace {

TEST(Rng, IsSplitmix64) {
    // The first numbers of the reference implementation (Vigna, splitmix64.c) from seed 1234567.
    Rng rng(1234567);
    for (const std::uint64_t want :
         {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u}) {
        EXPECT_EQ(rng.next(), want);
    }
}

TEST(Rng, StaysBelowAndCoversAll) {
    Rng rng(1);
    std::array<int, 7> counts{};
    for (int i = 0; i < 70'000; ++i) ++counts.at(rng.below(7));
    // Expected 10000 each, standard deviation 93: six of them is no accident.
    for (const int count : counts) EXPECT_NEAR(count, 10'000, 560);
    EXPECT_EQ(rng.below(1), 0u);
}

TEST(Rng, UnitIsInZeroToOne) {
    Rng rng(2);
    double sum = 0;
    for (int i = 0; i < 100'000; ++i) {
        const double number = rng.unit();
        ASSERT_GE(number, 0);
        ASSERT_LT(number, 1);
        sum += number;
    }
    EXPECT_NEAR(sum / 100'000, 0.5, 0.006);
}

TEST(Rng, SplitIsItsOwn) {
    Rng a(3);
    Rng b(3);
    Rng child = a.split();
    b.split();
    for (int i = 0; i < 5; ++i) child.next();
    EXPECT_EQ(a.next(), b.next()) << "draws of the child do not move the parent";
    EXPECT_NE(child.next(), a.next());
}

}  // namespace
}  // namespace swell
