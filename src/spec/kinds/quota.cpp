#include "spec/kinds/quota.hpp"

#include <algorithm>
#include <set>

#include "spec/fields/kind.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/kinds/names.hpp"
#include "spec/kinds/quota_rules.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::spec {
namespace {

/// Labels and the rest are told as for every kind; the name in Kubernetes' words.
void validate_metadata(const ObjectMeta& metadata, Problems& problems) {
    if (metadata.name.empty() && metadata.generate_name.empty())
        problems.push_back(required("metadata.name", "name or generateName is required"));
    if (!metadata.name.empty())
        for (const std::string& fault : faults_of_subdomain(metadata.name))
            problems.push_back(invalid("metadata.name", go_quoted(metadata.name), fault));
    ObjectMeta rest = metadata;
    rest.name = "named";
    validate(rest, "metadata", problems);
}

void complete(ResourceQuota& quota) { round_amounts(quota.spec.hard); }

void validate(const ResourceQuota& quota, Problems& problems) {
    validate_metadata(quota.metadata, problems);
    validate(quota.spec, "spec", problems);
}

void complete(LimitRange& range) { complete(range.spec); }

void validate(const LimitRange& range, Problems& problems) {
    validate_metadata(range.metadata, problems);
    validate(range.spec, "spec", problems);
}

void complete(PersistentVolumeClaim& claim) { round_amounts(claim.spec.resources.requests); }

void validate(const PersistentVolumeClaim& claim, Problems& problems) {
    validate(claim.metadata, "metadata", problems);
    validate(claim.spec.resources, "spec.resources", ResourcePlace::claim, problems);
}

}  // namespace

void validate_update(const ResourceQuota& now, const ResourceQuota& before, Problems& problems) {
    const auto as_set = [](const std::vector<std::string>& scopes) {
        return std::set<std::string_view>(scopes.begin(), scopes.end());
    };
    if (as_set(now.spec.scopes) != as_set(before.spec.scopes))
        problems.push_back(
            invalid("spec.scopes", printed_scopes(now.spec.scopes), "field is immutable")
        );
}

template <>
const Kind& kind_of<ResourceQuota>() {
    static const Kind kind = fields::make_kind<ResourceQuota, complete, validate>(
        {"v1", "ResourceQuota", "resourcequotas", {"quota"}}
    );
    return kind;
}

template <>
const Kind& kind_of<LimitRange>() {
    static const Kind kind = fields::make_kind<LimitRange, complete, validate>(
        {"v1", "LimitRange", "limitranges", {"limits"}}
    );
    return kind;
}

template <>
const Kind& kind_of<PersistentVolumeClaim>() {
    static const Kind kind = fields::make_kind<PersistentVolumeClaim, complete, validate>(
        {"v1", "PersistentVolumeClaim", "persistentvolumeclaims", {"pvc"}}
    );
    return kind;
}

}  // namespace swell::spec
