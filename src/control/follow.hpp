#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "cluster/cluster.hpp"

namespace swell::control {

/// Keeps a watch on one kind going, from its beginning and across a history that is lost.
///
/// `relist` is called once from start(), and again, from the clock, whenever the watch has expired:
/// whoever follows must then look at everything, for changes were missed. `on_change` gets each
/// change after that. Both may only note what to look at; they must not write.
class Follow {
  public:
    using OnChange = std::function<void(const cluster::Change&)>;

    Follow(
        Clock& clock,
        cluster::Cluster& cluster,
        std::string_view kind,
        OnChange on_change,
        std::function<void()> relist
    );
    ~Follow();
    Follow(const Follow&) = delete;
    Follow& operator=(const Follow&) = delete;

    void start();

  private:
    Clock& clock_;
    cluster::Cluster& cluster_;
    std::string_view kind_;
    OnChange on_change_;
    std::function<void()> relist_;
    std::unique_ptr<cluster::Watching> watching_;
    Clock::Timer restart_ = 0;
};

}  // namespace swell::control
