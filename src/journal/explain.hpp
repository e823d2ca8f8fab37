#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/entry.hpp"

namespace swell::journal {

/// A decision as a person would write it on paper: what was seen, the arithmetic of each rule in a
/// line, what came of it, and when the next change is possible. `earlier` (newest first, may hold
/// the entry itself) is listed below it. Recomputes nothing: every number is the entry's own. Ends
/// with a newline.
///
/// now  for `12s ago`; times are UTC
std::string explain(const Entry& entry, const std::vector<Entry>& earlier, Instant now);

/// A table, in the order given: time, subject, action, summary, outcome. Ends with a newline.
std::string history(const std::vector<Entry>& entries);

/// Those of the object that the newest, the first, is about: others of its name are gone, and what
/// was decided about them led to nothing here. They are told apart by `uid` of the observation.
std::vector<Entry> without_namesakes(std::vector<Entry> entries);

/// Whether the entry decided a number of replicas: what one can ask `why not more` about.
bool decides_replicas(const Entry& entry);

/// When something may change at the earliest: the first `until` of the steps that is after the
/// decision.
struct Next {
    Instant at{};
    std::string rule;
};
std::optional<Next> next_change(const Entry& entry);

}  // namespace swell::journal
