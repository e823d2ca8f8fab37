#include "proxy/balance/least_request.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace swell::proxy {
namespace {

/// How often each endpoint is chosen in `draws`, its load standing still.
std::vector<int> chosen(const std::vector<int>& load, int draws) {
    Rng rng(7);
    std::vector<int> times(load.size());
    for (int i = 0; i < draws; ++i) {
        ++times[least_request(load.size(), [&load](std::size_t at) { return load[at]; }, rng)];
    }
    return times;
}

TEST(LeastRequest, Shares) {
    // With n endpoints and two draws, the k-th busiest of unequal loads gets (2k - 1) / n^2.
    struct Case {
        const char* why;
        std::vector<int> load;
        std::vector<double> share;
    };
    const Case cases[] = {
        {"one endpoint gets all", {9}, {1.0}},
        {"equal loads, equal shares", {3, 3, 3, 3}, {0.25, 0.25, 0.25, 0.25}},
        {"the busier of two only when drawn twice", {5, 1}, {0.25, 0.75}},
        {"by rank", {3, 2, 1}, {1.0 / 9, 3.0 / 9, 5.0 / 9}},
        {"how much busier does not matter", {900, 1, 0}, {1.0 / 9, 3.0 / 9, 5.0 / 9}},
    };
    constexpr int draws = 90'000;
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const std::vector<int> times = chosen(c.load, draws);
        for (std::size_t i = 0; i < times.size(); ++i) {
            EXPECT_NEAR(times[i], draws * c.share[i], draws * 0.01) << "endpoint " << i;
        }
    }
}

TEST(LeastRequest, KeepsLoadsTogether) {
    // 10,000 requests that never end over 100 endpoints: the fullest has log log n more than the
    // mean; drawing once it would have some 30 more.
    Rng rng(1);
    std::vector<int> load(100);
    for (int i = 0; i < 10'000; ++i) {
        ++load[least_request(load.size(), [&load](std::size_t at) { return load[at]; }, rng)];
    }
    EXPECT_LE(*std::max_element(load.begin(), load.end()), 104);
    EXPECT_GE(*std::min_element(load.begin(), load.end()), 90);
}

}  // namespace
}  // namespace swell::proxy
