#pragma once

#include <string>
#include <string_view>

namespace swell::yaml {

/// JSON writes characters past U+FFFF as two escapes (`\ud83d\ude00`), which YAML has no notion of.
/// Returns the text with each pair as YAML's `\U0001f600`; everything else stays as
/// it is. For text that is JSON: in YAML the escapes may be meant as they stand.
std::string join_surrogates(std::string_view text);

}  // namespace swell::yaml
