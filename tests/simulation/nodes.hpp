#pragma once

#include <map>
#include <memory>

#include "base/rng.hpp"
#include "cluster/store/store.hpp"
#include "faults.hpp"
#include "shifted_clock.hpp"
#include "spec/kinds/core.hpp"

namespace swell::simulation {

/// What runs the pods: they start, become ready, are resized, crash, fail and go, in true time;
/// what it writes down bears the control plane's time, as on one machine. Its writes are never
/// refused.
///
/// A resize in place is what a kubelet makes of it: a moment after the spec says so it is under way
/// (PodResizeInProgress), then in force (containerStatuses[0].resources); while it cannot be given
/// it is pending (PodResizePending). A pod may crash meanwhile; the resize goes on.
class Nodes {
  public:
    Nodes(
        SimClock& truth,
        const ShiftedClock& clock,
        cluster::Store& store,
        Rng rng,
        const Faults& faults
    );
    ~Nodes();
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;

    /// How often a pod crashed while it was being resized.
    std::size_t crashed_in_resizes() const { return crashed_in_resizes_; }

  private:
    struct Life {
        Clock::Timer timer = 0;
        Clock::Timer resize = 0;
        bool ending = false;
        bool failed = false;
    };

    void follow();
    void seen(const cluster::Object& pod);
    void on_pod(const cluster::Change& change);
    using Then = void (Nodes::*)(const spec::Key&);
    void after(const spec::Key& key, Duration delay, Then then);
    void look_at_size(const spec::Key& key, const spec::Pod& pod);
    void resize_after(const spec::Key& key, Duration delay, Then then);
    void accept(const spec::Key& key);
    void become_ready(const spec::Key& key);
    void end(const spec::Key& key);
    void resize(const spec::Key& key);
    void finish_resize(const spec::Key& key);
    void crash(const spec::Key& key);
    void harm();
    void set(const spec::Key& key, const char* phase, bool ready);
    std::size_t load_of(const spec::Key& key) const;
    Duration some(Duration least, Duration most);

    SimClock& truth_;
    const ShiftedClock& clock_;
    cluster::Store& store_;
    Rng rng_;
    const Faults& faults_;
    std::map<spec::Key, Life> lives_;
    std::unique_ptr<cluster::Watching> watching_;
    Clock::Timer harm_ = 0, relist_ = 0;
    std::size_t crashed_in_resizes_ = 0;
};

}  // namespace swell::simulation
