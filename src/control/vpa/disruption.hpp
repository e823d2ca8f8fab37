#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "control/vpa/update.hpp"

namespace swell::control::vpa {

/// The controller that a pod's owner reference names; empty for pods of nobody.
struct Creator {
    std::string kind, name;
    auto operator<=>(const Creator&) const = default;
};

Creator creator_of(const spec::Pod& pod);

/// How many pods a controller is to have; none when it does not exist.
using Replicas = std::function<std::optional<std::int32_t>(const Creator&)>;

enum class ResizeDecision { approved, deferred, evict };
const char* to_text(ResizeDecision decision);

/// How many pods of each controller one loop of the updater may disturb.
///
/// configured = replicas of the owner; of a Job the live pods. Pods without an owner have 0 and so
/// may all be evicted: a quirk. A group with fewer live pods than `min_replicas`, or whose owner
/// has no replicas, is not touched at all, not even pods that are pending. Else a pending pod may
/// always be evicted, as long as there is a recommendation for it, and is never resized.
///
///     tolerated    = trunc(configured * eviction_tolerance)
///     disruptable  when running - disturbed > configured - tolerated,
///                  or running == configured, tolerated == 0 and none was disturbed yet
///
/// Source  vertical-pod-autoscaler podsEvictionRestriction, podsInPlaceRestriction;
///         tests/conformance/vectors/vpa.
class Disruption {
  public:
    /// When a resize of a pod was first seen under way, by uid; kept between loops.
    using FirstSeen = std::map<std::string, Instant>;

    /// pods  updatable, of one namespace, under this autoscaler
    Disruption(
        std::span<const spec::Pod* const> pods,
        const spec::VerticalPodAutoscaler& vpa,
        const UpdaterConfig& config,
        const Replicas& replicas
    );

    /// Whether this pod may be evicted now. A pending one always; one that is being resized when
    /// that failed or takes too long.
    bool can_evict(const spec::Pod& pod, Instant now, FirstSeen& seen) const;
    /// Whether this pod may be resized in place now, has to wait, or must be evicted instead.
    ResizeDecision can_resize(
        const spec::Pod& pod, const spec::VerticalPodAutoscaler& vpa, Instant now, FirstSeen& seen
    ) const;

    /// To be told after each.
    void evicted(const spec::Pod& pod);
    void resized(const spec::Pod& pod);

    struct Group {
        std::int32_t configured = 0, tolerated = 0, live = 0, pending = 0, disturbed = 0;

        std::int32_t running() const { return live - pending; }
        bool disruptable() const;
    };
    /// The group of a pod; nullptr when it must not be touched.
    const Group* group_of(const spec::Pod& pod) const;

  private:
    std::map<Creator, Group> groups_;
};

/// Whether a resize in place is pending or in progress.
bool is_resizing(const spec::Pod& pod);

}  // namespace swell::control::vpa
