#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "cluster/cluster.hpp"

namespace swell::cluster {

/// A write as it happened: the change, and the object before it.
struct Written {
    Change change;
    std::optional<Object> before;
};

/// The newest writes, one a version, without gaps. Bounded: the oldest are forgotten.
class History {
  public:
    /// Nothing up to `version` is known.
    History(std::size_t capacity, std::uint64_t version) : capacity_(capacity), newest_(version) {}

    void add(Written written) {
        newest_ = written.change.version;
        kept_.push_back(std::move(written));
        if (kept_.size() > capacity_) kept_.pop_front();
    }

    std::uint64_t newest() const { return newest_; }
    /// Whether every write after `version` is known; false too for a version that is yet to come.
    bool reaches(std::uint64_t version) const {
        return version <= newest_ && newest_ - version <= kept_.size();
    }
    /// The write of a version; `reaches(version - 1)` must hold, and version <= newest().
    const Written& at(std::uint64_t version) const {
        return kept_[kept_.size() - 1 - static_cast<std::size_t>(newest_ - version)];
    }

  private:
    std::size_t capacity_;
    std::uint64_t newest_;
    std::deque<Written> kept_;
};

/// A write as somebody sees who asked for a query: an object whose labels come to match is added
/// for them, one that ceases to is deleted (as it was before, as Kubernetes' watch has it). Returns
/// empty when the write does not concern them.
std::optional<Change> as_seen_by(const Query& query, const Written& written);

}  // namespace swell::cluster
