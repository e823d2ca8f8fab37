#include "spec/kinds/quota_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <set>

#include "spec/kinds/field_error.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::spec {
namespace {

constexpr std::array<std::string_view, 7> known_scopes = {
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
};

bool is_known(std::string_view scope) {
    return std::ranges::find(known_scopes, scope) != known_scopes.end();
}

/// Whether a scope says anything of what a resource counts. Resources beside the standard ones, and
/// scopes that nobody knows, are not looked at.
bool suits(std::string_view scope, std::string_view resource) {
    constexpr std::array<std::string_view, 6> computes = {
        "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"
    };
    if (!is_known(scope)) return true;
    if (scope == "BestEffort") return resource == "pods";
    if (scope == "VolumeAttributesClass")
        return resource == "persistentvolumeclaims" || resource == "requests.storage";
    return resource == "pods" || std::ranges::find(computes, resource) != computes.end();
}

bool is_standard_of_quotas(std::string_view resource) {
    Problems none;
    validate_resource_name(resource, {}, ResourcePlace::quota, none);
    return none.empty() && resource.find('/') == std::string_view::npos;
}

/// The same for `scopes` and the names in `scopeSelector`: what a scope is applied to, and pairs
/// that exclude each other.
class Scopes {
  public:
    Scopes(const ResourceQuotaSpec& spec, const std::string& path, Problems& problems)
        : spec_(spec), path_(path), problems_(problems) {}

    void of_list() {
        const std::string at = path_ + ".scopes";
        const std::string printed = printed_scopes(spec_.scopes);
        std::set<std::string_view> seen;
        for (const std::string& scope : spec_.scopes) {
            if (!is_known(scope)) problems_.push_back(invalid(at, printed, "unsupported scope"));
            applied(scope, at, printed);
            seen.insert(scope);
        }
        conflicts(seen, at);
    }

    void of_selector() {
        if (!spec_.scope_selector) return;
        const std::string at = path_ + ".scopeSelector.matchExpressions";
        std::set<std::string_view> seen;
        for (const ScopeRequirement& each : spec_.scope_selector->match_expressions) {
            if (!is_known(each.scope_name))
                problems_.push_back(
                    invalid(at + ".scopeName", go_quoted(each.scope_name), "unsupported scope")
                );
            applied(each.scope_name, at, printed_selector());
            requirement(each, at);
            seen.insert(each.scope_name);
        }
        conflicts(seen, at);
    }

  private:
    void applied(const std::string& scope, const std::string& at, const std::string& printed) {
        for (const auto& [resource, amount] : spec_.hard)
            if (is_standard_of_quotas(resource) && !suits(scope, resource))
                problems_.push_back(invalid(at, printed, "unsupported scope applied to resource"));
    }

    void requirement(const ScopeRequirement& each, const std::string& at) {
        const bool takes_values =
            each.scope_name == "PriorityClass" || each.scope_name == "VolumeAttributesClass";
        if (is_known(each.scope_name) && !takes_values && each.op != "Exists")
            problems_.push_back(invalid(
                at + ".operator",
                go_quoted(each.op),
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, "
                "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
            ));
        if (each.op == "In" || each.op == "NotIn") {
            if (each.values.empty())
                problems_.push_back(required(
                    at + ".values",
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                    "selector"
                ));
        } else if (each.op == "Exists" || each.op == "DoesNotExist") {
            if (!each.values.empty())
                problems_.push_back(invalid(
                    at + ".values",
                    Json(each.values).dump(),
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope "
                    "selector"
                ));
        } else {
            problems_.push_back(
                invalid(at + ".operator", go_quoted(each.op), "not a valid selector operator")
            );
        }
    }

    /// A selector's conflict prints the list of scopes, which is another field: the original's.
    void conflicts(const std::set<std::string_view>& seen, const std::string& at) {
        for (const auto& [one, other] :
             {std::pair{"BestEffort", "NotBestEffort"}, std::pair{"Terminating", "NotTerminating"}})
            if (seen.contains(one) && seen.contains(other))
                problems_.push_back(invalid(at, printed_scopes(spec_.scopes), "conflicting scopes")
                );
    }

    /// With the names of Go's fields, since the error prints the object of the server's inside.
    std::string printed_selector() const {
        Json expressions = Json::array();
        for (const ScopeRequirement& each : spec_.scope_selector->match_expressions)
            expressions.push_back(
                {{"ScopeName", each.scope_name},
                 {"Operator", each.op},
                 {"Values", each.values.empty() ? Json() : Json(each.values)}}
            );
        return Json{{"MatchExpressions", std::move(expressions)}}.dump();
    }

    const ResourceQuotaSpec& spec_;
    const std::string& path_;
    Problems& problems_;
};

const Quantity* find(const ResourceList& list, const std::string& name) {
    const auto found = list.find(name);
    return found == list.end() ? nullptr : &found->second;
}

/// The rules of one item.
class ItemRules {
  public:
    ItemRules(const LimitRangeItem& item, std::string path, Problems& problems)
        : item_(item), path_(std::move(path)), problems_(problems) {}

    void all() {
        std::set<std::string> names;
        list(item_.max, "max", names);
        list(item_.min, "min", names);
        if (item_.type == "Pod") {
            constexpr const char* why = "may not be specified when `type` is 'Pod'";
            if (!item_.default_limit.empty())
                problems_.push_back(forbidden(path_ + ".default", why));
            if (!item_.default_request.empty())
                problems_.push_back(forbidden(path_ + ".defaultRequest", why));
        } else {
            list(item_.default_limit, "default", names);
            list(item_.default_request, "defaultRequest", names);
        }
        if (item_.type == "PersistentVolumeClaim" && find(item_.min, "storage") == nullptr &&
            find(item_.max, "storage") == nullptr)
            problems_.push_back(required(
                path_ + ".limits",
                "either minimum or maximum storage value is required, but neither was provided"
            ));
        list(item_.max_limit_request_ratio, "maxLimitRequestRatio", names);
        for (const std::string& name : names) resource(name);
    }

  private:
    void list(const ResourceList& amounts, const char* field, std::set<std::string>& names) {
        const bool of_pods = item_.type == "Pod" || item_.type == "Container";
        for (const auto& [name, amount] : amounts) {
            validate_resource_name(
                name,
                at(field, name),
                of_pods ? ResourcePlace::container : ResourcePlace::claim,
                problems_
            );
            names.insert(name);
        }
    }

    /// Which of the two values is printed as the invalid one differs from pair to pair, as in the
    /// original.
    void resource(const std::string& name) {
        const bool pod = item_.type == "Pod";
        const Quantity* const min = find(item_.min, name);
        const Quantity* const max = find(item_.max, name);
        const Quantity* const limit = pod ? nullptr : find(item_.default_limit, name);
        const Quantity* const request = pod ? nullptr : find(item_.default_request, name);
        const auto crossed = [&](const Quantity* low, const Quantity* high) {
            return low != nullptr && high != nullptr && *low > *high;
        };
        if (crossed(min, max))
            tell(
                "min",
                name,
                *min,
                "min value " + min->text() + " is greater than max value " + max->text()
            );
        if (crossed(min, request))
            tell(
                "defaultRequest",
                name,
                *request,
                "min value " + min->text() + " is greater than default request value " +
                    request->text()
            );
        if (crossed(request, max))
            tell(
                "defaultRequest",
                name,
                *request,
                "default request value " + request->text() + " is greater than max value " +
                    max->text()
            );
        if (crossed(request, limit))
            tell(
                "defaultRequest",
                name,
                *request,
                "default request value " + request->text() +
                    " is greater than default limit value " + limit->text()
            );
        if (crossed(min, limit))
            tell(
                "default",
                name,
                *min,
                "min value " + min->text() + " is greater than default value " + limit->text()
            );
        if (crossed(limit, max))
            tell(
                "default",
                name,
                *max,
                "default value " + limit->text() + " is greater than max value " + max->text()
            );
        ratio(name, min, max);
        if (!may_overcommit(name) && limit != nullptr && request != nullptr && *limit != *request)
            tell(
                "defaultRequest",
                name,
                *request,
                "default value " + limit->text() + " must equal to defaultRequest value " +
                    request->text() + " in " + name
            );
    }

    void ratio(const std::string& name, const Quantity* min, const Quantity* max) {
        constexpr const char* field = "maxLimitRequestRatio";
        const Quantity* const most = find(item_.max_limit_request_ratio, name);
        if (most == nullptr) return;
        if (*most < Quantity::from_value(1))
            tell(field, name, *most, "ratio " + most->text() + " is less than 1");
        if (min == nullptr || max == nullptr) return;
        // In thousandths where all of them fit.
        constexpr std::int64_t most_milli = INT64_MAX / 1000;
        const bool milli =
            most->value() < most_milli && min->value() < most_milli && max->value() < most_milli;
        const auto number = [milli](const Quantity& amount) {
            return static_cast<double>(milli ? amount.milli_value() : amount.value());
        };
        const double given = milli ? number(*most) / 1000 : number(*most);
        const double possible = number(*max) / number(*min);
        if (!(given > possible)) return;
        std::array<char, 400> text{};
        std::snprintf(text.data(), text.size(), "%f", possible);
        tell(
            field,
            name,
            *most,
            "ratio " + most->text() + " is greater than max/min = " + text.data()
        );
    }

    void tell(
        const char* field, const std::string& name, const Quantity& value, const std::string& why
    ) {
        problems_.push_back(invalid(at(field, name), go_quoted(value.text()), why));
    }
    std::string at(const char* field, const std::string& name) const {
        return path_ + "." + field + "[" + name + "]";
    }

    const LimitRangeItem& item_;
    std::string path_;
    Problems& problems_;
};

void validate_type(const LimitRangeItem& item, const std::string& at, Problems& problems) {
    constexpr std::array<std::string_view, 3> types = {"Pod", "Container", "PersistentVolumeClaim"};
    const auto faults = faults_of_qualified_name(item.type);
    for (const std::string& fault : faults)
        problems.push_back(invalid(at, go_quoted(item.type), fault));
    const bool has_domain = item.type.find('/') != std::string::npos;
    if (faults.empty() && !has_domain && std::ranges::find(types, item.type) == types.end())
        problems.push_back(
            invalid(at, go_quoted(item.type), "must be a standard limit type or fully qualified")
        );
}

}  // namespace

std::string printed_scopes(const std::vector<std::string>& scopes) {
    return scopes.empty() ? "null" : Json(scopes).dump();
}

void validate(const ResourceQuotaSpec& spec, const std::string& path, Problems& problems) {
    for (const auto& [name, amount] : spec.hard) {
        const std::string at = path + ".hard[" + name + "]";
        validate_resource_name(name, at, ResourcePlace::quota, problems);
        validate_amount(name, amount, at, problems);
    }
    Scopes scopes(spec, path, problems);
    scopes.of_list();
    scopes.of_selector();
}

void complete(LimitRangeSpec& spec) {
    for (LimitRangeItem& item : spec.limits) {
        for (ResourceList* list :
             {&item.max,
              &item.min,
              &item.default_limit,
              &item.default_request,
              &item.max_limit_request_ratio})
            round_amounts(*list);
        if (item.type != "Container") continue;
        for (const auto& [name, max] : item.max) item.default_limit.try_emplace(name, max);
        for (const auto& [name, limit] : item.default_limit)
            item.default_request.try_emplace(name, limit);
        for (const auto& [name, min] : item.min) item.default_request.try_emplace(name, min);
    }
}

void validate(const LimitRangeSpec& spec, const std::string& path, Problems& problems) {
    std::set<std::string_view> types;
    for (std::size_t i = 0; i < spec.limits.size(); ++i) {
        const LimitRangeItem& item = spec.limits[i];
        const std::string at = path + ".limits[" + std::to_string(i) + "]";
        validate_type(item, at + ".type", problems);
        if (!types.insert(item.type).second)
            problems.push_back({at + ".type", "Duplicate value: " + go_quoted(item.type)});
        ItemRules(item, at, problems).all();
    }
}

}  // namespace swell::spec
