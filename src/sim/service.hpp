#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metrics/pod_metrics.hpp"
#include "sim/custom.hpp"
#include "sim/trace.hpp"
#include "sim/workload.hpp"

namespace swell::sim {

/// How pods are measured.
struct Measuring {
    Duration period = std::chrono::seconds(15);  ///< of the scrapes, and the window of each
    /// From a scrape to the moment it can be read; at most `period`: one sample is on its way.
    Duration lag = std::chrono::seconds(2);
    double noise = 0.02;  ///< relative, uniform within ±noise
};

/// One service in virtual time: its load, its pods and what they are measured at. Pure: time goes
/// in with each call, and never backwards.
class Service {
  public:
    /// load      requests a second over time, from `start`
    /// container name of the one container that the usage is told of
    Service(Workload workload, Trace load, Instant start, std::string container);

    /// A pod that is starting: it is measured, and serves nothing.
    void add_pod(const std::string& name, Instant at);
    /// It serves from now on; or, after a crash, no more until it is ready again.
    void set_ready(const std::string& name, bool ready, Instant at);
    void remove_pod(const std::string& name, Instant at);
    /// It may use so many cores from now on, > 0. A new pod begins with workload().cores_per_pod;
    /// pods of unequal size serve as so many of their mean, each its part of the load.
    void set_cores(const std::string& name, double cores, Instant at);

    /// Serves all that came until `at`.
    void advance(Instant at);
    /// Measures each pod's mean usage since the last scrape. `draw` gives numbers in [0, 1).
    template <class Draw>
    void scrape(Instant at, const Measuring& measuring, Draw draw) {
        advance(at);
        begin_sample(at);
        for (Pod& pod : pods_) measure(pod, at, 1 + measuring.noise * (2 * draw() - 1));
        end_sample(at, at + measuring.lag);
    }
    /// The newest sample that can be read at `now`, appended to `into`.
    void read(Instant now, std::vector<metrics::PodMetrics>& into, const std::string& ns) const;
    /// A metric of each pod of that sample, appended to `into`; and of the service as a whole.
    /// Nothing before the first sample.
    void read(Instant now, MetricNames::Series series, std::vector<metrics::MetricValue>& into)
        const;
    std::optional<metrics::MetricValue> read(Instant now, MetricNames::Series series) const;
    /// The same, made once for all who ask.
    metrics::Metrics::Snapshot snapshot(Instant now, const std::string& ns) const;

    const Served& total() const { return total_; }
    double pod_seconds() const { return pod_seconds_; }
    /// The cores that its pods might have used, ready or not, times seconds.
    double core_seconds() const { return core_seconds_; }
    double rate(Instant at) const { return load_.rate_at(at - start_); }
    std::size_t ready() const { return ready_; }
    std::size_t pods() const { return pods_.size(); }
    double waiting() const { return queue_.waiting; }
    const Workload& workload() const { return workload_; }
    /// The requests since the last call: for a chart.
    Served take_recent();

  private:
    struct Pod {
        std::string name;
        bool ready = false;
        double weight = 1;     // its cores, in workload_.cores_per_pod
        double used = 0;       // CPU seconds since the last scrape, idling left out
        double used_from = 0;  // share_ when it began to serve, or at the last scrape
        Instant since{};       // it is there, or the last scrape was
    };
    struct Measured {
        std::string name;
        std::int64_t cpu_milli = 0;
        double requests_per_second = 0;
    };
    struct Sample {
        Instant at{}, readable{};
        Duration window{};
        Observed observed;
        std::vector<Measured> pods;
    };

    Pod* find(const std::string& name);
    const Sample& readable(Instant now) const {
        return newest_.readable <= now ? newest_ : before_;
    }
    void settle(Pod& pod);
    void weigh();
    void begin_sample(Instant at);
    void measure(Pod& pod, Instant at, double factor);
    void end_sample(Instant at, Instant readable);

    Workload workload_;
    Trace load_;
    Instant start_, now_, scraped_;
    std::string container_;
    std::vector<Pod> pods_;  // in the order of their names
    std::size_t ready_ = 0;
    double weight_ = 0, ready_weight_ = 0;  // of all pods, of those that are ready
    Queue queue_;
    double share_ = 0;  // CPU seconds that one ready pod of weight 1 would have spent till now
    Served total_, recent_, scraped_total_;
    double pod_seconds_ = 0, core_seconds_ = 0;
    Sample newest_, before_;
    std::size_t measured_ = 0;  // pods of the sample under way
    mutable std::shared_ptr<std::vector<metrics::PodMetrics>> told_;  // by snapshot(), last
    mutable Instant told_at_{};
};

}  // namespace swell::sim
