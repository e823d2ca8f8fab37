#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/rng.hpp"
#include "base/sim_clock.hpp"
#include "cluster/cluster.hpp"
#include "sim/service.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::sim {

/// What pods do that no manifest says.
struct PodModel {
    Duration start_up = std::chrono::seconds(10);  ///< from creation to readiness, mean
    double start_up_spread = 0.3;                  ///< uniform within ±spread
    Duration shut_down = std::chrono::seconds(2);  ///< from deletion to the end
    double crashes_per_hour = 0;                   ///< of each ready pod
    Duration restart = std::chrono::seconds(10);   ///< from a crash to readiness again
};

/// What a pod may use of the CPU: its own limit, else request; where it has none of its own, those
/// of its containers and sidecars together; one core where none says anything.
double cores_of(const spec::PodSpec& pod);

/// The nodes, the load balancer and the metrics server of a simulated cluster: takes pods that
/// appear in the store through their lives, feeds them, measures them. A pod is as large as its own
/// spec says; one that is resized is so at once.
class SimPods final : public metrics::Metrics {
  public:
    SimPods(
        SimClock& clock, cluster::Cluster& cluster, Rng rng, PodModel model, Measuring measuring
    );
    ~SimPods() override;
    SimPods(const SimPods&) = delete;
    SimPods& operator=(const SimPods&) = delete;

    /// The pods of this Deployment are `service`'s from now on. Before start().
    Service& add(const spec::Deployment& deployment, Service service, MetricNames names = {});
    /// Follows the pods; once.
    void start();
    /// Serves all that came until now.
    void settle();

    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view ns,
        const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const override;

    /// The model's metrics (custom.hpp). Of an object: a Deployment, or a Service of the same name
    /// or, when it is among the objects, of the same pods. External ones have the labels of the
    /// pods and `deployment`; one value a service.
    /// Errors  not_found: nobody has such a metric; the message says which there are.
    Result<std::vector<metrics::MetricValue>> of_pods(
        std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
    ) const override;
    Result<metrics::MetricValue> of_object(
        std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
    ) const override;
    Result<std::vector<metrics::MetricValue>> external(
        std::string_view ns, const metrics::Metric& metric
    ) const override;

    Result<Snapshot> snapshot(
        std::string_view ns, const metrics::Matches& matches, std::string_view question
    ) const override;

    /// Until it is told otherwise the metrics server does not answer.
    void lose_metrics(bool lost) { metrics_lost_ = lost; }

  private:
    struct Place {
        std::string ns, name;
        spec::Labels labels;  // of the pod template
        spec::Selector selector;
        Service service;
        MetricNames names;
    };
    struct Life {
        Place* place = nullptr;
        bool ready = false, ending = false;
        Clock::Timer timer = 0;
    };

    void on_pod(const cluster::Change& change);
    void begin(const spec::Key& key, const spec::Pod& pod);
    void become_ready(const spec::Key& key);
    void crash(const spec::Key& key);
    void end(const spec::Key& key);
    void write_status(const spec::Key& key);
    void scrape();
    Duration around(Duration mean, double spread);
    Place* place_of(const spec::Pod& pod);
    const Place* place_of(std::string_view ns, const metrics::Described& object) const;
    const Place* only_place(
        std::string_view ns, const metrics::Matches& matches, std::string_view question
    ) const;

    SimClock& clock_;
    cluster::Cluster& cluster_;
    Rng rng_;
    PodModel model_;
    Measuring measuring_;
    Instant began_;
    std::map<std::string, std::vector<std::unique_ptr<Place>>> places_;  // by namespace
    mutable std::unordered_map<std::string, const Place*> only_places_;  // by what was asked
    std::map<spec::Key, Life> lives_;
    std::unique_ptr<cluster::Watching> watching_;
    Clock::Timer scrape_timer_ = 0;
    bool metrics_lost_ = false;
};

}  // namespace swell::sim
