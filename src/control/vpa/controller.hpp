#pragma once

#include <functional>
#include <map>
#include <string>

#include "control/follow.hpp"
#include "control/vpa/feed.hpp"
#include "control/vpa/updater.hpp"
#include "control/world.hpp"

namespace swell::control::vpa {

struct Config {
    Duration period = std::chrono::minutes(1);  ///< of recommender and updater
    Duration checkpoint_period = std::chrono::minutes(1);
    Duration checkpoint_collection = std::chrono::minutes(10);
    Duration state_collection = std::chrono::hours(1);
    HistoryConfig history;
    RecommenderConfig recommender;
    UpdaterConfig updater;
};

/// Keeps every VerticalPodAutoscaler, and of every Autoscaler the part that is one: once a period
/// it takes what the pods used, recommends, writes statuses and checkpoints, and then lets the
/// updater do its part. History that was written down is read when the controller starts.
///
/// It only runs from the World's clock and watches. Pods are tracked while an autoscaler selects
/// them (the original's memory-saver mode); their history stays for eight days after them.
class VpaController {
  public:
    explicit VpaController(World world, Config config = {});
    ~VpaController();
    VpaController(const VpaController&) = delete;
    VpaController& operator=(const VpaController&) = delete;

    /// Begins. Once.
    void start();

    /// What gives pods their resources when they are created: the pod of a ReplicaSet goes in, the
    /// same with requests, limits and annotations comes out, in every mode but Off.
    /// ReplicaSetController::admit_with takes it, and calls it right before it creates a pod. As
    /// long as nobody asked for it nothing is evicted, for pods would come back as they were.
    /// What a pod gets is within the LimitRanges of its namespace, whose defaults it has by then.
    std::function<spec::Pod(spec::Pod)> admission();

    /// The door for mode InPlaceOrRecreate. See Updater::resize_with.
    void resize_with(Resize door) { updater_.resize_with(std::move(door)); }
    /// Called with each entry after its outcome is known: for counters and live views.
    void on_decision(OnDecision call) { on_decision_ = std::move(call); }

    /// How often a recommendation is journaled whose targets stay.
    static constexpr Duration repeat_hold = std::chrono::minutes(10);

  private:
    // What is kept of one autoscaler between its runs.
    struct Kept {
        std::string uid;
        std::string selector;
        AggregateStates initial;  ///< from checkpoints
        std::string gist;         ///< of the entry journaled last
        Instant told{};
        std::optional<Instant> saved;
    };

    void tick();
    void remember(const std::vector<Governor>& governors);
    void load_checkpoints(const Governor& governor, Kept& kept);
    void feed(const std::vector<Governor>& governors);
    void recommend(const Governor& governor);
    void publish(const Governor& governor, const Recommended& made, Kept& kept);
    Result<void> write_status(const Governor& governor, const Recommended& made);
    void save_checkpoints(const Governor& governor);
    void collect_checkpoints();
    spec::Pod admit(spec::Pod pod) const;

    World world_;
    Config config_;
    OnDecision on_decision_;
    LimitRangesOf limit_ranges_;
    Updater updater_;
    Model model_;
    OomWatch ooms_;
    std::map<spec::Key, Kept> kept_;
    bool has_started_ = false;   ///< after the first tick
    bool is_admitting_ = false;  ///< somebody gives pods their resources
    Instant checkpoints_collected_{};
    Follow follow_pods_;
    Clock::Timer next_ = 0;
};

}  // namespace swell::control::vpa
