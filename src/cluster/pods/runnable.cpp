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

const std::string* annotated(
    const PodSpec& pod, const Container& container, const spec::Labels& annotations
) {
    auto found = annotations.find(std::string(command_annotation) + "." + container.name);
    if (found == annotations.end() && first_without_command(pod) == &container)
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

void check(
    const PodSpec& pod,
    const std::vector<Container>& containers,
    const spec::Labels& annotations,
    const std::string& path,
    spec::Problems& problems
) {
    for (std::size_t i = 0; i < containers.size(); ++i) {
        if (!command_of(pod, containers[i], annotations).empty()) continue;
        const std::string image =
            containers[i].image.empty() ? "" : " (image " + containers[i].image + ")";
        problems.push_back(
            {path + "[" + std::to_string(i) + "].command",
             "container \"" + containers[i].name + "\"" + image +
                 " has no command, and swell up runs processes, not images: give `command`, or the "
                 "annotation `" +
                 command_annotation + ": '…'` on the pod template, or --run " + containers[i].name +
                 "='…'",
             false}
        );
    }
}

}  // namespace

spec::Problems not_runnable(
    const PodSpec& pod, const spec::Labels& annotations, const std::string& prefix
) {
    const std::string dot = prefix.empty() ? "" : prefix + ".";
    spec::Problems problems;
    check(pod, pod.init_containers, annotations, dot + "initContainers", problems);
    check(pod, pod.containers, annotations, dot + "containers", problems);
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
