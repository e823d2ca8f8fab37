#include "control/hpa/gather.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace swell::control::hpa {

namespace {

PodSample::Phase phase_of(const std::string& phase) {
    if (phase == "Running") return PodSample::Phase::running;
    // One that no runtime has seen yet is Pending in the original.
    if (phase.empty() || phase == "Pending") return PodSample::Phase::pending;
    if (phase == "Succeeded") return PodSample::Phase::succeeded;
    if (phase == "Failed") return PodSample::Phase::failed;
    return PodSample::Phase::unknown;
}

PodSample::Ready ready_of(const spec::Condition& condition) {
    if (condition.status == "True") return PodSample::Ready::yes;
    if (condition.status == "False") return PodSample::Ready::no;
    return PodSample::Ready::unknown;
}

PodSample sample_of(const spec::Pod& pod) {
    PodSample sample;
    sample.phase = phase_of(pod.status.phase);
    sample.terminating = pod.metadata.deletion_timestamp.has_value();
    if (pod.status.start_time) {
        sample.has_started = true;
        sample.started = *pod.status.start_time;
    }
    for (const spec::Condition& condition : pod.status.conditions) {
        if (condition.type != "Ready") continue;
        sample.ready = ready_of(condition);
        sample.ready_since = condition.last_transition_time.value_or(Instant{});
        break;
    }
    return sample;
}

// The places of `items` in the order of their names, equal names in their own order.
template <class Items, class Name>
std::vector<std::size_t> by_name(const Items& items, Name name) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto before = [&](std::size_t a, std::size_t b) {
        return name(items[a]) < name(items[b]);
    };
    if (!std::ranges::is_sorted(order, before)) std::ranges::stable_sort(order, before);
    return order;
}

// Thousandths, with the ends of the range for what is beyond them: a wrapped number could be any.
std::int64_t milli_of(const Quantity& quantity) {
    constexpr double surely_within = 9e15;
    if (std::abs(quantity.approximate()) < surely_within) return quantity.milli_value();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    static const Quantity highest = Quantity::from_milli(most),
                          lowest = Quantity::from_milli(least);
    if (quantity > highest) return most;
    return quantity < lowest ? least : quantity.milli_value();
}

void put(const NamedUsage& usage, PodSample& sample) {
    sample.has_usage = true;
    sample.usage = usage.usage;
    sample.measured = usage.measured;
    sample.window = usage.window;
}

std::int64_t sum_of(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a > 0 ? std::numeric_limits<std::int64_t>::max()
                 : std::numeric_limits<std::int64_t>::min();
}

bool is_absurd(const NamedUsage& usage, const Trust& trust) {
    if (trust.refuse_negative && usage.usage < 0) return true;
    if (usage.usage > trust.at_most) return true;
    return trust.not_before && usage.measured < *trust.not_before;
}

// The amount of a resource; nullptr when there is none. Such lists are short, and most names differ
// in length.
const Quantity* amount_in(const spec::ResourceList& list, std::string_view resource) {
    for (const auto& [name, amount] : list)
        if (name == resource) return &amount;
    return nullptr;
}

std::int64_t request_in(
    const spec::ResourceList& requests, std::string_view resource, bool& found
) {
    const Quantity* const amount = amount_in(requests, resource);
    found = amount != nullptr;
    return found ? amount->milli_value() : 0;
}

bool is_sidecar(const spec::Container& container) { return container.restart_policy == "Always"; }

bool has_pod_level_requests(const spec::Pod& pod) {
    return std::ranges::any_of(pod.spec.resources.requests, [](const auto& entry) {
        return entry.first == "cpu" || entry.first == "memory" ||
               entry.first.starts_with("hugepages-");
    });
}

// What the scheduler reserves for the containers together: the larger of all that run at once and
// of each init container beside the sidecars started before it.
std::optional<std::int64_t> aggregated_request(const spec::Pod& pod, std::string_view resource) {
    std::int64_t running = 0, sidecars = 0, starting = 0;
    bool any = false, found = false;
    for (const spec::Container& container : pod.spec.containers) {
        running += request_in(container.resources.requests, resource, found);
        any = any || found;
    }
    for (const spec::Container& container : pod.spec.init_containers) {
        const std::int64_t request = request_in(container.resources.requests, resource, found);
        any = any || found;
        if (is_sidecar(container)) {
            running += request;
            sidecars += request;
            starting = std::max(starting, sidecars);
        } else {
            starting = std::max(starting, request + sidecars);
        }
    }
    if (!any) return std::nullopt;
    return std::max(running, starting);
}

Result<std::int64_t> pod_level_request(const spec::Pod& pod, std::string_view resource) {
    bool found = false;
    const std::int64_t request = request_in(pod.spec.resources.requests, resource, found);
    if (found) return request;
    if (const auto aggregated = aggregated_request(pod, resource)) return *aggregated;
    return fail(
        Code::not_found,
        "missing pod-level request for " + std::string(resource) + " in Pod " + pod.metadata.name
    );
}

Result<std::int64_t> request_of(
    const spec::Pod& pod, std::string_view resource, std::string_view wanted_container
) {
    if (wanted_container.empty() && has_pod_level_requests(pod))
        return pod_level_request(pod, resource);
    std::int64_t sum = 0;
    bool any = false;
    std::string missing_in;
    const auto count = [&](const spec::Container& container) {
        if (!wanted_container.empty() && container.name != wanted_container) return;
        any = true;
        bool found = false;
        sum += request_in(container.resources.requests, resource, found);
        if (!found && missing_in.empty()) missing_in = container.name;
    };
    for (const spec::Container& container : pod.spec.containers) count(container);
    for (const spec::Container& container : pod.spec.init_containers)
        if (is_sidecar(container)) count(container);
    if (!missing_in.empty()) {
        return fail(
            Code::not_found,
            "missing request for " + std::string(resource) + " in container " + missing_in +
                " of Pod " + pod.metadata.name
        );
    }
    if (!any && !wanted_container.empty()) {
        return fail(
            Code::not_found,
            "container " + std::string(wanted_container) + " not found in Pod " + pod.metadata.name
        );
    }
    return sum;
}

}  // namespace

std::vector<NamedUsage> usages_of(
    std::span<const metrics::PodMetrics> metrics,
    std::string_view resource,
    std::string_view container
) {
    std::vector<NamedUsage> usages;
    usages.reserve(metrics.size());
    for (const metrics::PodMetrics& pod : metrics) {
        NamedUsage usage{.pod = pod.name, .measured = pod.timestamp, .window = pod.window};
        bool complete = false;
        for (const metrics::ContainerUsage& one : pod.containers) {
            if (!container.empty() && one.name != container) continue;
            const Quantity* const amount = amount_in(one.usage, resource);
            complete = amount != nullptr;
            if (!complete) break;
            usage.usage = sum_of(usage.usage, milli_of(*amount));
        }
        if (complete) usages.push_back(usage);
    }
    return usages;
}

Gathered gather(
    std::span<const spec::Pod* const> pods, std::span<const NamedUsage> usages, const Trust& trust
) {
    Gathered gathered;
    gathered.samples.pods.reserve(pods.size());
    for (const spec::Pod* pod : pods) gathered.samples.pods.push_back(sample_of(*pod));
    const auto pod_name = [](const spec::Pod* pod) { return std::string_view(pod->metadata.name); };
    const auto usage_pod = [](const NamedUsage& usage) { return usage.pod; };
    if (std::ranges::equal(pods, usages, {}, pod_name, usage_pod)) {  // as is usual
        for (std::size_t i = 0; i < usages.size(); ++i) {
            if (is_absurd(usages[i], trust))
                ++gathered.absurd;
            else
                put(usages[i], gathered.samples.pods[i]);
        }
        return gathered;
    }
    const std::vector<std::size_t> pod_order = by_name(pods, pod_name);
    const std::vector<std::size_t> usage_order = by_name(usages, usage_pod);
    std::size_t next_pod = 0;
    for (std::size_t i = 0; i < usage_order.size(); ++i) {
        const NamedUsage& usage = usages[usage_order[i]];
        const bool is_replaced =
            i + 1 < usage_order.size() && usages[usage_order[i + 1]].pod == usage.pod;
        if (is_replaced) continue;
        if (is_absurd(usage, trust)) {
            ++gathered.absurd;
            continue;
        }
        while (next_pod < pod_order.size() && pod_name(pods[pod_order[next_pod]]) < usage.pod)
            ++next_pod;
        if (next_pod < pod_order.size() && pod_name(pods[pod_order[next_pod]]) == usage.pod) {
            put(usage, gathered.samples.pods[pod_order[next_pod]]);
        } else {
            gathered.samples.strays.push_back(usage.usage);
        }
    }
    return gathered;
}

void gather_requests(
    Gathered& gathered,
    std::span<const spec::Pod* const> pods,
    std::string_view resource,
    std::string_view container
) {
    for (std::size_t i = 0; i < pods.size(); ++i) {
        const Result<std::int64_t> request = request_of(*pods[i], resource, container);
        if (!request) {
            gathered.samples.request_missing = true;
            gathered.request_error = request.error().what;
            return;
        }
        gathered.samples.pods[i].request = *request;
    }
}

}  // namespace swell::control::hpa
