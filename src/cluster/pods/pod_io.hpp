#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/pods/container_io.hpp"
#include "cluster/pods/lifecycle.hpp"
#include "cluster/pods/lookups_io.hpp"
#include "cluster/pods/pod_context_io.hpp"
#include "metrics/pod_metrics.hpp"

namespace swell::cluster::pods {

/// One pod: the thin loop around decide(). Whatever happens asks for a step; a step looks at
/// everything, decides, writes the status, acts.
class PodRun {
  public:
    /// Begins with the next turn of the loop. `on_down` is called from the loop, once, when nothing
    /// of the pod is left; it may destroy the pod.
    PodRun(Context& context, const Object& object, std::function<void(PodRun&)> on_down);
    ~PodRun();

    const std::string& uid() const { return shared_.pod.metadata.uid; }
    const Object& object() const { return shared_.object; }

    /// The object as it is now.
    void update(const Object& object);
    /// The object is gone: end at once, there is nobody to tell.
    void vanish();
    /// The runtime stops: end gently, leave the object.
    void retire();
    /// The last resort: kill and wait.
    void kill_and_join();

    void sample_usage(Instant now);
    /// Of the containers that run; empty until each of them was measured twice.
    std::optional<metrics::PodMetrics> usage() const;

  private:
    void step_soon();
    void step();
    PodFacts facts() const;
    bool finished_before() const;
    bool prepare();
    bool give_ports(const Lookups& lookups);
    /// A container, and what the spec wants it to have.
    struct Wish {
        ContainerRun* container;
        const spec::ResourceRequirements* resources;
    };
    std::vector<Wish> wishes() const;
    void grant();
    bool resize();
    void look_again(const std::optional<Instant>& at);
    bool write_status(const PodFacts& facts);
    void begin_ending(Duration grace, bool write);
    void perform(const Action& action);
    void drain();
    void on_drained();
    void tear_down();
    void try_to_clear();
    void remove_memory();

    Context& context_;
    PodShared shared_;
    std::function<void(PodRun&)> on_down_;
    std::vector<std::unique_ptr<ContainerRun>> inits_, containers_;
    Clock::Timer step_timer_ = 0, wake_timer_ = 0, drain_timer_ = 0, clear_timer_ = 0;
    bool prepared_ = false, adopted_ = false;
    bool ending_ = false, draining_ = false, drained_ = false, down_ = false;
    bool forced_ = false;  ///< no grace at all
    bool writes_status_ = true, removes_object_ = true;
    Instant deadline_{};
    Duration grace_ = Duration::max();  ///< the shortest asked for by deletions
    std::string prepare_error_;
    spec::PodStatus told_;    ///< what the store has, written by us or by somebody else
    std::string infeasible_;  ///< why the resources of the spec are not granted
    std::shared_ptr<bool> alive_ =
        std::make_shared<bool>(true);  // a gate may answer after we are gone
};

}  // namespace swell::cluster::pods
