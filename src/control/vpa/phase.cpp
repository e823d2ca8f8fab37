#include "control/vpa/phase.hpp"

namespace swell::control::vpa {

bool is_pending(const spec::Pod& pod) {
    return pod.status.phase.empty() || pod.status.phase == "Pending";
}

bool is_updatable(const spec::Pod& pod) {
    const std::string& phase = pod.status.phase;
    return !pod.metadata.deletion_timestamp && !phase.empty() && phase != "Succeeded" &&
           phase != "Failed";
}

}  // namespace swell::control::vpa
