#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/object.hpp"

// What is wrong with a field in Kubernetes' own words, for kinds and fields whose messages people
// search for: `spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0`.
//
// Source  k8s.io/apimachinery/pkg/util/validation/field, and pkg/api/validate/content for names.

namespace swell::spec {

/// `value` as it is printed: a text in quotes (go_quoted()), a number or JSON as it stands.
Problem invalid(std::string path, std::string_view value, std::string_view why);
/// Nothing follows `Required value` when `why` is empty.
Problem required(std::string path, std::string_view why);
Problem forbidden(std::string path, std::string_view why);
/// `words` in the order they are printed: sorted.
Problem unsupported(
    std::string path, std::string_view value, const std::vector<std::string_view>& words
);

/// As Go prints a string with %q.
std::string go_quoted(std::string_view text);

/// All of them as one text: the one there is, or `[a, b]` with each said once.
std::string together(const Problems& problems);

/// What is wrong with a name, in full, with the regular expression; empty when nothing is.
std::vector<std::string> faults_of_label(std::string_view text);
std::vector<std::string> faults_of_subdomain(std::string_view text);
std::vector<std::string> faults_of_qualified_name(std::string_view text);
std::vector<std::string> faults_of_path_segment(std::string_view text);

}  // namespace swell::spec
