#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace swell::cluster::pods {

using Variables = std::map<std::string, std::string>;

/// Replaces $(NAME). `$$` is one `$`; a name nobody knows and an unclosed `$(` stay as they are.
///
/// known   sets of variables, the first that has the name wins
/// Source  kubernetes third_party/forked/golang/expansion/expand.go
std::string expand(std::string_view text, const std::vector<const Variables*>& known);

}  // namespace swell::cluster::pods
