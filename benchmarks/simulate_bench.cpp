// Fifty thousand services, each with its HPA and 2 to 10 pods, through an hour of virtual time.
// `./bench simulate [--services N] [--hours H] [--threads T] [--seed S]`

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "sim/fleet.hpp"
#include "sim/parallel_io.hpp"

namespace {

using namespace swell;

struct Size {
    int services = 50'000;
    double hours = 1;
    unsigned threads = 0;
    std::uint64_t seed = 1;
};

struct Run {
    double seconds = 0, cpu_seconds = 0;
    std::size_t evaluations = 0, decisions = 0;
    double replica_hours = 0;
    std::size_t services = 0;
};

Run run(const Size& size, int services) {
    sim::Options options;
    options.length = Duration(static_cast<std::int64_t>(std::llround(size.hours * 3600e9)));
    Run result;
    const auto began = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    const int parts = (services + sim::services_in_part - 1) / sim::services_in_part;
    const auto done = sim::simulate_parts(
        options,
        static_cast<std::size_t>(parts),
        [&](std::size_t i) { return sim::made_up_part(static_cast<int>(i), services, size.seed); },
        [&](const sim::Outcome& outcome) {
            result.evaluations += outcome.evaluations;
            result.services += outcome.services.size();
            for (const auto& service : outcome.services) {
                result.replica_hours += service.replica_hours;
                result.decisions += service.decisions;
            }
        },
        size.threads
    );
    if (!done) {
        std::fprintf(stderr, "bench simulate: %s\n", done.error().what.c_str());
        std::exit(1);
    }
    result.seconds = seconds(std::chrono::steady_clock::now() - began);
    result.cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    return result;
}

double peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// The slope of log(seconds) over log(services), by least squares: 1 is linear.
double exponent(const std::vector<std::pair<double, double>>& points) {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (const auto& [services, cost] : points) {
        const double x = std::log(services), y = std::log(cost);
        n += 1;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

Size size_from(int argc, char** argv) {
    Size size;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        if (name == "--services") size.services = std::atoi(argv[i + 1]);
        if (name == "--hours") size.hours = std::atof(argv[i + 1]);
        if (name == "--threads") size.threads = static_cast<unsigned>(std::atoi(argv[i + 1]));
        if (name == "--seed") size.seed = static_cast<std::uint64_t>(std::atoll(argv[i + 1]));
    }
    return size;
}

}  // namespace

int main(int argc, char** argv) {
    const Size size = size_from(argc, argv);
    std::printf("services  seconds  CPU s  µs CPU/evaluation  replica-hours  decisions  peak MiB\n"
    );
    std::vector<std::pair<double, double>> costs;
    Run last;
    for (const int part : {50, 10, 3, 1}) {
        const int services = std::max(1, size.services / part);
        last = run(size, services);
        costs.emplace_back(services, last.cpu_seconds);
        std::printf(
            "%8d  %7.1f  %5.1f  %17.2f  %13.0f  %9zu  %8.0f\n",
            services,
            last.seconds,
            last.cpu_seconds,
            last.cpu_seconds * 1e6 / static_cast<double>(last.evaluations),
            last.replica_hours,
            last.decisions,
            peak_mib()
        );
        std::fflush(stdout);
    }
    std::printf("\nfigure simulate.seconds_50k_services_1h %.1f\n", last.seconds);
    std::printf("figure simulate.peak_mib_50k_services %.0f\n", peak_mib());
    std::printf("figure simulate.cost_exponent %.3f\n", exponent(costs));
}
