#include "app/cli/manifests_io.hpp"

#include <filesystem>
#include <iostream>
#include <optional>

#include "app/cli/words.hpp"
#include "app/server/admit.hpp"
#include "app/server/load_target.hpp"
#include "cluster/admission/apply.hpp"
#include "cluster/api/path.hpp"
#include "http/exchange.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/read_io.hpp"

namespace swell::app {

namespace {

using spec::Object;

std::string folder_of(const std::string& file) {
    std::error_code error;
    if (file == "-") return std::filesystem::current_path(error).string();
    return std::filesystem::absolute(file, error).parent_path().lexically_normal().string();
}

void prepare(
    spec::ObjectMeta& pods,
    const std::string& name,
    const std::string& folder,
    std::vector<Run>& runs
) {
    pods.annotations.try_emplace("swell.dev/directory", folder);
    for (Run& run : runs)
        if (run.name == name) {
            pods.annotations["swell.dev/command"] = run.command;
            run.command.clear();  // used
        }
}

Object prepared(const Object& object, const std::string& folder, std::vector<Run>& runs) {
    const std::string& name = object.metadata().name;
    if (object.is<spec::Deployment>()) {
        auto next = object.as<spec::Deployment>();
        prepare(next.spec.pod_template.metadata, name, folder, runs);
        return next;
    }
    if (object.is<spec::ReplicaSet>()) {
        auto next = object.as<spec::ReplicaSet>();
        prepare(next.spec.pod_template.metadata, name, folder, runs);
        return next;
    }
    if (object.is<spec::Pod>()) {
        auto next = object.as<spec::Pod>();
        prepare(next.metadata, name, folder, runs);
        return next;
    }
    return object;
}

/// The object in the namespace of -n, if its manifest names none. Errors  invalid: it names
/// another.
Result<Object> placed(const spec::Manifests::Source& source, const std::string& ns) {
    if (ns == "default" || !source.object.kind().namespaced) return source.object;
    spec::ObjectMeta metadata = source.object.metadata();
    const yaml::Node* const given = source.document->find("metadata");
    const yaml::Node* const named = given == nullptr ? nullptr : given->find("namespace");
    if (named != nullptr && !named->text.empty() && metadata.ns != ns)
        return fail(
            Code::invalid, "must be " + ns + " as -n says, or left out, got " + metadata.ns
        );
    metadata.ns = ns;
    return source.object.with_metadata(std::move(metadata));
}

/// Says so of a workload whose manifest leaves its replicas to others.
Object with_silence_marked(const Object& object, const yaml::Node& document) {
    if (!object.is<spec::Deployment>() && !object.is<spec::ReplicaSet>()) return object;
    const yaml::Node* const spec = document.find("spec");
    if (spec != nullptr && spec->find("replicas") != nullptr) return object;
    spec::ObjectMeta metadata = object.metadata();
    metadata.annotations[cluster::replicas_not_given] = "";
    return object.with_metadata(std::move(metadata));
}

/// A LoadTest may name a port that its Service, which is given with it, does not have.
std::optional<std::string> wrong_port(const Object& object, const std::vector<Object>& given) {
    if (!object.is<spec::LoadTest>()) return {};
    const auto& test = object.as<spec::LoadTest>();
    for (const Object& other : given) {
        if (!other.is<spec::Service>() || other.metadata().ns != test.metadata.ns ||
            other.metadata().name != test.spec.target.service)
            continue;
        const auto port = port_of(test.spec.target, other.as<spec::Service>());
        if (!port) return port.error().what;
    }
    return {};
}

void print(const spec::Finding& finding) { std::cerr << finding.text() << "\n"; }

}  // namespace

Result<std::vector<Object>> load(const std::vector<std::string>& paths, const Options& options) {
    auto wanted = runs(options.runs);
    if (!wanted) return std::unexpected(wanted.error());
    const spec::Manifests manifests = spec::read_paths(paths);
    std::size_t errors = 0;
    for (const spec::Finding& finding : manifests.findings) {
        print(finding);
        errors += !finding.warning;
    }
    std::vector<Object> objects;
    std::vector<const spec::Manifests::Source*> sources;  // of each object
    for (const auto& source : manifests.objects) {
        const auto object = placed(source, options.ns);
        if (!object) {
            constexpr const char* path = "metadata.namespace";
            print({source.file, source.place(path), path, object.error().what});
            ++errors;
            continue;
        }
        objects.push_back(prepared(
            with_silence_marked(*object, *source.document), folder_of(source.file), *wanted
        ));
        sources.push_back(&source);
        for (const auto& problem : not_runnable(objects.back())) {
            print(
                {source.file,
                 source.place(problem.path),
                 problem.path,
                 problem.what,
                 problem.warning}
            );
            errors += !problem.warning;
        }
    }
    for (std::size_t i = 0; i < objects.size(); ++i)
        if (const auto what = wrong_port(objects[i], objects)) {
            constexpr const char* path = "spec.target.port";
            print({sources[i]->file, sources[i]->place(path), path, *what});
            ++errors;
        }
    if (errors > 0)
        return fail(
            Code::invalid,
            std::to_string(errors) + (errors == 1 ? " problem" : " problems") +
                "; nothing was changed"
        );
    for (const Run& run : *wanted)
        if (!run.command.empty())
            return fail(
                Code::invalid, "--run: no Deployment, ReplicaSet or Pod is named " + run.name
            );
    if (objects.empty()) return fail(Code::invalid, "no manifests found");
    return objects;
}

Result<void> apply_objects(const ApiClient& api, const std::vector<Object>& objects, bool dry_run) {
    Json body = {{"objects", Json::array()}, {"dryRun", dry_run}};
    for (const Object& object : objects) body["objects"].push_back(object.to_json());
    const auto answer = api.call("POST", "/swell/v1/apply", body);
    if (!answer) return std::unexpected(answer.error());
    for (const Json& result : (*answer)["results"])
        std::cout << result.value("key", "") << " " << result.value("action", "")
                  << (dry_run ? " (dry run)" : "") << "\n";
    return {};
}

Result<void> apply_command(const ApiClient& api, const Options& o) {
    const auto objects = load(o.files, o);
    if (!objects) return std::unexpected(objects.error());
    if (!o.dry_run || api.alive()) return apply_objects(api, *objects, o.dry_run);
    // Manifests can be checked where nothing runs: in an editor, before a commit.
    for (const Object& object : *objects) std::cout << to_text(spec::key_of(object)) << " valid\n";
    std::cerr << "nothing runs here: checked without what is there already, and its quotas\n";
    return {};
}

Result<void> delete_command(const ApiClient& api, const Options& o) {
    std::vector<spec::Key> keys;
    if (!o.files.empty()) {
        const spec::Manifests manifests = spec::read_paths(o.files);
        for (const auto& finding : manifests.findings)
            if (!finding.warning) print(finding);
        if (!manifests.ok()) return fail(Code::invalid, "nothing was deleted");
        for (const auto& source : manifests.objects) {
            const auto object = placed(source, o.ns);
            if (!object) return fail(Code::invalid, "metadata.namespace: " + object.error().what);
            keys.push_back(spec::key_of(*object));
        }
    } else {
        const auto about = targets(o.arguments);
        if (!about) return std::unexpected(about.error());
        for (const Target& target : *about) {
            if (!target.name.empty()) {
                keys.push_back({target.kind->name, o.ns, target.name});
                continue;
            }
            if (!o.all && o.selector.empty())
                return fail(
                    Code::invalid,
                    "say which, or -l SELECTOR, or --all: " + std::string(target.kind->plural)
                );
            const std::string query =
                o.selector.empty() ? "" : "labelSelector=" + http::percent_encode(o.selector);
            const auto objects = api.list(*target.kind, o.ns, query);
            if (!objects) return std::unexpected(objects.error());
            for (const Object& object : *objects) keys.push_back(spec::key_of(object));
        }
    }
    std::optional<Error> missing;  // the others go all the same
    for (const spec::Key& key : keys) {
        const auto about = targets({std::string(key.kind)});
        if (!about) return std::unexpected(about.error());
        std::string target = cluster::path_of(*about->front().kind, key.ns, key.name);
        if (o.grace_seconds) target += "?gracePeriodSeconds=" + std::to_string(*o.grace_seconds);
        const auto answer = api.call("DELETE", target);
        if (answer) {
            std::cout << spec::to_text(key) << " deleted\n";
        } else if (answer.error().code != Code::not_found) {
            return std::unexpected(answer.error());
        } else if (!o.ignore_not_found) {
            if (missing) std::cerr << "error: " << missing->what << "\n";
            missing = answer.error();
        }
    }
    if (missing) return std::unexpected(*missing);
    return {};
}

}  // namespace swell::app
