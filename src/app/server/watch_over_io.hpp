#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/view/model.hpp"
#include "base/loop_io.hpp"
#include "cluster/cluster.hpp"
#include "journal/entry.hpp"
#include "metrics/instruments/histogram.hpp"
#include "metrics/pod_metrics.hpp"
#include "proxy/remote_io.hpp"

namespace swell::app {

/// Looks at everything once a second and keeps what one screen shows: the live view, `/metrics` and
/// the closing summary come from here. Loop's thread.
class WatchOver {
  public:
    WatchOver(
        Loop& loop, cluster::Cluster& cluster, const metrics::Metrics& usage, proxy::Remote& remote
    );
    ~WatchOver();
    WatchOver(const WatchOver&) = delete;
    WatchOver& operator=(const WatchOver&) = delete;

    void start();
    /// Called each time with what the proxy counts. Before start().
    void on_stats(std::function<void(const proxy::Stats&)> call) { on_stats_ = std::move(call); }
    /// A decision that was acted on; the newest are shown.
    void decided(const journal::Entry& entry);
    void loads(std::vector<LoadView> loads) { loads_ = std::move(loads); }
    void state(std::string state) { state_ = std::move(state); }
    void warnings(std::vector<std::string> warnings) { warnings_ = std::move(warnings); }

    View view() const;
    Summary summary() const;
    /// The series of Services and pods in Prometheus' text form: proxy, replicas, decisions, usage.
    std::string prometheus() const;

  private:
    struct Window {
        Instant at{};
        std::int64_t requests = 0, errors = 0;
        metrics::Histogram latency;
    };
    struct Series {
        std::deque<Window> windows;  // cumulative, newest last; eleven: ten seconds
        std::vector<double> rates;
    };

    void look();
    void take(const proxy::Stats& stats);
    TrafficView traffic_view(const std::string& name, const Series& series) const;
    std::vector<WorkloadView> workloads() const;
    std::int64_t cpu_milli(const spec::Object& deployment) const;

    Loop& loop_;
    cluster::Cluster& cluster_;
    const metrics::Metrics& usage_;
    proxy::Remote& remote_;
    Instant started_;
    std::function<void(const proxy::Stats&)> on_stats_;
    std::string state_ = "running";
    std::map<std::string, Series> traffic_;
    std::map<std::string, std::vector<int>> replicas_;
    proxy::Stats stats_;
    std::vector<LoadView> loads_;
    std::vector<std::string> warnings_;
    std::deque<DecisionView> decisions_;
    std::vector<DecisionView> scalings_;
    std::map<std::pair<std::string, std::string>, std::int64_t> scaling_events_;  // service, type
    std::int64_t decision_count_ = 0;
    int peak_replicas_ = 0;
    Clock::Timer timer_ = 0;
};

/// What `now` has more than `before`, which is an earlier state of it.
metrics::Histogram since(const metrics::Histogram& now, const metrics::Histogram& before);

}  // namespace swell::app
