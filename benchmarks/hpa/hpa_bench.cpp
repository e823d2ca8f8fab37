// One evaluation of an autoscaler: the target's pods from the store, what was measured of them, the
// decision with its windows, limits and status. `bench_hpa [--pods N] [--seconds S]`; run beside
// the peer by ./run.
//
// Prints CPU nanoseconds an evaluation and the replicas decided on, as `NANOSECONDS REPLICAS`.

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "control/hpa/decide.hpp"
#include "control/hpa/reading.hpp"

namespace {

using namespace swell;
using namespace std::chrono_literals;

constexpr Instant now{1000h};

spec::ResourceList resources(const char* cpu, const char* memory) {
    return {{"cpu", *Quantity::parse(cpu)}, {"memory", *Quantity::parse(memory)}};
}

/// The same as in peer/main.go: two containers a pod, cpu and memory, all ready.
spec::Pod pod(int number) {
    spec::Pod made;
    made.metadata.ns = "default";
    made.metadata.name = "web-" + std::to_string(1000 + number);
    made.metadata.labels["app"] = "web";
    for (const auto& [name, cpu, memory] :
         {std::tuple("app", "500m", "256Mi"), std::tuple("proxy", "50m", "64Mi")}) {
        spec::Container& container = made.spec.containers.emplace_back();
        container.name = name;
        container.resources.requests = resources(cpu, memory);
    }
    return made;
}

spec::PodStatus running() {
    spec::PodStatus status;
    status.phase = "Running";
    status.start_time = now - 1h;
    spec::Condition& ready = status.conditions.emplace_back();
    ready.type = "Ready";
    ready.status = "True";
    ready.last_transition_time = now - 1h;
    return status;
}

metrics::PodMetrics measured(const std::string& name) {
    metrics::PodMetrics made;
    made.name = name;
    made.ns = "default";
    made.timestamp = now;
    made.window = 15s;
    made.containers = {
        {"app", resources("412345678n", "101234Ki")}, {"proxy", resources("21345678n", "31234Ki")}
    };
    return made;
}

spec::HorizontalPodAutoscaler autoscaler() {
    spec::HorizontalPodAutoscaler made;
    made.metadata.ns = "default";
    made.metadata.name = "web";
    made.spec.scale_target_ref = {.api_version = "apps/v1", .kind = "Deployment", .name = "web"};
    made.spec.min_replicas = 1;
    made.spec.max_replicas = 10'000;
    spec::MetricSpec& metric = made.spec.metrics.emplace_back();
    metric.type = "Resource";
    metric.resource.emplace().name = "cpu";
    metric.resource->target.type = "Utilization";
    metric.resource->target.average_utilization = 60;
    return made;
}

class Evaluation {
  public:
    explicit Evaluation(int pods) : store_(*cluster::Store::open("", clock_, Rng(1))) {
        std::vector<metrics::PodMetrics> list;
        for (int i = 0; i < pods; ++i) {
            spec::Pod one = pod(i);
            list.push_back(measured(one.metadata.name));
            auto stored = store_->create(one);
            one = stored->as<spec::Pod>();
            one.status = running();
            (void)store_->update_status(one);
        }
        answer_ = std::move(list);
        query_.kind = spec::kind_of<spec::Pod>().name;
        query_.ns = "default";
        query_.labels = spec::Selector::from(spec::Labels{{"app", "web"}});
        replicas_ = pods;
        evaluate();  // the status of the first run, as every later one finds it
    }

    std::int32_t evaluate() {
        namespace hpa = control::hpa;
        std::vector<spec::Object> objects = store_->list(query_);
        // As HpaController does: what the same objects said is not read out of them again.
        const auto value = &spec::Object::value;
        if (!std::ranges::equal(objects_, objects, {}, value, value)) {
            objects_ = objects;
            of_pods_.reset();
        }
        std::vector<const spec::Pod*> pods;
        pods.reserve(objects.size());
        for (const spec::Object& object : objects) pods.push_back(&object.as<spec::Pod>());
        hpa::Observation seen;
        seen.at = now;
        seen.replicas = seen.status_replicas = replicas_;
        seen.readings.push_back(hpa::read_resource(
            hpa_.spec.metrics.front(),
            answer_,
            pods,
            {.not_before = now - 90s, .refuse_negative = true},
            &of_pods_
        ));
        hpa::Decision decision = hpa::decide(seen, hpa_, state_, {}, hpa::Words::none);
        hpa_.status = std::move(decision.status);
        return decision.desired;
    }

  private:
    SimClock clock_{now};
    std::unique_ptr<cluster::Store> store_;
    cluster::Query query_;
    std::vector<spec::Object> objects_;
    std::optional<control::hpa::Gathered> of_pods_;
    Result<std::vector<metrics::PodMetrics>> answer_;
    spec::HorizontalPodAutoscaler hpa_ = autoscaler();
    /// Twenty recommendations, as many as five minutes have, and one that has just passed.
    control::hpa::State state_ = [] {
        std::vector<control::hpa::Recommendation> all(20, {.replicas = 1, .at = now - 1min});
        all.push_back({.replicas = 1, .at = now - 5min - 1s});
        return control::hpa::State{std::move(all), {}, {}};
    }();
    std::int32_t replicas_ = 0;
};

double cpu_ns() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto ns = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_usec) * 1e3;
    };
    return ns(usage.ru_utime) + ns(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
    int pods = 10;
    double length = 0.5;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--pods") pods = std::atoi(argv[i + 1]);
        if (option == "--seconds") length = std::atof(argv[i + 1]);
    }
    Evaluation one(pods);
    constexpr int piece = 1000;
    for (int i = 0; i < piece; ++i) one.evaluate();  // caches and the heap's size
    const double began = cpu_ns();
    double done = began;
    std::int64_t evaluations = 0;
    std::int32_t replicas = 0;
    while (done - began < length * 1e9) {
        for (int i = 0; i < piece; ++i) replicas = one.evaluate();
        evaluations += piece;
        done = cpu_ns();
    }
    std::printf("%.1f %d\n", (done - began) / static_cast<double>(evaluations), replicas);
}
