#include "cluster/pods/runnable.hpp"

#include "base/text.hpp"

namespace swell::cluster::pods {

namespace {

using spec::Container;
using spec::PodSpec;

const Container* first_without_command(const PodSpec& pod) {
    for (const auto* list : {&pod.containers, &pod.init_containers})
        for (const Container& container : *list)
            if (container.command.empty()) return &container;
    return nullptr;
}

/// By name, which is unique in a pod: who asks may hold a copy of the container.
bool is_first_without_command(const PodSpec& pod, const Container& container) {
    const Container* const first = first_without_command(pod);
    return first != nullptr && first->name == container.name;
}

const std::string* annotated(
    const PodSpec& pod, const Container& container, const spec::Labels& annotations
) {
    auto found = annotations.find(std::string(command_annotation) + "." + container.name);
    if (found == annotations.end() && is_first_without_command(pod, container))
        found = annotations.find(command_annotation);
    return found == annotations.end() || trim(found->second).empty() ? nullptr : &found->second;
}

/// The strings of a JSON list; empty when it is none.
std::vector<std::string> json_list(const std::string& text) {
    std::vector<std::string> words;
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_array()) return {};
    for (const Json& word : json) {
        if (!word.is_string()) return {};
        words.push_back(word.get<std::string>());
    }
    return words;
}

std::vector<std::string> from_annotation(const std::string& line, const Container& container) {
    std::vector<std::string> command = json_list(line);
    if (command.empty()) {
        command = {"/bin/sh", "-c", line};
        if (!container.args.empty()) {
            command.back() += " \"$@\"";
            command.push_back(container.name);  // $0, the name in the shell's own messages
        }
    }
    command.insert(command.end(), container.args.begin(), container.args.end());
    return command;
}

/// How a container gets a command. What `--run` gives goes to the first container without one.
std::string advice(const PodSpec& pod, const Container& container, const std::string& owner) {
    if (!is_first_without_command(pod, container))
        return std::string("the annotation `") + command_annotation + "." + container.name +
               ": '…'` on the pod template";
    return std::string("the annotation `") + command_annotation +
           ": '…'` on the pod template, or --run " + owner + "='…'";
}

spec::Problem no_command(
    const PodSpec& pod, const Container& container, std::string path, const std::string& owner
) {
    const std::string image = container.image.empty() ? "" : " (image " + container.image + ")";
    return {
        std::move(path),
        "container \"" + container.name + "\"" + image +
            " has no command, and swell up runs processes, not images: give `command`, or " +
            advice(pod, container, owner)
    };
}

}  // namespace

spec::Problems not_runnable(
    const PodSpec& pod, const spec::Labels& annotations, const Described& owner
) {
    spec::Problems problems;
    const auto check = [&](const std::vector<Container>& containers, const std::string& list) {
        for (std::size_t i = 0; i < containers.size(); ++i) {
            if (!command_of(pod, containers[i], annotations).empty()) continue;
            std::string path = owner.path.empty() ? "" : owner.path + ".";
            path += list + "[" + std::to_string(i) + "].command";
            problems.push_back(no_command(pod, containers[i], std::move(path), owner.name));
        }
    };
    check(pod.init_containers, "initContainers");
    check(pod.containers, "containers");
    return problems;
}

std::vector<std::string> command_of(
    const PodSpec& pod, const Container& container, const spec::Labels& annotations
) {
    if (container.command.empty()) {
        const std::string* line = annotated(pod, container, annotations);
        return line == nullptr ? std::vector<std::string>{} : from_annotation(*line, container);
    }
    std::vector<std::string> command = container.command;
    command.insert(command.end(), container.args.begin(), container.args.end());
    return command;
}

}  // namespace swell::cluster::pods
