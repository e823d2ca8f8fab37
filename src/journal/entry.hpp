#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace swell::journal {

/// One rule that spoke, with its numbers. Rules are named in the field's words, with hyphens:
/// `usage-ratio`, `within-tolerance`, `stabilization-window`, `scale-up-limit`, `max-replicas`.
struct Step {
    std::string rule;
    std::string text;  ///< the arithmetic as a person would write it: `ceil(4 × 140 % / 70 %) = 8`
    Json numbers;      ///< the same as fields, for programs
    // "until" (RFC 3339) in `numbers` of any rule: it holds back until then; explain() says so.
};

/// A decision: what was seen, which rules spoke, what came of it. Written before it is acted on.
struct Entry {
    std::uint64_t id = 0;  ///< set by the journal; rises
    Instant at{};
    std::string controller;  ///< `hpa`, `deployment`, `pods`
    std::string subject;  ///< `hpa/shop`, `deployment/shop`; with the namespace when not default:
                          ///< `hpa/prod/shop`
    std::string ns, name;
    std::string action;   ///< `scale`, `hold`, `create-pod`, `delete-pod`, `restart`, …
    std::string summary;  ///< one sentence: `scaled 2 → 5: cpu 171 % of request, target 70 %`
    Json observation;     ///< what was seen
    std::vector<Step> steps;
    Json before, after;   ///< what it changes: `{"replicas": 2}`, `{"replicas": 5}`
    std::string outcome;  ///< empty until acted: `done`, or `failed: …`; `none` when there was
                          ///< nothing to do
    std::optional<Instant> outcome_at;
};

struct Filter {
    std::string subject{};           ///< empty: all
    std::string controller{};        ///< empty: all
    std::optional<Instant> until{};  ///< at or before
    std::uint64_t after_id = 0;
    bool changes_only = false;  ///< leave out `hold`
    std::size_t limit = 100;    ///< newest first
};

/// Whether a filter lets an entry through; `limit` aside.
bool passes(const Filter& filter, const Entry& entry);

/// The door to memory. One thread.
class Journal {
  public:
    virtual ~Journal() = default;

    /// Keeps the entry; durable when it returns. Returns its id.
    /// Errors  unavailable (a full disk): then the decision must not be acted on.
    virtual Result<std::uint64_t> write(Entry entry) = 0;
    /// Appends the outcome. Errors  not_found, unavailable.
    virtual Result<void> outcome(std::uint64_t id, Instant at, const std::string& outcome) = 0;
    /// Newest first.
    virtual Result<std::vector<Entry>> read(const Filter& filter) const = 0;
};

Json to_json(const Entry& entry);
Result<Entry> entry_from_json(const Json& json);

}  // namespace swell::journal
