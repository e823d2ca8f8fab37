#include "app/server/load_target.hpp"

#include <algorithm>

#include "spec/selector.hpp"

namespace swell::app {

namespace {

constexpr std::size_t pods_named = 3;

std::string name_of(const spec::Service& service) { return "service/" + service.metadata.name; }

std::string text_of(const spec::Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels) text += (text.empty() ? "" : ",") + name + "=" + value;
    return text;
}

bool ready(const spec::Pod& pod) {
    const auto& conditions = pod.status.conditions;
    return std::any_of(conditions.begin(), conditions.end(), [](const spec::Condition& each) {
        return each.type == "Ready" && each.status == "True";
    });
}

/// The newest of the warnings about a pod, its first line; empty when there is none.
std::string last_warning(const spec::Pod& pod, const std::vector<spec::Object>& events) {
    const spec::Event* newest = nullptr;
    for (const auto& object : events) {
        const auto& event = object.as<spec::Event>();
        if (event.type != "Warning" || event.involved_object.kind != "Pod" ||
            event.involved_object.uid != pod.metadata.uid)
            continue;
        if (newest == nullptr || newest->last_timestamp <= event.last_timestamp) newest = &event;
    }
    return newest == nullptr ? "" : newest->message.substr(0, newest->message.find('\n'));
}

/// What keeps a container from being ready by its own state; empty when it runs.
std::string state_words(const spec::ContainerStatus& container) {
    const auto& state = container.state;
    if (state.waiting) {
        const auto& last = container.last_state.terminated;
        return state.waiting->reason +
               (last ? " (exit code " + std::to_string(last->exit_code) + ")" : "");
    }
    if (state.terminated)
        return "ended with exit code " + std::to_string(state.terminated->exit_code);
    return "";
}

std::string why_not_ready(const spec::Pod& pod, const std::vector<spec::Object>& events) {
    const auto& status = pod.status;
    for (const auto* containers : {&status.init_container_statuses, &status.container_statuses})
        for (const auto& container : *containers) {
            // An init container that has ended well keeps nobody; what waits for it is told of it.
            if (container.ready) continue;
            const auto& ended = container.state.terminated;
            if (containers == &status.init_container_statuses && ended && ended->exit_code == 0)
                continue;
            if (const auto words = state_words(container); !words.empty())
                return "container " + container.name + ": " + words;
            const auto warning = last_warning(pod, events);
            return "container " + container.name + ": " +
                   (warning.empty() ? "runs, and is not ready" : warning);
        }
    if (!status.message.empty()) return status.message;
    const auto warning = last_warning(pod, events);
    return warning.empty() ? "is not started yet" : warning;
}

}  // namespace

Result<std::int32_t> port_of(const spec::LoadTarget& target, const spec::Service& service) {
    std::string names, numbers;
    for (const auto& port : service.spec.ports) {
        const std::string number = std::to_string(port.port);
        if (target.port.empty() || target.port == port.name || target.port == number)
            return port.port;
        names += (names.empty() ? "" : ", ") + (port.name.empty() ? number : port.name);
        numbers += (numbers.empty() ? "" : ", ") + number;
    }
    if (service.spec.ports.empty())
        return fail(Code::not_found, name_of(service) + " has no port at all");
    const bool by_number = target.port.find_first_not_of("0123456789") == std::string::npos;
    return fail(
        Code::not_found,
        name_of(service) + " has no port " + (by_number ? "" : "named ") + target.port +
            "; it has: " + (by_number ? numbers : names)
    );
}

std::string why_not_ready(
    const spec::Service& service,
    const std::vector<spec::Object>& pods,
    const std::vector<spec::Object>& events
) {
    if (service.spec.selector.empty()) return name_of(service) + " selects no pods";
    const auto selector = spec::Selector::from(service.spec.selector);
    std::string text;
    std::size_t unready = 0, seen = 0;
    for (const auto& object : pods) {
        const auto& pod = object.as<spec::Pod>();
        if (!selector.matches(pod.metadata.labels)) continue;
        ++seen;
        if (ready(pod) || ++unready > pods_named) continue;
        text += (text.empty() ? "" : "; ") + ("pod/" + pod.metadata.name) + ": " +
                why_not_ready(pod, events);
    }
    if (seen == 0) return "no pod has the labels " + text_of(service.spec.selector);
    if (unready > pods_named) text += "; and " + std::to_string(unready - pods_named) + " more";
    return text;
}

}  // namespace swell::app
