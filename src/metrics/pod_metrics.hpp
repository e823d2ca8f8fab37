#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::metrics {

struct ContainerUsage {
    std::string name;
    std::map<std::string, Quantity> usage;  ///< `cpu` in cores averaged over the window, `memory` in bytes
};

/// As metrics.k8s.io PodMetrics.
struct PodMetrics {
    std::string name;
    std::string ns;
    std::map<std::string, std::string> labels;
    Instant timestamp{};  ///< end of the window
    Duration window{};
    std::vector<ContainerUsage> containers;
};

/// The door to measured values (Kubernetes' resource metrics API; custom and external metrics join
/// with their issue).
class Metrics {
  public:
    virtual ~Metrics() = default;

    /// Newest metrics of the pods of a namespace; `matches` says which labels. Sorted by name.
    /// Errors  unavailable.
    virtual Result<std::vector<PodMetrics>> pods(
        std::string_view ns, const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const = 0;
};

}  // namespace swell::metrics
