#include "spec/kinds/resources.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "spec/kinds/field_error.hpp"

namespace swell::spec {
namespace {

constexpr std::string_view huge_pages = "hugepages-";
constexpr std::string_view huge_pages_requests = "requests.hugepages-";
constexpr std::string_view requests_prefix = "requests.";

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

/// Counted in whole objects.
constexpr std::array<std::string_view, 9> counts = {
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
};
constexpr std::array<std::string_view, 10> computes = {
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.storage",
};

bool is_quota_name(std::string_view name) {
    return is_one_of(counts, name) || is_one_of(computes, name) || name.starts_with(huge_pages) ||
           name.starts_with(huge_pages_requests);
}

/// A quota does not count `storage`, though it is a name like the others.
bool is_standard(std::string_view name) { return is_quota_name(name) || name == "storage"; }

bool is_container_name(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" || is_huge_pages(name);
}

bool is_whole(const Quantity& amount) { return amount.milli_value() % 1000 == 0; }

/// A whole number of pages of the size in the resource's name.
bool is_in_pages(std::string_view resource, const Quantity& amount) {
    const auto page = Quantity::parse(resource.substr(huge_pages.size()));
    if (!page || page->sign() <= 0 || !is_whole(*page) || page->value() == 0) return false;
    return amount.value() % page->value() == 0;
}

/// The rules of one `resources`.
class Rules {
  public:
    Rules(
        const ResourceRequirements& resources,
        const std::string& path,
        ResourcePlace place,
        Problems& problems
    )
        : resources_(resources), path_(path), place_(place), problems_(problems) {}

    void all() {
        for (const auto& [name, amount] : resources_.limits) each(name, amount, "limits");
        for (const auto& [name, amount] : resources_.requests) {
            each(name, amount, "requests");
            within_limit(name, amount);
        }
        if (has_pages_ && !has_compute_)
            problems_.push_back(forbidden(path_, "HugePages require cpu or memory"));
    }

  private:
    void each(const std::string& name, const Quantity& amount, const char* list) {
        const std::string at = path_ + "." + list + "[" + name + "]";
        validate_resource_name(name, at, place_, problems_);
        validate_amount(name, amount, at, problems_);
        has_compute_ = has_compute_ || name == "cpu" || name == "memory";
        if (!is_huge_pages(name)) return;
        has_pages_ = true;
        if (!is_in_pages(name, amount))
            problems_.push_back(invalid(
                at,
                go_quoted(amount.text()),
                amount.text() + " is not positive integer multiple of " + name
            ));
    }

    /// The path is the list's, not the entry's, as in the original.
    void within_limit(const std::string& name, const Quantity& request) {
        const auto limit = resources_.limits.find(name);
        if (limit == resources_.limits.end()) {
            if (!may_overcommit(name))
                problems_.push_back(required(
                    path_ + ".limits", "Limit must be set for non overcommitable resources"
                ));
            return;
        }
        const bool equal = request == limit->second;
        const char* must = !may_overcommit(name) && !equal ? "must be equal to "
                           : request > limit->second       ? "must be less than or equal to "
                                                           : nullptr;
        if (must != nullptr)
            problems_.push_back(invalid(
                path_ + ".requests",
                go_quoted(request.text()),
                must + name + " limit of " + limit->second.text()
            ));
    }

    const ResourceRequirements& resources_;
    const std::string& path_;
    ResourcePlace place_;
    Problems& problems_;
    bool has_compute_ = false;
    bool has_pages_ = false;
};

using List = ResourceList ResourceRequirements::*;

ResourceList sum_of_containers(const PodSpec& spec, List list) {
    ResourceList sum;
    for (const Container& container : spec.containers) add(sum, container.resources.*list);
    ResourceList sidecars, starting;
    for (const Container& container : spec.init_containers) {
        ResourceList needed = container.resources.*list;
        if (container.restart_policy == "Always") {
            add(sum, needed);
            add(sidecars, needed);
            needed = sidecars;
        } else {
            add(needed, sidecars);
        }
        raise(starting, needed);
    }
    raise(sum, starting);
    return sum;
}

void replace(ResourceList& sum, const ResourceList& of_pod) {
    for (const auto& [name, amount] : of_pod)
        if (is_pod_level(name)) sum[name] = amount;
}

void validate_agreement(const PodSpec& spec, const std::string& path, Problems& problems) {
    const ResourceRequirements& pod = spec.resources;
    for (const auto& [name, needed] : requests_of_containers(spec)) {
        const auto given = pod.requests.find(name);
        if (given != pod.requests.end() && needed > given->second)
            problems.push_back(invalid(
                path + ".requests[" + name + "]",
                go_quoted(given->second.text()),
                "must be greater than or equal to aggregate container requests of " + needed.text()
            ));
    }
    for (const auto& [name, needed] : limits_of_containers(spec)) {
        const auto given = pod.limits.find(name);
        if (is_huge_pages(name) && given != pod.limits.end() && needed > given->second)
            problems.push_back(invalid(
                path + ".limits[" + name + "]",
                go_quoted(given->second.text()),
                "must be greater than or equal to aggregate container limits of " + needed.text()
            ));
    }
    // The path has no such field: the original's.
    for (std::size_t i = 0; i < spec.containers.size(); ++i)
        for (const auto& [name, limit] : spec.containers[i].resources.limits) {
            const auto given = pod.limits.find(name);
            if (given != pod.limits.end() && limit > given->second)
                problems.push_back(invalid(
                    path + ".containers[" + std::to_string(i) + "][" + name + "].limits",
                    go_quoted(limit.text()),
                    "must be less than or equal to pod limits of " + given->second.text()
                ));
        }
}

std::string_view quality_of(const ResourceRequirements& resources) {
    std::optional<std::string_view> all;
    for (const char* name : {"cpu", "memory"}) {
        const auto amount = [&](const ResourceList& list) {
            const auto found = list.find(name);
            return found == list.end() ? Quantity() : found->second;
        };
        const Quantity request = amount(resources.requests);
        if (request != amount(resources.limits)) return "Burstable";
        const std::string_view one = request.sign() == 0 ? "BestEffort" : "Guaranteed";
        if (all && *all != one) return "Burstable";
        all = one;
    }
    return *all;
}

}  // namespace

bool is_native(std::string_view resource) {
    return resource.find('/') == std::string_view::npos ||
           resource.find("kubernetes.io/") != std::string_view::npos;
}

bool is_extended(std::string_view resource) {
    return !is_native(resource) && !resource.starts_with(requests_prefix) &&
           faults_of_qualified_name(std::string(requests_prefix) + std::string(resource)).empty();
}

bool is_huge_pages(std::string_view resource) { return resource.starts_with(huge_pages); }

bool may_overcommit(std::string_view resource) {
    return is_native(resource) && !is_huge_pages(resource);
}

bool is_pod_level(std::string_view resource) {
    return resource == "cpu" || resource == "memory" || is_huge_pages(resource);
}

void validate_resource_name(
    std::string_view name, const std::string& path, ResourcePlace place, Problems& problems
) {
    const auto tell = [&](std::string_view why) {
        problems.push_back(invalid(path, go_quoted(name), why));
    };
    const std::size_t before = problems.size();
    for (const std::string& fault : faults_of_qualified_name(name)) tell(fault);
    const bool has_domain = name.find('/') != std::string_view::npos;
    if (problems.size() == before && !has_domain && !is_standard(name))
        tell("must be a standard resource type or fully qualified");
    switch (place) {
        case ResourcePlace::container:
            if (!has_domain && !is_container_name(name))
                tell("must be a standard resource for containers");
            else if (has_domain && !is_native(name) && !is_extended(name))
                tell("doesn't follow extended resource name standard");
            break;
        case ResourcePlace::pod:
            if (problems.size() == before && !is_pod_level(name))
                problems.push_back(unsupported(path, name, {"cpu", huge_pages, "memory"}));
            break;
        case ResourcePlace::quota:
            if (!has_domain && !is_quota_name(name)) tell("must be a standard resource for quota");
            break;
        case ResourcePlace::claim:
            break;
    }
}

void validate_amount(
    std::string_view name, const Quantity& amount, const std::string& path, Problems& problems
) {
    if (amount.sign() < 0)
        problems.push_back(
            invalid(path, go_quoted(amount.text()), "must be greater than or equal to 0")
        );
    if ((is_one_of(counts, name) || is_extended(name)) && !is_whole(amount))
        problems.push_back(invalid(path, go_quoted(amount.text()), "must be an integer"));
}

void validate(
    const ResourceRequirements& resources,
    const std::string& path,
    ResourcePlace place,
    Problems& problems
) {
    Rules(resources, path, place, problems).all();
}

void validate_resources(const PodSpec& spec, const std::string& path, Problems& problems) {
    const auto each = [&](const std::vector<Container>& list, const char* name) {
        for (std::size_t i = 0; i < list.size(); ++i)
            validate(
                list[i].resources,
                path + "." + name + "[" + std::to_string(i) + "].resources",
                ResourcePlace::container,
                problems
            );
    };
    each(spec.containers, "containers");
    each(spec.init_containers, "initContainers");
    if (!spec.resources.requests.empty() || !spec.resources.limits.empty()) {
        validate(spec.resources, path + ".resources", ResourcePlace::pod, problems);
        validate_agreement(spec, path + ".resources", problems);
    }
    if (!spec.overhead.empty())
        validate(
            ResourceRequirements{.requests = {}, .limits = spec.overhead},
            path + ".overhead",
            ResourcePlace::container,
            problems
        );
}

void round_amounts(ResourceList& amounts) {
    for (auto& [name, amount] : amounts) amount = amount.rounded_to_milli();
}

void add(ResourceList& to, const ResourceList& amounts) {
    for (const auto& [name, amount] : amounts) {
        const auto [at, added] = to.try_emplace(name, amount);
        if (!added) at->second += amount;
    }
}

void raise(ResourceList& to, const ResourceList& amounts) {
    for (const auto& [name, amount] : amounts) {
        const auto [at, added] = to.try_emplace(name, amount);
        if (!added && amount > at->second) at->second = amount;
    }
}

ResourceList requests_of_containers(const PodSpec& spec) {
    return sum_of_containers(spec, &ResourceRequirements::requests);
}

ResourceList limits_of_containers(const PodSpec& spec) {
    return sum_of_containers(spec, &ResourceRequirements::limits);
}

ResourceList requests_of(const PodSpec& spec) {
    return requests_of(spec, requests_of_containers(spec));
}

ResourceList limits_of(const PodSpec& spec) { return limits_of(spec, limits_of_containers(spec)); }

ResourceList requests_of(const PodSpec& spec, ResourceList sum) {
    replace(sum, spec.resources.requests);
    add(sum, spec.overhead);
    return sum;
}

ResourceList limits_of(const PodSpec& spec, ResourceList sum) {
    replace(sum, spec.resources.limits);
    // No limit stays none.
    for (const auto& [name, amount] : spec.overhead)
        if (const auto limit = sum.find(name); limit != sum.end() && limit->second.sign() != 0)
            limit->second += amount;
    return sum;
}

bool has_pod_level(const PodSpec& spec) {
    const auto counts_for_pod = [](const auto& entry) { return is_pod_level(entry.first); };
    return std::ranges::any_of(spec.resources.requests, counts_for_pod) ||
           std::ranges::any_of(spec.resources.limits, counts_for_pod);
}

void complete_pod_level(PodSpec& spec) {
    ResourceRequirements& pod = spec.resources;
    if (pod.requests.empty() && pod.limits.empty()) return;
    const ResourceList limits = limits_of_containers(spec);
    for (const auto& [name, limit] : limits)
        if (is_huge_pages(name) && !pod.requests.contains(name))
            pod.limits.try_emplace(name, limit);
    for (const auto& [name, request] : requests_of_containers(spec))
        if (is_pod_level(name) && may_overcommit(name)) pod.requests.try_emplace(name, request);
    for (const auto& [name, limit] : pod.limits)
        if (is_pod_level(name)) pod.requests.try_emplace(name, limit);
    const auto all_limited = [&](const std::string& name) {
        const auto has = [&](const Container& c) { return c.resources.limits.contains(name); };
        return std::ranges::all_of(spec.containers, has) &&
               std::ranges::all_of(spec.init_containers, has);
    };
    for (const auto& [name, request] : pod.requests) {
        if (!is_pod_level(name) || pod.limits.contains(name) || !all_limited(name)) continue;
        if (const auto sum = limits.find(name); sum != limits.end())
            pod.limits.emplace(name, std::max(sum->second, request));
    }
}

std::string_view quality_of_service(const PodSpec& spec) {
    if (has_pod_level(spec)) return quality_of(spec.resources);
    std::optional<std::string_view> all;
    for (const auto* list : {&spec.init_containers, &spec.containers})
        for (const Container& container : *list) {
            const std::string_view one = quality_of(container.resources);
            if (one == "Burstable" || (all && *all != one)) return "Burstable";
            all = one;
        }
    return all.value_or("BestEffort");
}

}  // namespace swell::spec
