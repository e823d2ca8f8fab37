#include "app/cli/look_io.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "app/cli/describe.hpp"
#include "app/cli/table.hpp"
#include "app/cli/words.hpp"
#include "base/wall_clock_io.hpp"
#include "base/yaml/parse.hpp"
#include "cluster/api/path.hpp"
#include "http/exchange.hpp"
#include "spec/kinds/core.hpp"
#include "spec/read.hpp"
#include "spec/selector.hpp"

namespace swell::app {

namespace {

using spec::Object;

std::string query_of(const Options& o) {
    std::string query;
    if (!o.selector.empty()) query += "labelSelector=" + http::percent_encode(o.selector);
    if (!o.field_selector.empty())
        query += (query.empty() ? "" : "&") +
                 ("fieldSelector=" + http::percent_encode(o.field_selector));
    return query;
}

std::string where(const Options& o) { return o.all_namespaces ? "" : o.ns; }

/// The objects a verb is about, grouped by kind in the order asked for.
Result<std::vector<std::vector<Object>>> find(const ApiClient& api, const Options& o) {
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    std::vector<std::vector<Object>> groups;
    const spec::Kind* last = nullptr;
    for (const Target& target : *about) {
        if (target.kind != last) groups.emplace_back();
        last = target.kind;
        if (target.name.empty()) {
            auto objects = api.list(*target.kind, where(o), query_of(o));
            if (!objects) return std::unexpected(objects.error());
            groups.back().insert(groups.back().end(), objects->begin(), objects->end());
            continue;
        }
        auto object = api.get(*target.kind, o.ns, target.name);
        if (object)
            groups.back().push_back(std::move(*object));
        else if (!o.ignore_not_found || object.error().code != Code::not_found)
            return std::unexpected(object.error());
    }
    return groups;
}

TableStyle style_of(const Options& o) {
    return {
        .wide = o.output == "wide",
        .namespaces = o.all_namespaces,
        .headings = o.headings,
        .show_labels = o.show_labels,
        .label_columns = o.label_columns
    };
}

void print_documents(
    const std::vector<std::vector<Object>>& groups, const Options& o, bool single
) {
    std::vector<Json> all;
    for (const auto& group : groups)
        for (const Object& object : group) all.push_back(object.to_json());
    Json whole;
    if (single && all.size() == 1)
        whole = all.front();
    else
        whole = {{"apiVersion", "v1"}, {"kind", "List"}, {"items", all}};
    std::cout << (o.output == "json" ? whole.dump(2) + "\n" : yaml::to_yaml(whole));
}

void print_tables(const std::vector<std::vector<Object>>& groups, const Options& o) {
    bool first = true;
    std::size_t printed = 0;
    for (const auto& group : groups) {
        if (group.empty()) continue;
        if (!first) std::cout << "\n";
        first = false;
        std::cout << table(group, wall_now(), style_of(o));
        printed += group.size();
    }
    if (printed == 0 && !o.ignore_not_found)
        std::cerr
            << (o.all_namespaces ? "No resources found\n"
                                 : "No resources found in " + o.ns + " namespace.\n");
}

Result<void> watch(const ApiClient& api, const Options& o) {
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    if (about->size() != 1) return fail(Code::invalid, "-w takes one kind");
    const Target& target = about->front();
    std::string query = query_of(o);
    if (!target.name.empty())
        query += (query.empty() ? "" : "&") +
                 ("fieldSelector=metadata.name%3D" + http::percent_encode(target.name));
    TableStyle style = style_of(o);
    std::string rest;
    const std::string path = cluster::path_of(*target.kind, where(o));
    return api.stream(
        path + "?watch=1" + (query.empty() ? "" : "&" + query),
        [&](std::string_view data) {
            rest += data;
            for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
                const Json change = Json::parse(rest.substr(0, end), nullptr, false);
                rest.erase(0, end + 1);
                if (!change.is_object() || !change.contains("object")) continue;
                const auto object = spec::read_trusted_json(change["object"]);
                if (!object) continue;
                if (o.output == "json")
                    std::cout << change.dump() << "\n";
                else if (o.output == "yaml")
                    std::cout << "---\n" << yaml::to_yaml(change["object"]);
                else
                    std::cout << table({*object}, wall_now(), style);
                style.headings = false;
                std::cout << std::flush;
            }
        }
    );
}

}  // namespace

Result<void> get_command(const ApiClient& api, const Options& o) {
    if (o.watch) return watch(api, o);
    const auto groups = find(api, o);
    if (!groups) return std::unexpected(groups.error());
    if (o.output == "json" || o.output == "yaml") {
        const auto about = targets(o.arguments);
        print_documents(*groups, o, about->size() == 1 && !about->front().name.empty());
    } else if (o.output == "name") {
        for (const auto& group : *groups)
            for (const Object& object : group)
                std::cout << subject_of(
                                 object.kind(),
                                 o.ns == object.metadata().ns ? "default" : object.metadata().ns,
                                 object.metadata().name
                             )
                          << "\n";
    } else {
        print_tables(*groups, o);
    }
    return {};
}

Result<void> describe_command(const ApiClient& api, const Options& o) {
    const auto groups = find(api, o);
    if (!groups) return std::unexpected(groups.error());
    const auto events = api.list(spec::kind_of<spec::Event>(), where(o));
    if (!events) return std::unexpected(events.error());
    bool first = true;
    for (const auto& group : *groups)
        for (const Object& object : group) {
            std::vector<Object> about;
            for (const Object& each : *events) {
                const auto& involved = each.as<spec::Event>().involved_object;
                if (involved.kind == object.kind().name &&
                    involved.name == object.metadata().name && involved.ns == object.metadata().ns)
                    about.push_back(each);
            }
            std::stable_sort(about.begin(), about.end(), [](const Object& a, const Object& b) {
                return a.as<spec::Event>().last_timestamp < b.as<spec::Event>().last_timestamp;
            });
            if (!first) std::cout << "\n\n";
            first = false;
            std::cout << describe(object, about, wall_now());
        }
    return {};
}

namespace {

/// The pod a person means: its name, or the first pod of a Deployment, ReplicaSet or Service.
Result<std::string> pod_named(const ApiClient& api, const Options& o) {
    const std::string& word = o.arguments.front();
    if (word.find('/') == std::string::npos) return word;
    const auto about = targets({word});
    if (!about) return std::unexpected(about.error());
    const auto object = api.get(*about->front().kind, o.ns, about->front().name);
    if (!object) return std::unexpected(object.error());
    if (object->is<spec::Pod>()) return object->metadata().name;
    const Json json = object->to_json();
    std::string labels;
    const Json from = json.value(
        "/spec/selector/matchLabels"_json_pointer,
        json.value("/spec/selector"_json_pointer, Json::object())
    );
    for (const auto& [key, value] : from.items())
        if (value.is_string())
            labels += (labels.empty() ? "" : ",") + key + "=" + value.get<std::string>();
    if (labels.empty()) return fail(Code::invalid, word + " selects no pods");
    const auto pods =
        api.list(spec::kind_of<spec::Pod>(), o.ns, "labelSelector=" + http::percent_encode(labels));
    if (!pods) return std::unexpected(pods.error());
    if (pods->empty()) return fail(Code::not_found, word + " has no pods");
    if (pods->size() > 1)
        std::cerr << "Found " << pods->size() << " pods, using pod/"
                  << pods->front().metadata().name << "\n";
    return pods->front().metadata().name;
}

}  // namespace

Result<void> logs_command(const ApiClient& api, const Options& o) {
    if (o.arguments.size() > 1 && o.container.empty()) {
        Options with = o;
        with.container = o.arguments[1];
        with.arguments.resize(1);
        return logs_command(api, with);
    }
    const auto pod = pod_named(api, o);
    if (!pod) return std::unexpected(pod.error());
    std::string target = cluster::path_of(spec::kind_of<spec::Pod>(), o.ns, *pod, "log") + "?x=1";
    if (!o.container.empty()) target += "&container=" + http::percent_encode(o.container);
    if (o.tail >= 0) target += "&tailLines=" + std::to_string(o.tail);
    if (o.previous) target += "&previous=true";
    if (o.watch) target += "&follow=true";
    return api.stream(target, [](std::string_view data) { std::cout << data << std::flush; });
}

Result<void> top_command(const ApiClient& api, const Options& o) {
    if (!o.arguments.empty() && o.arguments.front() != "pods" && o.arguments.front() != "pod" &&
        o.arguments.front() != "po")
        return fail(Code::invalid, "top knows pods, got " + o.arguments.front());
    const auto answer = api.call(
        "GET",
        "/swell/v1/top?namespace=" + http::percent_encode(where(o)) +
            "&labelSelector=" + http::percent_encode(o.selector)
    );
    if (!answer) return std::unexpected(answer.error());
    if (o.output == "json") {
        std::cout << answer->dump(2) << "\n";
        return {};
    }
    std::vector<std::vector<std::string>> rows;
    for (const Json& pod : (*answer)["pods"]) {
        std::vector<std::string> row = {
            pod.value("name", ""),
            std::to_string(pod.value("cpuMilli", std::int64_t{0})) + "m",
            std::to_string(pod.value("memoryBytes", std::int64_t{0}) / (1024 * 1024)) + "Mi"
        };
        if (o.all_namespaces) row.insert(row.begin(), pod.value("namespace", ""));
        rows.push_back(std::move(row));
    }
    if (rows.empty()) {
        std::cerr << "No metrics yet\n";
        return {};
    }
    std::vector<std::string> heading = {"NAME", "CPU(cores)", "MEMORY(bytes)"};
    if (o.all_namespaces) heading.insert(heading.begin(), "NAMESPACE");
    if (!o.headings) heading.assign(heading.size(), "");
    std::cout << columns(heading, rows);
    return {};
}

}  // namespace swell::app
