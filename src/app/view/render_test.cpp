#include "app/view/render.hpp"

#include <gtest/gtest.h>

namespace swell::app {
namespace {

View busy() {
    View view;
    view.now = Instant(std::chrono::hours(12));
    view.up_for = std::chrono::seconds(75);
    view.state = "running";
    view.workloads = {{
        .name = "tiles",
        .wanted = 5,
        .ready = 4,
        .pods = 5,
        .min = 2,
        .max = 10,
        .metric = "cpu",
        .current_percent = 142,
        .target_percent = 70,
        .cpu_milli = 284,
        .replicas_history = {2, 2, 4, 5},
    }};
    view.traffic = {{
        .name = "tiles",
        .url = "http://127.77.0.1:8080",
        .requests_per_second = 120,
        .p50_ms = 4,
        .p95_ms = 9.5,
        .p99_ms = 20,
        .requests = 1000,
    }};
    view.loads = {
        {.name = "rush", .phase = "Running", .rate_wanted = 120, .total = std::chrono::seconds(180)}
    };
    for (int i = 0; i < 50; ++i)
        view.decisions.push_back(
            {view.now, "hpa/tiles", "scaled 2 → 5: cpu 142 % of request, target 70 %"}
        );
    return view;
}

TEST(Render, FitsEveryScreen) {
    for (const int width : {20, 40, 80, 200})
        for (const int height : {4, 10, 24, 60})
            for (const bool colour : {true, false}) {
                SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
                const auto lines = render(busy(), {width, height, colour});
                EXPECT_LE(lines.size(), static_cast<std::size_t>(height));
                for (const auto& line : lines)
                    EXPECT_LE(visible_width(line), static_cast<std::size_t>(width)) << line;
            }
}

TEST(Render, SaysWhatAPersonLooksFor) {
    std::string all;
    for (const auto& line : render(busy(), {120, 40, false})) all += line + "\n";
    for (const char* word :
         {"5 wanted",
          "4 ready",
          "(2 to 10)",
          "142 % of request, target 70 %",
          "120 req/s",
          "p95   9.5",
          "12:00:00 hpa/tiles",
          "http://127.77.0.1:8080"})
        EXPECT_NE(all.find(word), std::string::npos) << word << " in\n" << all;
    EXPECT_EQ(all.find('\x1b'), std::string::npos);
}

TEST(Render, ALineForLogs) {
    EXPECT_EQ(
        render_line(busy()),
        "12:00:00  tiles 5 wanted 4 ready cpu 142%/70%  | tiles 120 req/s p50 4.0 p95 9.5 p99 20.0 "
        "ms, 0 errors  | load 120/s"
    );
}

TEST(Render, SparklineScalesToTheLargestOfTheNewest) {
    struct Case {
        std::vector<double> values;
        std::size_t width;
        const char* text;
    };
    const Case cases[] = {
        {{}, 5, ""},
        {{0, 0}, 5, "▁▁"},
        {{1, 8}, 5, "▂█"},
        {{100, 1, 1}, 2, "██"},
    };
    for (const Case& c : cases) EXPECT_EQ(sparkline(c.values, c.width), c.text);
}

TEST(Render, TheSummaryHasNoLatencyWithoutLoad) {
    EXPECT_EQ(render(Summary{}).find("latency"), std::string::npos);
    EXPECT_NE(render(Summary{.requests = 5, .loaded = true}).find("latency"), std::string::npos);
}

}  // namespace
}  // namespace swell::app
