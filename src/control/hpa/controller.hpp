#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/hpa/decide.hpp"
#include "control/hpa/gather.hpp"
#include "control/hpa/room.hpp"
#include "control/hpa/scale.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"
#include "journal/entry.hpp"
#include "spec/selector.hpp"

namespace swell::control::hpa {

/// Keeps every HorizontalPodAutoscaler, and of every Autoscaler the part that is one: looks at each
/// at once when it is new or its spec changed, and once a sync period. Observes, decides, journals,
/// then acts; what could not be journaled is not done.
///
/// One that observes (spec/kinds/mode.hpp) is journaled and has its status written; its target is
/// left alone. It does not count among those that select the same pods, and does not mind them: a
/// policy can be tried beside the one that acts.
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

    /// What says whether a VerticalPodAutoscaler gives way to an autoscaler, and over what (see
    /// control/vpa/contention.hpp); without it none does.
    using Contention =
        std::function<std::optional<journal::Step>(const spec::HorizontalPodAutoscaler&)>;
    void contention_from(Contention source) { contention_ = std::move(source); }

    /// What gives new pods their resources, for what quotas leave room for; without it they are
    /// taken to be as their template says.
    void admit_with(Admit admit) { admit_ = std::move(admit); }

    /// How often an autoscaler was looked at.
    std::size_t evaluations() const { return evaluations_; }

    /// A usage older than this counts as missing.
    static constexpr Duration stale_after = std::chrono::seconds(90);

  private:
    using Hpa = spec::HorizontalPodAutoscaler;

    // What is kept of one autoscaler between its runs.
    struct Kept {
        std::string subject;  ///< `hpa/shop`
        std::string uid;
        std::int64_t generation = 0;
        bool observes = false;
        std::optional<State> state;          ///< none before the first run
        std::string target_uid;              ///< of the target whose selector it is,
        std::int64_t target_generation = 0;  ///< as it was at this one
        std::string selector_text;
        std::optional<spec::Selector> selector;
        cluster::Query query;                  ///< the pods that it selects
        std::uint64_t alone_at = 0;            ///< selectors_ when no other selected its pods
        std::vector<spec::Labels> alone_with;  ///< which had these labels
        std::vector<cluster::Object> pods;     ///< of the last run, and what they said of each
        std::vector<std::optional<Gathered>> of_pods;  ///< metric, at this generation of the specs
        std::int64_t read_generation = 0;
        std::string gist;  ///< of the entry journaled last
        Instant told{};
    };

    struct Following {
        std::unique_ptr<cluster::Watching> watching;
        Clock::Timer relist = 0;
    };

    void list_and_watch(const spec::Kind& kind);
    void changed(const cluster::Change& change);
    Result<void> reconcile(const spec::Key& key);
    Observation observe(
        const spec::Key& key, const Hpa& hpa, const Result<TargetScale>& scale, Kept& kept
    );
    void observe_pods(
        const spec::Key& key,
        const Hpa& hpa,
        const TargetScale& scale,
        Kept& kept,
        Observation& seen
    );
    bool know_selector(const TargetScale& scale, Kept& kept, Observation& seen);
    Reading read(
        const spec::MetricSpec& metric,
        const spec::Key& key,
        std::span<const spec::Pod* const> pods,
        const Kept& kept,
        std::optional<Gathered>& of_pods
    );
    Result<std::vector<metrics::MetricValue>> value_of(
        const spec::ObjectMetricSource& metric, const std::string& ns
    ) const;
    Result<std::vector<metrics::MetricValue>> values_of(
        const spec::ExternalMetricSource& metric, const std::string& ns
    ) const;
    std::string also_selected_by(
        const spec::Key& key, const std::vector<cluster::Object>& pods, bool are_same, Kept& own
    );
    void act(
        const Hpa& hpa, TargetScale scale, const Observation& seen, Decision& decision, Kept& kept
    );
    void hold(const Hpa& hpa, const Observation& seen, const Decision& decision, Kept& kept);
    void tell(const cluster::Object& object, const Hpa& hpa, Decision& decision);
    std::optional<journal::Entry> newest_entry(const Kept& kept) const;

    World world_;
    Config config_;
    std::function<void(const journal::Entry&)> on_decision_;
    Contention contention_;
    Admit admit_;
    std::map<spec::Key, Kept> kept_;
    std::uint64_t selectors_ = 1;  ///< raised when any autoscaler comes to select other pods
    Workqueue queue_;
    std::map<const spec::Kind*, Following> following_;
    std::size_t evaluations_ = 0;
};

}  // namespace swell::control::hpa
