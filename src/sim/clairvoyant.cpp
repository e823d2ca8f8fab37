#include "sim/clairvoyant.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "base/sim_clock.hpp"
#include "sim/simulation.hpp"

namespace swell::sim {

namespace {

struct Interval {
    Duration from{}, to{};
};

/// When at least `pods` are needed. The last need never ends.
std::vector<Interval> times_of(const std::vector<PodsFrom>& needs, int pods) {
    std::vector<Interval> times;
    for (std::size_t i = 0; i < needs.size(); ++i) {
        if (needs[i].pods < pods) continue;
        const Duration to = i + 1 < needs.size() ? needs[i + 1].at : Duration::max();
        if (!times.empty() && times.back().to == needs[i].at)
            times.back().to = to;
        else
            times.push_back({needs[i].at, to});
    }
    return times;
}

/// When to want the pod that is needed at these times.
std::vector<Interval> cheapest_times(const std::vector<Interval>& needed, const PodModel& model) {
    std::vector<Interval> wanted;
    for (const Interval& one : needed) {
        const Duration from = std::max(one.from - model.start_up, Duration{});
        // A shorter gap costs less than its end and the next start.
        if (!wanted.empty() && from - wanted.back().to <= model.shut_down)
            wanted.back().to = one.to;
        else
            wanted.push_back({from, one.to});
    }
    return wanted;
}

/// One service and its pods, the youngest last.
class Followed {
  public:
    Followed(Service& service, const PodModel& model) : service_(service), model_(model) {}

    void want(int pods, SimClock& clock, bool from_the_start) {
        while (static_cast<int>(pods_.size()) < pods) start(clock, from_the_start);
        while (static_cast<int>(pods_.size()) > pods) end(clock);
    }

  private:
    void start(SimClock& clock, bool from_the_start) {
        const std::string name = "pod-" + std::to_string(++made_);
        pods_.push_back(name);
        service_.add_pod(name, clock.now());
        if (from_the_start) return service_.set_ready(name, true, clock.now());
        clock.call_after(model_.start_up, [this, name, &clock] {
            if (std::ranges::find(pods_, name) != pods_.end())
                service_.set_ready(name, true, clock.now());
        });
    }

    void end(SimClock& clock) {
        const std::string name = pods_.back();
        pods_.pop_back();
        service_.set_ready(name, false, clock.now());
        clock.call_after(model_.shut_down, [this, name, &clock] {
            service_.remove_pod(name, clock.now());
        });
    }

    Service& service_;
    const PodModel& model_;
    std::vector<std::string> pods_;
    int made_ = 0;
};

}  // namespace

int pods_needed(const Workload& workload, double rate, double share, int most) {
    if (rate <= 0) return 1;
    const auto suffices = [&](int pods) {
        Queue queue;
        const Served got = serve(workload, rate, pods, queue, std::chrono::seconds(1));
        return queue.waiting <= 0 && got.late + got.failed <= share * got.arrived;
    };
    int low = 1, high = most;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (suffices(middle))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

std::vector<PodsFrom> needs_of(
    const Workload& workload, const Trace& load, Duration length, double share, int least, int most
) {
    std::vector<PodsFrom> needs;
    for (Duration at{}; at < length;) {
        const int pods = std::max(pods_needed(workload, load.rate_at(at), share, most), least);
        if (needs.empty() || needs.back().pods != pods) needs.push_back({at, pods});
        const Duration next = load.next_change(at);
        if (next == Duration::max()) break;
        at = next;
    }
    return needs;
}

std::vector<PodsFrom> cheapest_schedule(const std::vector<PodsFrom>& needs, const PodModel& model) {
    int highest = 0;
    for (const PodsFrom& need : needs) highest = std::max(highest, need.pods);
    std::map<Duration, int> changes{{Duration{}, 0}};
    for (int pods = 1; pods <= highest; ++pods) {
        for (const Interval& wanted : cheapest_times(times_of(needs, pods), model)) {
            ++changes[wanted.from];
            if (wanted.to != Duration::max()) --changes[wanted.to];
        }
    }
    std::vector<PodsFrom> schedule;
    int pods = 0;
    for (const auto& [at, change] : changes) {
        pods += change;
        if (schedule.empty() || schedule.back().pods != pods) schedule.push_back({at, pods});
    }
    return schedule;
}

Fared follow_schedule(
    const Workload& workload,
    const Trace& load,
    Duration length,
    const std::vector<PodsFrom>& schedule,
    const PodModel& model
) {
    SimClock clock(start_of_time);
    Service service(workload, load, start_of_time, "");
    Followed pods(service, model);
    for (const PodsFrom& step : schedule) {
        if (step.at >= length) break;
        clock.call_at(start_of_time + step.at, [&pods, &clock, step] {
            pods.want(step.pods, clock, step.at == Duration{});
        });
    }
    clock.run_until(start_of_time + length);
    service.advance(clock.now());
    return {service.total(), service.pod_seconds() / 3600};
}

}  // namespace swell::sim
