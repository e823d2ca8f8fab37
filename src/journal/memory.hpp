#pragma once

#include <deque>

#include "journal/entry.hpp"

namespace swell::journal {

/// A journal in memory, for simulation and tests. Bounded: the oldest entries go.
class MemoryJournal final : public Journal {
  public:
    explicit MemoryJournal(std::size_t bound = 200'000) : bound_(bound) {}

    Result<std::uint64_t> write(Entry entry) override;
    Result<void> outcome(std::uint64_t id, Instant at, const std::string& outcome) override;
    Result<std::vector<Entry>> read(const Filter& filter) const override;

    /// For tests of who must not act on what could not be kept: write() and outcome() fail
    /// meanwhile.
    void refuse(bool refusing) { refusing_ = refusing; }
    bool refuses() const { return refusing_; }
    /// Oldest first.
    const std::deque<Entry>& entries() const { return entries_; }

  private:
    std::size_t bound_;
    std::uint64_t last_id_ = 0;
    bool refusing_ = false;
    std::deque<Entry> entries_;  // ids rise by one
};

}  // namespace swell::journal
