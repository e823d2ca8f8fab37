#pragma once

#include <map>
#include <set>
#include <span>
#include <string>

#include "base/time.hpp"
#include "spec/kinds/core.hpp"

namespace swell::control::replicaset {

/// What a ReplicaSet's controller did and has not seen yet.
///
/// The embedded store shows each write at once. A cluster whose reads lag behind its writes does
/// not: counting pods before the own creations are seen would create them twice. By uid, so that
/// nothing is counted twice and a lost notice cannot unbalance it.
class Expectations {
  public:
    void created(const std::string& uid, Instant at);
    void deleted(const std::string& uid, Instant at);
    /// A pod is gone, whoever removed it.
    void gone(const std::string& uid);

    /// Strikes off what these pods show, and what is older than `patience`; true when nothing is
    /// left.
    bool met_by(std::span<const spec::Pod* const> pods, Instant at);

    static constexpr Duration patience = std::chrono::minutes(5);

  private:
    std::map<std::string, Instant> created_, deleted_;
};

}  // namespace swell::control::replicaset
