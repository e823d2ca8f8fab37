#include "control/follow.hpp"

#include <utility>

namespace swell::control {

Follow::Follow(
    Clock& clock,
    cluster::Cluster& cluster,
    std::string_view kind,
    OnChange on_change,
    std::function<void()> relist
)
    : clock_(clock),
      cluster_(cluster),
      kind_(kind),
      on_change_(std::move(on_change)),
      relist_(std::move(relist)) {}

Follow::~Follow() { clock_.cancel(restart_); }

void Follow::start() {
    cluster::Query query;
    query.kind = kind_;
    // An expired watch must not be destroyed from inside its own call.
    const auto on_expired = [this] {
        restart_ = clock_.call_at(clock_.now(), [this] {
            restart_ = 0;
            start();
        });
    };
    watching_ = cluster_.watch(query, cluster_.version(), on_change_, on_expired);
    relist_();
}

}  // namespace swell::control
