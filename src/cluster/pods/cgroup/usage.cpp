#include "cluster/pods/cgroup/usage.hpp"

namespace swell::cluster::pods {

void UsageWindow::add(const UsageSample& sample) {
    if (!samples_.empty() && (sample.cpu < samples_.back().cpu || sample.at <= samples_.back().at))
        samples_.clear();
    samples_.push_back(sample);
    while (samples_.size() > 2 && sample.at - samples_.front().at > window_) samples_.pop_front();
}

std::optional<Usage> UsageWindow::usage() const {
    if (samples_.size() < 2) return std::nullopt;
    const UsageSample &first = samples_.front(), &last = samples_.back();
    const Duration span = last.at - first.at;
    return Usage{last.at, span, seconds(last.cpu - first.cpu) / seconds(span), last.memory};
}

}  // namespace swell::cluster::pods
