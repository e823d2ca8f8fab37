#include "sim/report.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

namespace swell::sim {

namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
    std::va_list arguments;
    va_start(arguments, pattern);
    char text[256];
    const int length = std::vsnprintf(text, sizeof text, pattern, arguments);
    va_end(arguments);
    return {
        text, static_cast<std::size_t>(std::clamp(length, 0, static_cast<int>(sizeof text) - 1))
    };
}

const ServiceOutcome* find(const Outcome& outcome, const std::string& name) {
    const auto found = std::ranges::find(outcome.services, name, &ServiceOutcome::name);
    return found == outcome.services.end() ? nullptr : &*found;
}

/// Of all sides, in the order in which they first come.
std::vector<std::string> services_of(const std::vector<Side>& sides) {
    std::vector<std::string> names;
    for (const Side& side : sides)
        for (const ServiceOutcome& one : side.outcome.services)
            if (std::ranges::find(names, one.name) == names.end()) names.push_back(one.name);
    return names;
}

ServiceOutcome sum_of(const Outcome& outcome) {
    ServiceOutcome sum;
    sum.name = "all";
    for (const ServiceOutcome& one : outcome.services) {
        sum.served += one.served;
        sum.replica_hours += one.replica_hours;
        sum.decisions += one.decisions;
        sum.flaps += one.flaps;
        sum.lowest += one.lowest;
        sum.highest += one.highest;
    }
    return sum;
}

using Row = std::array<std::string, 8>;

Row row_of(const std::string& name, const ServiceOutcome& one) {
    const double requests = std::max(one.served.arrived, 1.0);
    return {
        name,
        std::to_string(one.lowest) + "-" + std::to_string(one.highest),
        format("%.1f", one.replica_hours),
        format("%.0f", one.served.arrived),
        format("%.3f %%", 100 * share_over_objective(one.served)),
        format("%.3f %%", 100 * one.served.failed / requests),
        std::to_string(one.decisions),
        std::to_string(one.flaps)
    };
}

std::string lines_of(const std::vector<Row>& rows) {
    std::array<std::size_t, 8> width{};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(width[i] - row[i].size(), ' ');
            line += i == 0 ? row[i] + gap : "   " + gap + row[i];  // numbers to the right
        }
        text += line + "\n";
    }
    return text;
}

std::string labelled(const Side& side, const std::string& name) {
    return side.label.empty() ? name : name + " (" + side.label + ")";
}

std::string difference(const Side& first, const Side& second) {
    const ServiceOutcome a = sum_of(first.outcome), b = sum_of(second.outcome);
    const double more = a.replica_hours > 0 ? (b.replica_hours / a.replica_hours - 1) * 100 : 0;
    return format(
        "%s beside %s: %+.1f %% replica-hours, %.3f %% instead of %.3f %% over the objective\n",
        second.label.c_str(),
        first.label.c_str(),
        more,
        100 * share_over_objective(b.served),
        100 * share_over_objective(a.served)
    );
}

/// Which services the sides do not share: the sums above cannot be held against each other.
std::string not_shared(const std::vector<Side>& sides) {
    std::string text;
    for (const std::string& name : services_of(sides))
        for (const Side& side : sides)
            if (find(side.outcome, name) == nullptr)
                text += name + " is not in " + side.label + ": the sums are not of the same\n";
    return text;
}

/// What vertical autoscalers did, a line a service; empty where there are none.
std::string vertical_of(const Side& side) {
    std::string text;
    const auto pods = [](std::size_t number) {
        if (number == 0) return std::string("none");
        return std::to_string(number) + (number == 1 ? " pod" : " pods");
    };
    for (const ServiceOutcome& one : side.outcome.services) {
        const Vertical& done = one.vertical;
        if (done.recommendation.empty()) continue;
        text += labelled(side, one.name) + ": resized in place " + pods(done.resizes) +
                ", evicted " + pods(done.evictions) + "; " + format("%.1f", one.core_hours) +
                " core-hours; in the end " + done.recommendation + "\n";
    }
    return text;
}

/// What observers would have set, a line each; empty where there are none.
std::string observed_by(const Side& side) {
    std::string text;
    for (const Observer& one : side.outcome.observers)
        text += labelled(side, one.name) +
                format(
                    " observes: %.1f replica-hours where there were %.1f; wanted another number "
                    "%zu times\n",
                    one.would_have_been,
                    one.replica_hours,
                    one.differed
                );
    for (const VerticalObserver& one : side.outcome.vertical_observers)
        text += labelled(side, one.name) + " observes: " + one.advice +
                format("; wanted to resize or evict a pod %zu times\n", one.acts);
    return text;
}

// RFC 4180
std::string field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        if (c == '<')
            safe += "&lt;";
        else if (c == '>')
            safe += "&gt;";
        else if (c == '&')
            safe += "&amp;";
        else if (c == '"')
            safe += "&quot;";
        else
            safe += c;
    }
    return safe;
}

// Charts: one SVG each, points joined by lines, steps for replicas.

struct Line {
    std::string name, colour;
    bool steps = false;
    std::vector<std::pair<double, double>> points;  // hours, value
};

constexpr double chart_width = 860, chart_height = 160, left = 60, top = 10;

std::string path_of(const Line& line, double hours, double most) {
    std::string path;
    double before = 0;
    for (const auto& [at, value] : line.points) {
        const double x = left + at / hours * chart_width;
        const double y = top + chart_height * (1 - value / most);
        if (path.empty())
            path = format("M%.1f %.1f", x, y);
        else if (line.steps)
            path += format("L%.1f %.1fL%.1f %.1f", x, before, x, y);
        else
            path += format("L%.1f %.1f", x, y);
        before = y;
    }
    return path;
}

std::string chart(const std::string& title, const std::vector<Line>& lines, double hours) {
    double most = 0;
    for (const Line& line : lines)
        for (const auto& [at, value] : line.points) most = std::max(most, value);
    if (most <= 0) most = 1;
    std::string svg = format(
        "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\"><title>",
        left + chart_width + 10,
        chart_height + 40
    );
    svg += escaped(title) + "</title>";
    for (const double part : {0.0, 0.5, 1.0}) {
        const double y = top + chart_height * (1 - part);
        svg += format(
            "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>"
            "<text x=\"%.0f\" y=\"%.1f\" class=\"y\">%.4g</text>",
            left,
            left + chart_width,
            y,
            y,
            left - 6,
            y + 4,
            most * part
        );
    }
    for (int i = 0; i <= 6; ++i)
        svg += format(
            "<text x=\"%.1f\" y=\"%.1f\" class=\"x\">%.4gh</text>",
            left + chart_width * i / 6,
            top + chart_height + 18,
            hours * i / 6
        );
    double legend = left;
    for (const Line& line : lines) {
        svg += "<path fill=\"none\" stroke=\"" + line.colour + "\" d=\"" +
               path_of(line, hours, most) + "\"/>";
        svg += format(
                   "<text x=\"%.0f\" y=\"%.0f\" fill=\"%s\">",
                   legend,
                   top + chart_height + 32,
                   line.colour.c_str()
               ) +
               escaped(line.name) + "</text>";
        legend += 12 + 7.5 * static_cast<double>(line.name.size());
    }
    return "<h3>" + escaped(title) + "</h3>" + svg + "</svg>\n";
}

template <class Value>
Line line_of(
    const ServiceOutcome& one, std::string name, std::string colour, bool steps, Value value
) {
    Line line{std::move(name), std::move(colour), steps, {}};
    for (const Point& point : one.points)
        line.points.emplace_back(seconds(point.at) / 3600, value(point));
    return line;
}

std::string charts_of(const std::vector<Side>& sides, const std::string& service, double hours) {
    constexpr std::array wanted_colours = {"#1f5fae", "#b4541a"};
    constexpr std::array ready_colours = {"#7fb0e8", "#e8b27f"};
    std::vector<Line> load, replicas, latency, late;
    for (std::size_t i = 0; i < sides.size(); ++i) {
        const ServiceOutcome* const there = find(sides[i].outcome, service);
        if (there == nullptr) continue;
        const ServiceOutcome& one = *there;
        const std::string of = sides[i].label.empty() ? "" : " " + sides[i].label;
        const std::size_t c = i % wanted_colours.size();
        if (load.empty())
            load.push_back(line_of(one, "requests a second", "#3a7d44", false, [](const Point& p) {
                return p.rate;
            }));
        replicas.push_back(line_of(one, "ready" + of, ready_colours[c], true, [](const Point& p) {
            return static_cast<double>(p.ready);
        }));
        replicas.push_back(line_of(one, "wanted" + of, wanted_colours[c], true, [](const Point& p) {
            return static_cast<double>(p.wanted);
        }));
        latency.push_back(line_of(
            one,
            "mean latency, ms" + of,
            wanted_colours[c],
            false,
            [](const Point& p) { return p.latency_ms; }
        ));
        late.push_back(line_of(
            one,
            "% over the objective" + of,
            wanted_colours[c],
            false,
            [](const Point& p) { return 100 * p.late; }
        ));
    }
    return chart("Load", load, hours) + chart("Replicas", replicas, hours) +
           chart("Latency", latency, hours) + chart("Over the objective", late, hours);
}

std::string decisions_of(const Side& side, const ServiceOutcome& one) {
    constexpr std::size_t most = 200;
    std::string text = "<h3>" + escaped(labelled(side, "Decisions")) + "</h3><table>";
    for (std::size_t i = 0; i < one.scalings.size() && i < most; ++i) {
        const Scaling& scaling = one.scalings[i];
        text += "<tr><td>" + to_text(scaling.at) + "</td><td>" + escaped(scaling.summary) +
                "</td></tr>";
    }
    text += "</table>";
    if (one.scalings.size() > most)
        text += "<p>and " + std::to_string(one.scalings.size() - most) + " more</p>";
    return text + "\n";
}

constexpr const char* head =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>swell simulate</title>"
    "<style>body{font:14px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;"
    "color:#222;background:#fff}svg{width:100%;height:auto}path{stroke-width:1.4}"
    ".grid{stroke:#ddd}text{font-size:11px;fill:#555}.y{text-anchor:end}.x{text-anchor:middle}"
    "table{border-collapse:collapse}td,th{padding:2px 10px;text-align:left}pre{overflow:auto}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.grid{stroke:#444}"
    "text{fill:#aaa}}</style></head><body>\n";

}  // namespace

double share_over_objective(const Served& served) {
    return served.arrived > 0 ? std::min(1.0, (served.late + served.failed) / served.arrived) : 0;
}

std::string table(const std::vector<Side>& sides) {
    std::vector<Row> rows = {
        {"SERVICE", "REPLICAS", "REPLICA-HOURS", "REQUESTS", "OVER", "FAILED", "DECISIONS", "FLAPS"}
    };
    const std::vector<std::string> services = services_of(sides);
    for (const std::string& name : services)
        for (const Side& side : sides)
            if (const ServiceOutcome* const one = find(side.outcome, name); one != nullptr)
                rows.push_back(row_of(labelled(side, name), *one));
    if (services.size() != 1)
        for (const Side& side : sides)
            rows.push_back(row_of(labelled(side, "all"), sum_of(side.outcome)));
    std::string text = lines_of(rows);
    if (sides.size() == 2) text += "\n" + difference(sides[0], sides[1]) + not_shared(sides);
    std::string vertical;
    for (const Side& side : sides) vertical += vertical_of(side);
    if (!vertical.empty()) text += "\n" + vertical;
    std::string observed;
    for (const Side& side : sides) observed += observed_by(side);
    if (!observed.empty()) text += "\n" + observed;
    return text;
}

std::string csv(const std::vector<Side>& sides) {
    std::string text = "side,service,time_s,rps,wanted,ready,late_share,latency_ms,cpu_cores\n";
    for (const Side& side : sides)
        for (const ServiceOutcome& one : side.outcome.services)
            for (const Point& point : one.points)
                text += field(side.label) + "," + field(one.name) +
                        format(
                            ",%.0f,%.3f,%d,%d,%.6f,%.3f,%.4f\n",
                            seconds(point.at),
                            point.rate,
                            point.wanted,
                            point.ready,
                            point.late,
                            point.latency_ms,
                            point.cpu_cores
                        );
    return text;
}

std::string html(const std::vector<Side>& sides) {
    std::string page = head;
    page += "<h1>What would have happened</h1>\n";
    if (sides.empty()) return page + "</body></html>\n";
    const Outcome& first = sides.front().outcome;
    page += "<p>" + to_text(first.length) + " of virtual time, seed " + std::to_string(first.seed) +
            "</p>\n<pre>" + escaped(table(sides)) + "</pre>\n";
    const double hours = std::max(seconds(first.length) / 3600, 1e-9);
    for (const std::string& name : services_of(sides)) {
        page += "<h2>" + escaped(name) + "</h2>\n" + charts_of(sides, name, hours);
        for (const Side& side : sides)
            if (const ServiceOutcome* const one = find(side.outcome, name); one != nullptr)
                page += decisions_of(side, *one);
    }
    return page + "</body></html>\n";
}

}  // namespace swell::sim
