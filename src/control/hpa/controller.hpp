#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "control/hpa/decide.hpp"
#include "control/hpa/gather.hpp"
#include "control/hpa/scale.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"
#include "journal/entry.hpp"
#include "spec/selector.hpp"

namespace swell::control::hpa {

/// Keeps every HorizontalPodAutoscaler: looks at each at once when it is new or its spec changed,
/// and once a sync period. Observes, decides, journals, then acts; what could not be journaled is
/// not done.
///
/// It only runs from the World's clock and watches. Beyond the original it takes usages that are no
/// numbers, negative, so large that their sum would wrap, or older than `stale_after` for missing,
/// and remembers its windows across restarts.
class HpaController {
  public:
    explicit HpaController(World world, Config config = {});
    ~HpaController();

    /// Begins. Once.
    void start();

    /// Called with each entry after its outcome is known: for counters and live views.
    void on_decision(std::function<void(const journal::Entry&)> call) {
        on_decision_ = std::move(call);
    }

    /// How often an autoscaler was looked at.
    std::size_t evaluations() const { return evaluations_; }

    /// A usage older than this counts as missing.
    static constexpr Duration stale_after = std::chrono::seconds(90);

  private:
    using Hpa = spec::HorizontalPodAutoscaler;

    // What is kept of one autoscaler between its runs.
    struct Kept {
        std::string uid;
        std::int64_t generation = 0;
        std::optional<State> state;  ///< none before the first run
        std::string selector_text;   ///< of the target, as it was last
        std::optional<spec::Selector> selector;
        std::string gist;  ///< of the entry journaled last
        Instant told{};
    };

    void list_and_watch();
    void changed(const cluster::Change& change);
    Result<void> reconcile(const spec::Key& key);
    Observation observe(const spec::Key& key, const Hpa& hpa, const Result<TargetScale>& scale);
    void observe_pods(
        const spec::Key& key, const Hpa& hpa, const TargetScale& scale, Observation& seen
    );
    Reading read(
        const spec::MetricSpec& metric, const Hpa& hpa, std::span<const spec::Pod* const> pods
    );
    Result<std::vector<metrics::MetricValue>> value_of(
        const spec::ObjectMetricSource& metric, const std::string& ns
    ) const;
    Result<std::vector<metrics::MetricValue>> values_of(
        const spec::ExternalMetricSource& metric, const std::string& ns
    ) const;
    std::string also_selected_by(const spec::Key& key, std::span<const spec::Pod* const> pods)
        const;
    void act(
        const Hpa& hpa, TargetScale scale, const Observation& seen, Decision& decision, Kept& kept
    );
    void hold(const Hpa& hpa, const Observation& seen, const Decision& decision, Kept& kept);
    void tell(const cluster::Object& object, const Hpa& hpa, Decision& decision);
    std::optional<journal::Entry> newest_entry(const Hpa& hpa) const;

    World world_;
    Config config_;
    std::function<void(const journal::Entry&)> on_decision_;
    std::map<spec::Key, Kept> kept_;
    Workqueue queue_;
    std::unique_ptr<cluster::Watching> watching_;
    Clock::Timer relist_ = 0;
    std::size_t evaluations_ = 0;
};

}  // namespace swell::control::hpa
