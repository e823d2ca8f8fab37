#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "control/endpoints/decide.hpp"
#include "control/follow.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"

namespace swell::control {

/// Keeps an EndpointSlice (of the Service's name, owned by it) for each Service with a selector.
///
/// Warns of a Service whose pods listen on one port of this machine.
///
/// Runs from the clock and from watches of the cluster; nothing in it waits. It follows what is and
/// decides nothing a person would ask about, so it writes no journal.
class EndpointsController {
  public:
    explicit EndpointsController(World world);

    /// Looks at all there is and follows it from then on; once.
    void start();

  private:
    void enqueue_all();
    void relist_pods();
    void on_pod(const cluster::Change& change);
    void enqueue_selecting(const std::string& ns, const spec::Labels& labels);
    Result<void> look_at(const spec::Key& key);
    void warn(const cluster::Object& service, const std::vector<std::int32_t>& contested);
    Result<void> write(const spec::EndpointSlice& wanted);

    World world_;
    Workqueue queue_;
    // A pod whose labels change leaves the Services of its old ones.
    std::map<spec::Key, spec::Labels> labels_;
    std::map<spec::Key, std::vector<std::int32_t>> warned_;  // of ports that pods contest
    Follow follow_services_, follow_slices_, follow_pods_;
};

}  // namespace swell::control
