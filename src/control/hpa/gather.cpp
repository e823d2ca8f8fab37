#include "control/hpa/gather.hpp"

#include <algorithm>
#include <numeric>

#include "base/saturate.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::control::hpa {

namespace {

using namespace std::string_view_literals;

PodSample::Phase phase_of(std::string_view phase) {
    if (phase == "Running"sv) return PodSample::Phase::running;
    // One that no runtime has seen yet is Pending in the original.
    if (phase.empty() || phase == "Pending"sv) return PodSample::Phase::pending;
    if (phase == "Succeeded"sv) return PodSample::Phase::succeeded;
    if (phase == "Failed"sv) return PodSample::Phase::failed;
    return PodSample::Phase::unknown;
}

PodSample::Ready ready_of(std::string_view status) {
    if (status == "True"sv) return PodSample::Ready::yes;
    if (status == "False"sv) return PodSample::Ready::no;
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
        if (std::string_view(condition.type) != "Ready"sv) continue;
        sample.ready = ready_of(condition.status);
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

void put(const NamedUsage& usage, PodSample& sample) {
    sample.has_usage = true;
    sample.usage = usage.usage;
    sample.measured = usage.measured;
    sample.window = usage.window;
}

bool is_absurd(const NamedUsage& usage, const Trust& trust) {
    if (trust.refuse_negative && usage.usage < 0) return true;
    if (usage.usage > trust.at_most) return true;
    return trust.not_before && usage.measured < *trust.not_before;
}

// The names of resources are short: a call to compare them costs more than to do so here.
bool same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i]) return false;
    return true;
}

// The amount of a resource; nullptr when there is none.
const Quantity* amount_in(const spec::ResourceList& list, std::string_view resource) {
    for (const auto& [name, amount] : list)
        if (same_name(name, resource)) return &amount;
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

// What the scheduler reserves for the pod, overhead included.
Result<std::int64_t> pod_level_request(const spec::Pod& pod, std::string_view resource) {
    const spec::ResourceList requests = spec::requests_of(pod.spec);
    if (const Quantity* const amount = amount_in(requests, resource)) return amount->milli_value();
    return fail(
        Code::not_found,
        "missing pod-level request for " + std::string(resource) + " in Pod " + pod.metadata.name
    );
}

// The containers that run for as long as the pod does, or the one that is named.
template <class Visit>
void each_counted(const spec::Pod& pod, std::string_view wanted_container, Visit visit) {
    const auto is_wanted = [&](const spec::Container& container) {
        return wanted_container.empty() || container.name == wanted_container;
    };
    for (const spec::Container& container : pod.spec.containers)
        if (is_wanted(container)) visit(container);
    for (const spec::Container& container : pod.spec.init_containers)
        if (is_sidecar(container) && is_wanted(container)) visit(container);
}

std::unexpected<Error> missing_in(
    const spec::Container& container, const spec::Pod& pod, std::string_view resource
) {
    return fail(
        Code::not_found,
        "missing request for " + std::string(resource) + " in container " + container.name +
            " of Pod " + pod.metadata.name
    );
}

Result<std::int64_t> request_of(
    const spec::Pod& pod, std::string_view resource, std::string_view wanted_container
) {
    if (wanted_container.empty() && has_pod_level_requests(pod))
        return pod_level_request(pod, resource);
    std::int64_t sum = 0;
    bool any = false;
    const spec::Container* without = nullptr;
    each_counted(pod, wanted_container, [&](const spec::Container& container) {
        any = true;
        bool found = false;
        sum += request_in(container.resources.requests, resource, found);
        if (!found && without == nullptr) without = &container;
    });
    if (without != nullptr) return missing_in(*without, pod, resource);
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
            usage.usage = saturated_sum(usage.usage, amount->milli_saturated());
        }
        if (complete) usages.push_back(usage);
    }
    return usages;
}

Gathered gather_pods(std::span<const spec::Pod* const> pods) {
    Gathered gathered;
    gathered.samples.pods.reserve(pods.size());
    for (const spec::Pod* pod : pods) gathered.samples.pods.push_back(sample_of(*pod));
    return gathered;
}

void gather_usages(
    Gathered& gathered,
    std::span<const spec::Pod* const> pods,
    std::span<const NamedUsage> usages,
    const Trust& trust
) {
    const auto pod_name = [](const spec::Pod* pod) { return std::string_view(pod->metadata.name); };
    const auto usage_pod = [](const NamedUsage& usage) { return usage.pod; };
    if (std::ranges::equal(pods, usages, {}, pod_name, usage_pod)) {  // as is usual
        for (std::size_t i = 0; i < usages.size(); ++i) {
            if (is_absurd(usages[i], trust))
                ++gathered.absurd;
            else
                put(usages[i], gathered.samples.pods[i]);
        }
        return;
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
