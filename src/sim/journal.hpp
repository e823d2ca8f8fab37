#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/entry.hpp"

namespace swell::sim {

/// A journal that keeps the changes of replicas alone, real ones and those that an observer would
/// have made: a year of decisions to do nothing would fill the memory. Nothing is restored from it.
class SimJournal final : public journal::Journal {
  public:
    struct Kept {
        Instant at{};
        int before = 0, after = 0;
        std::string summary;
    };

    /// From `at` on there were `is`, and an observer would have set `would_be`.
    struct Beside {
        Instant at{};
        int is = 0, would_be = 0;
    };

    Result<std::uint64_t> write(journal::Entry entry) override {
        if (entry.controller == "hpa" && entry.observation.contains("observes")) {
            auto& list = observed_[entry.subject];
            const int is = entry.before.at("replicas").get<int>();
            const int would_be = entry.after.at("replicas").get<int>();
            if (list.empty() || list.back().is != is || list.back().would_be != would_be)
                list.push_back({entry.at, is, would_be});
        }
        if (entry.controller == "hpa" && entry.action == "scale") {
            for (const journal::Step& step : entry.steps)
                if (step.rule == "quota") stop(entry, step);
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

    /// Scale-outs for which a quota left no room.
    struct Stopped {
        std::size_t times = 0;
        Instant first{};
        std::string text;  ///< of the one that lacked most
        std::int64_t lacked = 0;
    };

    /// By subject: `hpa/shop`.
    const std::map<std::string, std::vector<Kept>>& kept() const { return kept_; }
    const std::map<std::string, Stopped>& stopped() const { return stopped_; }
    /// The same, of those that observe.
    const std::map<std::string, std::vector<Beside>>& observed() const { return observed_; }

  private:
    void stop(const journal::Entry& entry, const journal::Step& step) {
        Stopped& one = stopped_[entry.subject];
        if (one.times++ == 0) one.first = entry.at;
        const auto lacks = step.numbers.at("wanted").get<std::int64_t>() -
                           step.numbers.at("room").get<std::int64_t>();
        if (lacks <= one.lacked) return;
        one.lacked = lacks;
        one.text = step.text;
    }

    std::uint64_t last_id_ = 0;
    std::map<std::string, Stopped> stopped_;
    std::map<std::string, std::vector<Kept>> kept_;
    std::map<std::string, std::vector<Beside>> observed_;
};

}  // namespace swell::sim
