#include "cluster/admission/limit_range.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "spec/kinds/resources.hpp"

namespace swell::cluster {
namespace {

using spec::LimitRangeItem;
using spec::ResourceList;

/// Adds what is not there. Returns the names that were added: `cpu, memory`.
std::string filled_in(ResourceList& list, const ResourceList& defaults) {
    std::string names;
    for (const auto& [name, amount] : defaults)
        if (list.try_emplace(name, amount).second)
            names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

void set_defaults(const LimitRangeItem& item, spec::Pod& pod) {
    std::string said;
    const auto note = [&](const std::string& names, const std::string& of) {
        if (names.empty()) return;
        said += (said.empty() ? "" : "; ") + names + of;
    };
    const auto complete = [&](std::vector<spec::Container>& list, const std::string& kind) {
        for (spec::Container& container : list) {
            spec::ResourceRequirements& own = container.resources;
            const std::string limits = filled_in(own.limits, item.default_limit);
            const std::string requests = filled_in(own.requests, item.default_request);
            note(requests, " request for " + kind + " " + container.name);
            note(limits, " limit for " + kind + " " + container.name);
        }
    };
    complete(pod.spec.containers, "container");
    complete(pod.spec.init_containers, "init container");
    if (!said.empty())
        pod.metadata.annotations["kubernetes.io/limit-ranger"] = "LimitRanger plugin set: " + said;
}

/// The limits of one item against what one object asks for. A list that is not given counts as
/// unlimited for nobody: what has a max must have a limit.
class Check {
  public:
    Check(const LimitRangeItem& item, std::vector<std::string>& broken)
        : item_(item), broken_(broken) {}

    void of(const ResourceList& requests, const ResourceList& limits) {
        for (const auto& [name, min] : item_.min) minimum(name, min, requests, limits);
        for (const auto& [name, max] : item_.max) maximum(name, max, requests, limits);
        for (const auto& [name, most] : item_.max_limit_request_ratio)
            ratio(name, most, requests, limits);
    }

    /// A claim has requests alone.
    void of_claim(const ResourceList& requests) {
        for (const auto& [name, min] : item_.min) minimum(name, min, requests, {});
        for (const auto& [name, max] : item_.max) {
            const Quantity* const request = find(requests, name);
            if (request == nullptr)
                tell("maximum " + usage(name, max) + ".  No request is specified");
            else if (is_above(*request, max, *request))
                tell("maximum " + usage(name, max) + ", but request is " + request->text());
        }
    }

  private:
    static const Quantity* find(const ResourceList& list, const std::string& name) {
        const auto found = list.find(name);
        return found == list.end() ? nullptr : &found->second;
    }

    /// In thousandths where all three fit into them, else in whole units, rounded up: so 1.5 bytes
    /// beside an exbibyte are 2. The original's.
    static bool fits_milli(const Quantity& a, const Quantity& b, const Quantity& c) {
        constexpr std::int64_t most = INT64_MAX / 1000;
        return a.value() <= most && b.value() <= most && c.value() <= most;
    }
    static bool is_above(const Quantity& a, const Quantity& b, const Quantity& beside) {
        return fits_milli(a, b, beside) ? a.milli_value() > b.milli_value() : a.value() > b.value();
    }

    void minimum(
        const std::string& name,
        const Quantity& min,
        const ResourceList& requests,
        const ResourceList& limits
    ) {
        const Quantity* const request = find(requests, name);
        const Quantity* const limit = find(limits, name);
        const std::string start = "minimum " + usage(name, min);
        if (request == nullptr) return tell(start + ".  No request is specified");
        if (is_above(min, *request, limit != nullptr ? *limit : Quantity()))
            return tell(start + ", but request is " + request->text());
        if (limit != nullptr && is_above(min, *limit, *request))
            tell(start + ", but limit is " + limit->text());
    }

    void maximum(
        const std::string& name,
        const Quantity& max,
        const ResourceList& requests,
        const ResourceList& limits
    ) {
        const Quantity* const request = find(requests, name);
        const Quantity* const limit = find(limits, name);
        const std::string start = "maximum " + usage(name, max);
        if (limit == nullptr) return tell(start + ".  No limit is specified");
        if (is_above(*limit, max, request != nullptr ? *request : Quantity()))
            return tell(start + ", but limit is " + limit->text());
        if (request != nullptr && is_above(*request, max, *limit))
            tell(start + ", but request is " + request->text());
    }

    void ratio(
        const std::string& name,
        const Quantity& most,
        const ResourceList& requests,
        const ResourceList& limits
    ) {
        const Quantity* const request = find(requests, name);
        const Quantity* const limit = find(limits, name);
        const std::string start =
            name + " max limit to request ratio per " + item_.type + " is " + most.text();
        const bool milli = fits_milli(
            request != nullptr ? *request : Quantity(), limit != nullptr ? *limit : Quantity(), most
        );
        const auto number = [milli](const Quantity* amount) -> std::int64_t {
            if (amount == nullptr) return 0;
            return milli ? amount->milli_value() : amount->value();
        };
        if (number(request) == 0)
            return tell(start + ", but no request is specified or request is 0");
        if (number(limit) == 0) return tell(start + ", but no limit is specified or limit is 0");
        const double provided =
            static_cast<double>(number(limit)) / static_cast<double>(number(request));
        const bool most_fits = most.value() <= INT64_MAX / 1000;
        const double compared = most_fits ? provided * 1000 : provided;
        const auto allowed = static_cast<double>(most_fits ? most.milli_value() : most.value());
        if (!(compared > allowed)) return;
        std::array<char, 400> text{};
        std::snprintf(text.data(), text.size(), "%f", provided);
        tell(start + ", but provided ratio is " + text.data());
    }

    std::string usage(const std::string& name, const Quantity& bound) const {
        return name + " usage per " + item_.type + " is " + bound.text();
    }
    /// Each is said once.
    void tell(std::string text) {
        if (std::ranges::find(broken_, text) == broken_.end()) broken_.push_back(std::move(text));
    }

    const LimitRangeItem& item_;
    std::vector<std::string>& broken_;
};

/// Of a pod's own resources cpu and memory alone stand in here, and its overhead is left out: not
/// what a quota counts, but the original's.
ResourceList of_pod(ResourceList containers, const ResourceList& own) {
    for (const char* name : {"cpu", "memory"})
        if (const auto found = own.find(name); found != own.end()) containers[name] = found->second;
    return containers;
}

void check(const LimitRangeItem& item, const spec::PodSpec& pod, std::vector<std::string>& broken) {
    Check check(item, broken);
    if (item.type == "Container")
        for (const auto* list : {&pod.containers, &pod.init_containers})
            for (const spec::Container& container : *list)
                check.of(container.resources.requests, container.resources.limits);
    if (item.type == "Pod")
        check.of(
            of_pod(spec::requests_of_containers(pod), pod.resources.requests),
            of_pod(spec::limits_of_containers(pod), pod.resources.limits)
        );
}

std::string together(const std::vector<std::string>& broken) {
    if (broken.size() == 1) return broken.front();
    std::string all = "[";
    for (std::size_t i = 0; i < broken.size(); ++i)
        all.append(i == 0 ? "" : ", ").append(broken[i]);
    return all + "]";
}

}  // namespace

void set_defaults(const std::vector<spec::LimitRange>& ranges, spec::Pod& pod) {
    for (const spec::LimitRange& range : ranges)
        for (const LimitRangeItem& item : range.spec.limits)
            if (item.type == "Container") set_defaults(item, pod);
}

std::optional<std::string> broken_limits(
    const std::vector<spec::LimitRange>& ranges, const spec::Object& object
) {
    for (const spec::LimitRange& range : ranges) {
        std::vector<std::string> broken;
        for (const LimitRangeItem& item : range.spec.limits) {
            if (object.is<spec::Pod>()) check(item, object.as<spec::Pod>().spec, broken);
            if (object.is<spec::PersistentVolumeClaim>() && item.type == "PersistentVolumeClaim")
                Check(item, broken)
                    .of_claim(object.as<spec::PersistentVolumeClaim>().spec.resources.requests);
        }
        if (!broken.empty()) return together(broken);
    }
    return {};
}

}  // namespace swell::cluster
