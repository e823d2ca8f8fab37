// What a scaling policy costs and what it gives, on recorded loads, between two marks: the plain
// HPA (cpu at 70 %), and the optimum of who knows the load beforehand.
// `./bench policies [--folder DIR]`
//
// Nothing here is timed: the figures are the same at every run and on every machine.

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/clairvoyant.hpp"
#include "sim/report.hpp"
#include "sim/simulation.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaling.hpp"

namespace {

using namespace swell;
using namespace std::chrono_literals;

constexpr int fewest = 2, most = 100;  // replicas, of either policy
constexpr double highest_rate = 2800;  // requests a second: 40 pods at 70 %
constexpr double allowed_over = 0.01;  // the optimum's share over the objective, of any stretch
constexpr const char* name = "service";

/// One core a pod, 10 ms a request: a pod serves at most 100 a second. Objective 250 ms.
sim::Options options_of(Duration length) {
    sim::Options options;
    options.length = length;
    options.pods.start_up = 30s;
    options.pods.start_up_spread = 0;
    return options;
}

std::vector<spec::Object> objects() {
    spec::Deployment deployment;
    deployment.metadata.ns = "default";
    deployment.metadata.name = name;
    deployment.spec.replicas = fewest;
    deployment.spec.selector.match_labels["app"] = name;
    deployment.spec.pod_template.metadata.labels["app"] = name;
    spec::Container container;
    container.name = "main";
    container.image = "service:1";
    container.resources.requests["cpu"] = Quantity::from_value(1);
    container.resources.limits["cpu"] = Quantity::from_value(1);
    deployment.spec.pod_template.spec.containers = {container};

    spec::HorizontalPodAutoscaler hpa;
    hpa.metadata.ns = "default";
    hpa.metadata.name = name;
    hpa.spec.scale_target_ref = {.api_version = "apps/v1", .kind = "Deployment", .name = name};
    hpa.spec.min_replicas = fewest;
    hpa.spec.max_replicas = most;
    spec::MetricSpec& metric = hpa.spec.metrics.emplace_back();
    metric.type = "Resource";
    metric.resource.emplace().name = "cpu";
    metric.resource->target.type = "Utilization";
    metric.resource->target.average_utilization = 70;
    return {deployment, hpa};
}

struct Policy {
    const char* name = "";
    double replica_hours = 0, over = 0;
    std::size_t decisions = 0;
};

template <class T>
T must(Result<T> result) {
    if (result) return *std::move(result);
    std::fprintf(stderr, "bench policies: %s\n", result.error().what.c_str());
    std::exit(1);
}

Policy plain_hpa(const sim::Options& options, const sim::Trace& load) {
    const sim::Load one{{spec::kind_of<spec::Deployment>().name, "default", name}, load};
    const sim::Outcome outcome = must(sim::simulate(options, objects(), {one}));
    const sim::ServiceOutcome& service = outcome.services.front();
    return {
        "hpa", service.replica_hours, sim::share_over_objective(service.served), service.decisions
    };
}

Policy optimum(const sim::Options& options, const sim::Trace& load) {
    const spec::Object deployment = objects().front();
    const sim::Workload workload =
        must(sim::workload_of(deployment.as<spec::Deployment>(), options.workload));
    const auto needs = sim::needs_of(workload, load, options.length, allowed_over, fewest, most);
    const auto schedule = sim::cheapest_schedule(needs, options.pods);
    const sim::Fared fared =
        sim::follow_schedule(workload, load, options.length, schedule, options.pods);
    return {
        "optimum", fared.replica_hours, sim::share_over_objective(fared.served), schedule.size() - 1
    };
}

std::string text_of(const std::filesystem::path& file) {
    const gzFile in = ::gzopen(file.c_str(), "rb");
    std::string text;
    std::vector<char> bytes(1u << 16);
    int got = 0;
    while (in != nullptr &&
           (got = ::gzread(in, bytes.data(), static_cast<unsigned>(bytes.size()))) > 0)
        text.append(bytes.data(), static_cast<std::size_t>(got));
    if (in != nullptr) ::gzclose(in);
    if (in == nullptr || got < 0) {
        std::fprintf(stderr, "bench policies: %s: cannot be read\n", file.c_str());
        std::exit(1);
    }
    return text;
}

/// `nasa-http-1995-07` of `nasa-http-1995-07.csv.gz`.
std::string name_of(const std::filesystem::path& file) {
    const std::string whole = file.filename();
    return whole.substr(0, whole.find(".csv"));
}

void measure(const std::filesystem::path& file, std::vector<std::string>& figures) {
    const sim::Trace recorded = must(sim::parse_trace(text_of(file), file)).trace;
    const auto rate_of = [](const sim::Trace::Row& row) { return row.rate; };
    const double recorded_highest = std::ranges::max(recorded.rows(), {}, rate_of).rate;
    const sim::Trace load = recorded.scaled_to(highest_rate);
    const std::string trace = name_of(file);
    std::printf(
        "%s: %.1f days, rates times %.4g (highest %.4g -> %.0f requests/s)\n",
        trace.c_str(),
        seconds(load.length()) / 86'400,
        highest_rate / recorded_highest,
        recorded_highest,
        highest_rate
    );
    std::printf("    policy    replica-hours  over objective  changes of replicas\n");
    const sim::Options options = options_of(load.length());
    const Policy policies[] = {plain_hpa(options, load), optimum(options, load)};
    for (const Policy& one : policies) {
        std::printf(
            "    %-8s  %13.1f  %12.3f %%  %19zu\n",
            one.name,
            one.replica_hours,
            one.over * 100,
            one.decisions
        );
        const std::string figure = "policies." + trace + "." + one.name;
        char text[256];
        std::snprintf(
            text,
            sizeof text,
            "figure %s_replica_hours %.1f\nfigure %s_share_over_objective %.5f",
            figure.c_str(),
            one.replica_hours,
            figure.c_str(),
            one.over
        );
        figures.emplace_back(text);
    }
    char text[256];
    std::snprintf(
        text,
        sizeof text,
        "figure policies.%s.hpa_replica_hours_vs_optimum %.3f",
        trace.c_str(),
        policies[0].replica_hours / policies[1].replica_hours
    );
    figures.emplace_back(text);
    std::fflush(stdout);
}

std::filesystem::path folder_from(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "--folder") return argv[2];
    if (argc != 1) {
        std::fprintf(stderr, "usage: ./bench policies [--folder DIR]\n");
        std::exit(2);
    }
    const char* data = std::getenv("SWELL_TEST_DATA");
    return std::filesystem::path(data == nullptr ? "../shared" : data) / "traces" / "load";
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = folder_from(argc, argv);
    std::vector<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        if (entry.path().filename().string().find(".csv") != std::string::npos)
            files.push_back(entry.path());
    std::ranges::sort(files);
    if (files.empty()) {
        std::printf("skipped: no traces (*.csv, *.csv.gz) in %s\n", folder.c_str());
        return 0;
    }
    std::printf(
        "One core a pod, 10 ms of it a request (exponential), objective 250 ms.\n"
        "A pod starts in 30 s and ends in 2 s. Replicas %d to %d.\n"
        "The optimum knows the load, and is allowed %.0f %% over the objective in any stretch.\n\n",
        fewest,
        most,
        allowed_over * 100
    );
    std::vector<std::string> figures;
    for (const auto& file : files) measure(file, figures);
    std::printf("\n");
    for (const std::string& figure : figures) std::printf("%s\n", figure.c_str());
}
