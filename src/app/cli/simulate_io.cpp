#include "app/cli/simulate_io.hpp"

#include <zlib.h>

#include <iostream>

#include "base/fd_io.hpp"
#include "control/hpa/controller.hpp"
#include "sim/parallel_io.hpp"
#include "sim/policies.hpp"
#include "sim/report.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/read_io.hpp"
#include "trial/load/schedule.hpp"

namespace swell::app {

namespace {

/// What a person says of one Deployment's load; an empty name is for all that have none.
struct Named {
    std::string name;
    sim::Trace trace;
};

Result<std::string> text_of(const std::string& file) {
    constexpr std::size_t most = 256u << 20;
    const gzFile in = ::gzopen(file.c_str(), "rb");  // reads plain text as well
    if (in == nullptr) return fail(Code::not_found, file + ": cannot be opened");
    std::string text;
    std::vector<char> bytes(1u << 16);
    int got = 0;
    while ((got = ::gzread(in, bytes.data(), static_cast<unsigned>(bytes.size()))) > 0 &&
           text.size() < most)
        text.append(bytes.data(), static_cast<std::size_t>(got));
    ::gzclose(in);
    if (got < 0) return fail(Code::invalid, file + ": cannot be read");
    if (text.size() >= most) return fail(Code::invalid, file + ": larger than 256 MiB");
    return text;
}

/// `FILE`, or `NAME=FILE` for one Deployment.
Result<std::vector<Named>> traces(const Options& o) {
    std::vector<Named> list;
    for (const std::string& word : o.traces) {
        const std::size_t equals = word.find('=');
        const std::string file = equals == std::string::npos ? word : word.substr(equals + 1);
        const auto text = text_of(file);
        if (!text) return std::unexpected(text.error());
        auto read = sim::parse_trace(*text, file);
        if (!read) return std::unexpected(read.error());
        for (const std::string& warning : read->warnings)
            std::cerr << "warning: " << warning << "\n";
        if (o.peak > 0) read->trace = read->trace.scaled_to(o.peak);
        list.push_back(
            {equals == std::string::npos ? "" : word.substr(0, equals), std::move(read->trace)}
        );
    }
    return list;
}

/// The load that a LoadTest of the manifests describes, second by second.
sim::Trace trace_of(const spec::LoadTest& test) {
    std::vector<trial::Stage> stages;
    for (const auto& stage : test.spec.stages)
        stages.push_back({parse_duration(stage.duration).value_or(Duration{}), stage.rate});
    const trial::Schedule schedule(test.spec.start_rate, std::move(stages));
    std::vector<sim::Trace::Row> rows;
    for (Duration at{}; at < schedule.length(); at += std::chrono::seconds(1))
        rows.push_back({at, schedule.rate_at(at)});
    if (rows.empty()) rows.push_back({});
    return sim::Trace(std::move(rows));
}

Result<std::vector<sim::Load>> loads_of(
    const std::vector<spec::Object>& objects, const std::vector<Named>& traces
) {
    std::vector<sim::Load> loads;
    std::vector<bool> used(traces.size());
    for (const spec::Object& object : objects) {
        if (!object.is<spec::Deployment>()) continue;
        const spec::Key key = key_of(object);
        std::optional<sim::Trace> trace;
        for (std::size_t i = 0; i < traces.size(); ++i) {
            const bool is_own =
                traces[i].name == key.name || traces[i].name == key.ns + "/" + key.name;
            if (!is_own && (!traces[i].name.empty() || trace)) continue;
            used[i] = true;
            trace = traces[i].trace;
            if (is_own) break;
        }
        for (const spec::Object& other : objects) {
            if (trace || !other.is<spec::LoadTest>()) continue;
            const auto& test = other.as<spec::LoadTest>();
            if (test.spec.target.service == key.name && test.metadata.ns == key.ns)
                trace = trace_of(test);
        }
        if (trace) loads.push_back({key, std::move(*trace)});
    }
    for (std::size_t i = 0; i < traces.size(); ++i)
        if (!used[i])
            return fail(
                Code::invalid,
                traces[i].name.empty() ? std::string("--trace: there is no Deployment to load")
                                       : "--trace: no Deployment is named " + traces[i].name
            );
    if (loads.empty())
        return fail(
            Code::invalid, "no load: give --trace FILE.csv, or a LoadTest among the manifests"
        );
    return loads;
}

Result<std::vector<spec::Object>> read(const std::vector<std::string>& paths) {
    const spec::Manifests manifests = spec::read_paths(paths);
    for (const spec::Finding& finding : manifests.findings) std::cerr << finding.text() << "\n";
    if (!manifests.ok()) return fail(Code::invalid, "the manifests have problems");
    std::vector<spec::Object> objects;
    for (const auto& source : manifests.objects) objects.push_back(source.object);
    return objects;
}

Result<Duration> duration_of(const std::string& name, const std::string& text, Duration otherwise) {
    if (text.empty()) return otherwise;
    const auto read = parse_duration(text);
    if (!read) return fail(Code::invalid, name + ": " + read.error().what);
    if (*read < Duration{})
        return fail(Code::invalid, name + ": must not be negative, got " + text);
    return *read;
}

/// How old the metrics are that an autoscaler sees.
Result<sim::Measuring> measuring_of(const Options& o) {
    sim::Measuring measuring;
    const auto period = duration_of("--scrape-interval", o.scrape_interval, measuring.period);
    if (!period) return std::unexpected(period.error());
    if (*period < std::chrono::seconds(1))
        return fail(Code::invalid, "--scrape-interval: must be at least 1s");
    const auto lag =
        duration_of("--metric-lag", o.metric_lag, std::min<Duration>(measuring.lag, *period));
    if (!lag) return std::unexpected(lag.error());
    if (*lag > *period)
        return fail(
            Code::invalid,
            "--metric-lag: must be at most the scrape interval (" + to_text(*period) + "), got " +
                to_text(*lag)
        );
    if (*period + *lag > control::hpa::HpaController::stale_after)
        std::cerr << "warning: --scrape-interval: before each scrape the metrics are up to "
                  << to_text(*period + *lag) << " old; an HPA takes those older than "
                  << to_text(Duration(control::hpa::HpaController::stale_after))
                  << " for missing\n";
    measuring.period = *period;
    measuring.lag = *lag;
    return measuring;
}

/// About a thousand points a chart, on whole periods.
Duration point_of(const sim::Options& options) {
    const Duration period = options.measuring.period;
    return std::max<Duration>(period, options.length / 1000 / period * period);
}

Result<sim::Options> options_of(const Options& o, const std::vector<Named>& traces) {
    sim::Options options;
    options.seed = o.seed.value_or(1);
    Duration longest = std::chrono::hours(1);
    for (const Named& named : traces) longest = std::max(longest, named.trace.length());
    const auto length = duration_of("--for", o.length, longest);
    if (!length) return std::unexpected(length.error());
    const auto start_up = duration_of("--start-up", o.start_up, options.pods.start_up);
    if (!start_up) return std::unexpected(start_up.error());
    const auto objective = duration_of("--objective", o.objective, options.workload.objective);
    if (!objective) return std::unexpected(objective.error());
    const auto cpu =
        duration_of("--cpu-per-request", o.cpu_per_request, std::chrono::milliseconds(10));
    if (!cpu) return std::unexpected(cpu.error());
    if (*cpu == Duration{}) return fail(Code::invalid, "--cpu-per-request: must be more than 0");
    const auto measuring = measuring_of(o);
    if (!measuring) return std::unexpected(measuring.error());
    options.measuring = *measuring;
    options.length = *length;
    options.pods.start_up = *start_up;
    options.pods.crashes_per_hour = o.crashes_per_hour;
    options.workload.objective = *objective;
    options.workload.cpu_seconds_per_request = seconds(*cpu);
    if (!o.csv.empty() || !o.html.empty()) options.point = point_of(options);
    return options;
}

}  // namespace

Result<void> simulate_command(const Options& o) {
    const auto named = traces(o);
    if (!named) return std::unexpected(named.error());
    const auto options = options_of(o, *named);
    if (!options) return std::unexpected(options.error());
    auto first = read(o.arguments);
    if (!first) return std::unexpected(first.error());
    std::vector<std::pair<std::string, std::vector<spec::Object>>> policies;
    if (o.compare.empty()) {
        policies.emplace_back("", *std::move(first));
    } else {
        const auto given = read({o.compare});
        if (!given) return std::unexpected(given.error());
        auto [one, other] = sim::labels_of(o.arguments.front(), o.compare);
        auto beside = sim::other_side(*first, *given);
        policies.emplace_back(std::move(one), *std::move(first));
        policies.emplace_back(std::move(other), std::move(beside));
    }
    std::vector<sim::Outcome> outcomes;
    for (const auto& [label, objects] : policies) {
        const auto loads = loads_of(objects, *named);
        if (!loads) return std::unexpected(loads.error());
        auto outcome = sim::simulate_all(*options, objects, *loads);
        if (!outcome) return std::unexpected(outcome.error());
        for (const std::string& trouble : outcome->troubles)
            std::cerr << "warning: " << (label.empty() ? "" : label + ": ") << trouble << "\n";
        outcomes.push_back(std::move(*outcome));
    }
    std::vector<sim::Side> sides;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        sides.push_back({policies[i].first, outcomes[i]});
    std::cout << to_text(options->length) << " of virtual time, seed " << options->seed << "\n\n"
              << sim::table(sides);
    if (!o.csv.empty())
        if (auto written = write_file(o.csv, sim::csv(sides)); !written) return written;
    if (!o.html.empty())
        if (auto written = write_file(o.html, sim::html(sides)); !written) return written;
    return {};
}

}  // namespace swell::app
