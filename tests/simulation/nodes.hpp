#pragma once

#include <map>
#include <memory>

#include "base/rng.hpp"
#include "cluster/store/store.hpp"
#include "faults.hpp"
#include "shifted_clock.hpp"
#include "spec/kinds/core.hpp"

namespace swell::simulation {

/// What runs the pods: they start, become ready, crash, fail and go, in true time; what it writes
/// down bears the control plane's time, as on one machine. Its writes are never refused.
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

  private:
    struct Life {
        Clock::Timer timer = 0;
        bool ending = false;
        bool failed = false;
    };

    void follow();
    void seen(const cluster::Object& pod);
    void on_pod(const cluster::Change& change);
    void after(const spec::Key& key, Duration delay, void (Nodes::*then)(const spec::Key&));
    void accept(const spec::Key& key);
    void become_ready(const spec::Key& key);
    void end(const spec::Key& key);
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
};

}  // namespace swell::simulation
