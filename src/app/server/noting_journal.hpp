#pragma once

#include <functional>
#include <map>
#include <utility>

#include "journal/entry.hpp"

namespace swell::app {

/// A journal that tells a listener of each decision once it was acted on (or found to change
/// nothing). What it tells is what was written: it adds nothing of its own.
class NotingJournal final : public journal::Journal {
  public:
    using OnDecision = std::function<void(const journal::Entry&)>;

    NotingJournal(journal::Journal& kept, OnDecision on_decision)
        : kept_(kept), on_decision_(std::move(on_decision)) {}

    Result<std::uint64_t> write(journal::Entry entry) override {
        const auto id = kept_.write(entry);
        if (!id) return id;
        entry.id = *id;
        if (!entry.outcome.empty())
            on_decision_(entry);
        else
            waiting_[*id] = std::move(entry);
        while (waiting_.size() > most_waiting) waiting_.erase(waiting_.begin());
        return id;
    }

    Result<void> outcome(std::uint64_t id, Instant at, const std::string& outcome) override {
        auto done = kept_.outcome(id, at, outcome);
        if (auto found = waiting_.extract(id)) {
            found.mapped().outcome = outcome;
            found.mapped().outcome_at = at;
            on_decision_(found.mapped());
        }
        return done;
    }

    Result<std::vector<journal::Entry>> read(const journal::Filter& filter) const override {
        return kept_.read(filter);
    }

  private:
    static constexpr std::size_t most_waiting = 1000;

    journal::Journal& kept_;
    OnDecision on_decision_;
    std::map<std::uint64_t, journal::Entry> waiting_;
};

}  // namespace swell::app
