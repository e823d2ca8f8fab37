#pragma once

#include "spec/kinds/quota.hpp"

namespace swell::spec {

/// Names, amounts, and scopes that go together and suit the resources. In Kubernetes' words.
void validate(const ResourceQuotaSpec& spec, const std::string& path, Problems& problems);
/// As an error prints a list of scopes: `["BestEffort"]`, `null` when it is empty.
std::string printed_scopes(const std::vector<std::string>& scopes);

/// Of a Container item: default from max, defaultRequest from default, then from min.
void complete(LimitRangeSpec& spec);
/// Names, and bounds that do not cross. In Kubernetes' words.
void validate(const LimitRangeSpec& spec, const std::string& path, Problems& problems);

}  // namespace swell::spec
