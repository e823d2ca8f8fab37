#include "app/view/render.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace swell::app {

namespace {

constexpr const char* bold = "\x1b[1m";
constexpr const char* dim = "\x1b[2m";
constexpr const char* green = "\x1b[32m";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* red = "\x1b[31m";
constexpr const char* cyan = "\x1b[36m";
constexpr const char* plain = "\x1b[0m";

template <class... Args>
std::string format(const char* pattern, Args... args) {
    std::array<char, 512> text{};
    std::snprintf(text.data(), text.size(), pattern, args...);
    return text.data();
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

/// Bytes of the escape sequence at `at`, 0 where there is none.
std::size_t escape_length(std::string_view text, std::size_t at) {
    if (text[at] != '\x1b') return 0;
    const auto end = text.find('m', at);
    return end == std::string_view::npos ? text.size() - at : end - at + 1;
}

/// The first `width` columns; escape sequences are kept, so that colours still end.
std::string cut(std::string_view text, std::size_t width) {
    if (visible_width(text) <= width) return std::string(text);
    std::string result;
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (const auto length = escape_length(text, i)) {
            result += text.substr(i, length);
            i += length;
            continue;
        }
        if (starts_character(text[i]) && ++columns >= width) break;
        result += text[i++];
    }
    return result + "…" + (text.find('\x1b') == std::string_view::npos ? "" : plain);
}

std::string pad(std::string text, std::size_t width) {
    const auto columns = visible_width(text);
    if (columns < width) text.append(width - columns, ' ');
    return text;
}

struct Painter {
    bool colour;
    std::string operator()(const char* code, const std::string& text) const {
        return colour ? code + text + plain : text;
    }
};

std::string clock_text(Instant at) { return to_rfc3339_seconds(at).substr(11, 8); }

/// `████████░░░░ 71 %`, the target marked.
std::string gauge(const WorkloadView& w, const Painter& paint) {
    constexpr int cells = 16, full = 200;  // percent at the right end
    if (!w.current_percent) return paint(dim, "waiting for a first value");
    const int current = *w.current_percent, target = w.target_percent.value_or(100);
    const int filled = std::clamp(current * cells / full, 0, cells);
    const int mark = std::clamp(target * cells / full, 0, cells - 1);
    std::string bar;
    for (int i = 0; i < cells; ++i) bar += i == mark ? "│" : (i < filled ? "█" : "░");
    const char* tone = current > target * 11 / 10 ? yellow : green;
    return paint(tone, bar) + format(" %3d %% of request, target %d %%", current, target);
}

std::string workload_line(const WorkloadView& w, const Painter& paint) {
    std::string bounds = w.min && w.max ? format(" (%d to %d)", *w.min, *w.max) : "";
    const std::string wanted = format("%d wanted", w.wanted);
    const std::string ready = format("%d ready", w.ready);
    return "  " + pad(paint(bold, w.name), 18) + " " + paint(cyan, wanted) + ", " +
           paint(w.ready >= w.wanted ? green : yellow, ready) + bounds;
}

std::string traffic_line(const TrafficView& t, const Painter& paint) {
    const std::string errors = format("%.0f errors/s", t.errors_per_second);
    return "  " + pad(paint(bold, t.name), 18) +
           format(
               " %6.0f req/s   p50 %5.1f  p95 %5.1f  p99 %5.1f ms   ",
               t.requests_per_second,
               t.p50_ms,
               t.p95_ms,
               t.p99_ms
           ) +
           paint(t.errors_per_second > 0 ? red : dim, errors);
}

std::string load_line(const LoadView& l, const Painter& paint) {
    std::string line = "  " + pad(paint(bold, l.name), 18) + format(" %-9s", l.phase.c_str());
    if (l.total.count() > 0)
        line += format(
            "%s of %s   %5.0f req/s wanted, %5.0f done   ",
            to_age(l.elapsed).c_str(),
            to_age(l.total).c_str(),
            l.rate_wanted,
            l.rate_done
        );
    const std::string bad = format(
        "%lld errors, %lld dropped",
        static_cast<long long>(l.errors),
        static_cast<long long>(l.dropped)
    );
    return line + paint(l.errors + l.dropped > 0 ? red : dim, bad);
}

std::vector<double> as_doubles(const std::vector<int>& values) {
    return {values.begin(), values.end()};
}

void add_workloads(
    std::vector<std::string>& lines, const View& view, const Painter& paint, std::size_t spark
) {
    for (const auto& w : view.workloads) {
        lines.push_back(workload_line(w, paint));
        lines.push_back(
            "    " + pad(w.metric.empty() ? "" : w.metric, 4) + " " +
            (w.target_percent ? gauge(w, paint)
                              : format("%lld m used", static_cast<long long>(w.cpu_milli)))
        );
        if (w.replicas_history.size() > 1)
            lines.push_back(
                "    pods " + paint(cyan, sparkline(as_doubles(w.replicas_history), spark))
            );
    }
}

void add_traffic(
    std::vector<std::string>& lines, const View& view, const Painter& paint, std::size_t spark
) {
    for (const auto& t : view.traffic) {
        lines.push_back(traffic_line(t, paint));
        lines.push_back("    " + paint(dim, t.url));
        if (t.rate_history.size() > 1)
            lines.push_back("    rate " + paint(green, sparkline(t.rate_history, spark)));
    }
}

}  // namespace

std::size_t visible_width(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < text.size();) {
        if (const auto length = escape_length(text, i)) {
            i += length;
            continue;
        }
        columns += starts_character(text[i]);
        ++i;
    }
    return columns;
}

std::string sparkline(const std::vector<double>& values, std::size_t width) {
    static constexpr std::array blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t first = values.size() > width ? values.size() - width : 0;
    double largest = 0;
    for (std::size_t i = first; i < values.size(); ++i) largest = std::max(largest, values[i]);
    std::string text;
    for (std::size_t i = first; i < values.size(); ++i) {
        const double share = largest > 0 ? std::max(values[i], 0.0) / largest : 0;
        text += blocks[static_cast<std::size_t>(share * 7 + 0.5)];
    }
    return text;
}

std::vector<std::string> render(const View& view, const Screen& screen) {
    const Painter paint{screen.colour};
    const auto width = static_cast<std::size_t>(std::max(screen.width, 20));
    const std::size_t spark = width > 24 ? std::min<std::size_t>(width - 12, 120) : 12;
    std::vector<std::string> lines;
    lines.push_back(
        paint(bold, "swell") + "  " + view.state + " for " + to_age(view.up_for) + "   " +
        paint(dim, clock_text(view.now) + " UTC")
    );
    lines.emplace_back();
    lines.push_back(paint(dim, "WORKLOADS"));
    add_workloads(lines, view, paint, spark);
    if (!view.traffic.empty()) {
        lines.emplace_back();
        lines.push_back(paint(dim, "TRAFFIC"));
        add_traffic(lines, view, paint, spark);
    }
    if (!view.loads.empty()) {
        lines.emplace_back();
        lines.push_back(paint(dim, "LOAD"));
        for (const auto& load : view.loads) lines.push_back(load_line(load, paint));
    }
    for (const auto& warning : view.warnings) lines.push_back(paint(yellow, "! " + warning));
    const auto height = static_cast<std::size_t>(std::max(screen.height, 4));
    if (!view.decisions.empty() && lines.size() + 3 < height) {
        lines.emplace_back();
        lines.push_back(paint(dim, "DECISIONS"));
        for (const auto& d : view.decisions) {
            if (lines.size() + 2 >= height) break;
            lines.push_back(
                "  " + paint(dim, clock_text(d.at)) + " " + d.subject + "  " + d.summary
            );
        }
    }
    const std::string help =
        paint(dim, "Ctrl-C stops everything    swell explain hpa/NAME tells why");
    if (lines.size() + 1 < height) {
        lines.emplace_back();
        lines.push_back(help);
    }
    if (lines.size() > height) lines.resize(height);
    for (auto& line : lines) line = cut(line, width);
    return lines;
}

std::string render_line(const View& view) {
    std::string line = clock_text(view.now);
    for (const auto& w : view.workloads) {
        line += format("  %s %d wanted %d ready", w.name.c_str(), w.wanted, w.ready);
        if (w.current_percent && w.target_percent)
            line +=
                format(" %s %d%%/%d%%", w.metric.c_str(), *w.current_percent, *w.target_percent);
    }
    for (const auto& t : view.traffic)
        line += format(
            "  | %s %.0f req/s p50 %.1f p95 %.1f p99 %.1f ms, %lld errors",
            t.name.c_str(),
            t.requests_per_second,
            t.p50_ms,
            t.p95_ms,
            t.p99_ms,
            static_cast<long long>(t.errors)
        );
    for (const auto& l : view.loads)
        if (l.phase == "Running") line += format("  | load %.0f/s", l.rate_wanted);
    return line;
}

std::string render(const Summary& summary) {
    std::string text = "Summary\n";
    auto row = [&](const char* name, const std::string& value) {
        text += format("  %-16s %s\n", name, value.c_str());
    };
    row("took", to_age(summary.took));
    row("peak replicas", std::to_string(summary.peak_replicas));
    if (summary.loaded) {
        row("requests", std::to_string(summary.requests));
        row("errors", std::to_string(summary.errors));
        if (summary.dropped > 0) row("dropped", std::to_string(summary.dropped));
        row("latency",
            format(
                "p50 %.1f ms, p95 %.1f ms, p99 %.1f ms",
                summary.p50_ms,
                summary.p95_ms,
                summary.p99_ms
            ));
    }
    row("seed", std::to_string(summary.seed));
    row("decisions", std::to_string(summary.decisions));
    for (const auto& d : summary.scalings)
        text += "    " + clock_text(d.at) + " " + d.subject + "  " + d.summary + "\n";
    return text;
}

}  // namespace swell::app
