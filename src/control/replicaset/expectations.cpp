#include "control/replicaset/expectations.hpp"

namespace swell::control::replicaset {

void Expectations::created(const std::string& uid, Instant at) { created_.emplace(uid, at); }

void Expectations::deleted(const std::string& uid, Instant at) { deleted_.emplace(uid, at); }

void Expectations::gone(const std::string& uid) {
    created_.erase(uid);
    deleted_.erase(uid);
}

bool Expectations::met_by(std::span<const spec::Pod* const> pods, Instant at) {
    if (created_.empty() && deleted_.empty()) return true;
    std::set<std::string> still_untouched;
    for (const spec::Pod* pod : pods) {
        created_.erase(pod->metadata.uid);
        if (!pod->metadata.deletion_timestamp) still_untouched.insert(pod->metadata.uid);
    }
    std::erase_if(deleted_, [&](const auto& expected) {
        return !still_untouched.contains(expected.first);
    });
    const auto too_old = [at](const auto& expected) { return expected.second + patience <= at; };
    std::erase_if(created_, too_old);
    std::erase_if(deleted_, too_old);
    return created_.empty() && deleted_.empty();
}

}  // namespace swell::control::replicaset
