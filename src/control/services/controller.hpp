#pragma once

#include <map>
#include <string>

#include "control/follow.hpp"
#include "control/services/decide.hpp"
#include "control/workqueue.hpp"
#include "control/world.hpp"

namespace swell::control {

/// Gives each Service without a clusterIP a loopback address of its own, at the clock's next turn.
///
/// `None` and ExternalName are left alone, addresses given by hand too.
class ServicesController {
  public:
    explicit ServicesController(World world, services::Config config = {});

    /// Looks at all there is and follows it from then on; once.
    void start();

  private:
    void relist();
    void on_service(const cluster::Change& change);
    void note(const cluster::Object& service);
    Result<void> look_at(const spec::Key& key);

    World world_;
    services::Config config_;
    Workqueue queue_;
    std::map<spec::Key, std::string> addresses_;  // of each Service that has one
    Follow follow_;
};

}  // namespace swell::control
