#pragma once

#include <string>
#include <vector>

#include "spec/read.hpp"

namespace swell::spec {

/// Reads files, folders (their *.yaml, *.yml and *.json, sorted, not deeper) and `-` (standard
/// input). All problems of all files at once; objects of one key in two files are an error.
Manifests read_paths(const std::vector<std::string>& paths, const yaml::Limits& limits = {});

}  // namespace swell::spec
