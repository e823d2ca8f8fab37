#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/entry.hpp"

namespace swell::sim {

/// A journal that keeps the changes of replicas alone: a year of decisions to do nothing would fill
/// the memory. Nothing is restored from it.
class SimJournal final : public journal::Journal {
  public:
    struct Kept {
        Instant at{};
        int before = 0, after = 0;
        std::string summary;
    };

    Result<std::uint64_t> write(journal::Entry entry) override {
        if (entry.controller == "hpa" && entry.action == "scale") {
            kept_[entry.subject].push_back(
                {entry.at,
                 entry.before.at("replicas").get<int>(),
                 entry.after.at("replicas").get<int>(),
                 std::move(entry.summary)}
            );
        }
        return ++last_id_;
    }
    Result<void> outcome(std::uint64_t, Instant, const std::string&) override { return {}; }
    Result<std::vector<journal::Entry>> read(const journal::Filter&) const override {
        return std::vector<journal::Entry>{};
    }

    /// By subject: `hpa/shop`.
    const std::map<std::string, std::vector<Kept>>& kept() const { return kept_; }

  private:
    std::uint64_t last_id_ = 0;
    std::map<std::string, std::vector<Kept>> kept_;
};

}  // namespace swell::sim
