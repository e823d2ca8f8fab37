#pragma once

#include <string>

#include "control/hpa/decide.hpp"
#include "journal/entry.hpp"

// What can be said of a decision from its steps alone.

namespace swell::control::hpa {

/// Rule `would-change`: from which value on the deciding metric gives another number.
void explain_result(Decision& decision, const spec::HpaSpec& spec);

/// One sentence for lists: `scaled 2 → 5: cpu 142 % of request, target 70 %`.
std::string summary_of(const Decision& decision);

/// Why an entry of this controller did not end with `replicas`: the limit in the way with its end,
/// or what each metric would have had to be.
std::string why_not(const journal::Entry& entry, std::int32_t replicas);

}  // namespace swell::control::hpa
