#include "cluster/pods/resize.hpp"

#include "spec/kinds/resources.hpp"

namespace swell::cluster::pods {

namespace {

using spec::ResourceList;

std::int64_t amount_of(
    const ResourceList& list, const char* name, std::int64_t (Quantity::*as)() const
) {
    const auto found = list.find(name);
    return found == list.end() ? 0 : (found->second.*as)();
}

bool differs(const ResourceList& a, const ResourceList& b, const char* name) {
    const auto one = a.find(name), other = b.find(name);
    if (one == a.end() || other == b.end()) return (one == a.end()) != (other == b.end());
    return one->second != other->second;
}

bool wants_restart(const spec::Container& container, const char* resource) {
    for (const spec::ContainerResizePolicy& policy : container.resize_policy)
        if (policy.resource_name == resource) return policy.restart_policy == "RestartContainer";
    return false;
}

/// `cpu 100m to 500m, memory to 64Mi`: request and limit.
std::string in_words(const spec::ResourceRequirements& resources) {
    std::string text;
    for (const char* name : {"cpu", "memory"}) {
        const auto request = resources.requests.find(name);
        const auto limit = resources.limits.find(name);
        if (request == resources.requests.end() && limit == resources.limits.end()) continue;
        text += (text.empty() ? "" : ", ") + std::string(name);
        if (request != resources.requests.end()) text += " " + request->second.text();
        if (limit != resources.limits.end()) text += " to " + limit->second.text();
    }
    return text.empty() ? "nothing" : text;
}

}  // namespace

std::string infeasible(
    const spec::PodSpec& wanted, const Machine& machine, const std::string& why_no_groups
) {
    if (!why_no_groups.empty())
        return "In-place resize is not possible without control groups: " + why_no_groups;
    const ResourceList requests = spec::requests_of(wanted);
    const std::int64_t cpu = amount_of(requests, "cpu", &Quantity::milli_value);
    const std::int64_t memory = amount_of(requests, "memory", &Quantity::value);
    const auto beyond = [](const char* name, std::int64_t requested, std::int64_t has) {
        return "Node didn't have enough capacity: " + std::string(name) +
               ", requested: " + std::to_string(requested) + ", capacity: " + std::to_string(has);
    };
    if (memory > machine.memory) return beyond("memory", memory, machine.memory);
    if (cpu > machine.cpu_milli) return beyond("cpu", cpu, machine.cpu_milli);
    return {};
}

Change change_of(
    const spec::Container& container,
    const spec::ResourceRequirements& in_force,
    const spec::ResourceRequirements& granted
) {
    const bool cpu = differs(in_force.requests, granted.requests, "cpu") ||
                     differs(in_force.limits, granted.limits, "cpu");
    const bool memory = differs(in_force.limits, granted.limits, "memory");
    if (!cpu && !memory) return Change::none;
    const bool restart =
        (cpu && wants_restart(container, "cpu")) || (memory && wants_restart(container, "memory"));
    return restart ? Change::restart : Change::in_place;
}

journal::Entry resize_entry(
    const spec::Key& pod,
    const std::string& container,
    const spec::ResourceRequirements& in_force,
    const spec::ResourceRequirements& granted,
    Instant now
) {
    journal::Entry entry;
    entry.at = now;
    entry.controller = "pods";
    entry.subject = spec::to_text(pod);
    entry.ns = pod.ns;
    entry.name = pod.name;
    entry.action = "resize";
    entry.before = {{container, in_words(in_force)}};
    entry.after = {{container, in_words(granted)}};
    entry.summary = "resized container " + container + " in place: " + in_words(in_force) + " → " +
                    in_words(granted);
    entry.observation = {{"container", container}};
    entry.steps.push_back(
        {"resize-in-place",
         "its control group takes it, and no resizePolicy wants a restart",
         Json::object()}
    );
    return entry;
}

}  // namespace swell::cluster::pods
