#include "app/cli/rollout_io.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "app/cli/describe.hpp"
#include "app/cli/words.hpp"
#include "base/loop_io.hpp"
#include "base/wall_clock_io.hpp"
#include "base/yaml/parse.hpp"
#include "cluster/api/path.hpp"
#include "control/deployment/rollout.hpp"
#include "spec/read.hpp"

namespace swell::app {

namespace {

namespace rollout = control::deployment;

struct Found {
    spec::Deployment deployment;
    std::vector<spec::ReplicaSet> replica_sets;
};

Result<std::string> deployment_named(const Options& o) {
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    if (about->size() != 1 || about->front().kind != &spec::kind_of<spec::Deployment>() ||
        about->front().name.empty())
        return fail(Code::invalid, "rollouts are of deployments: deployment/NAME");
    return about->front().name;
}

Result<Found> find(const ApiClient& api, const Options& o) {
    const auto name = deployment_named(o);
    if (!name) return std::unexpected(name.error());
    const auto object = api.get(spec::kind_of<spec::Deployment>(), o.ns, *name);
    if (!object) return std::unexpected(object.error());
    const auto sets = api.list(spec::kind_of<spec::ReplicaSet>(), o.ns);
    if (!sets) return std::unexpected(sets.error());
    Found found{object->as<spec::Deployment>(), {}};
    for (const auto& set : *sets) found.replica_sets.push_back(set.as<spec::ReplicaSet>());
    return found;
}

Result<void> history(const ApiClient& api, const Options& o) {
    const auto found = find(api, o);
    if (!found) return std::unexpected(found.error());
    const auto revisions = rollout::rollout_history(found->deployment, found->replica_sets);
    if (o.revision == 0) {
        std::cout << "deployment/" << found->deployment.metadata.name << "\n"
                  << rollout::history_table(revisions);
        return {};
    }
    const auto revision = rollout::find_revision(revisions, o.revision);
    if (!revision) return std::unexpected(revision.error());
    const Json set = spec::Object(revision->replica_set).to_json();
    std::cout << "deployment/" << found->deployment.metadata.name << " with revision #"
              << o.revision << "\n"
              << yaml::to_yaml(set["spec"]["template"]);
    return {};
}

/// Another write may come between reading and writing: then read and decide again.
template <class Change>
Result<void> change(const ApiClient& api, const Options& o, const char* said, Change decide) {
    constexpr int tries = 5;
    Error last;
    for (int i = 0; i < tries; ++i) {
        const auto found = find(api, o);
        if (!found) return std::unexpected(found.error());
        const auto next = decide(*found);
        if (!next) return std::unexpected(next.error());
        const auto written = api.update(*next);
        if (written) {
            std::cout << "deployment/" << found->deployment.metadata.name << " " << said << "\n";
            return {};
        }
        last = written.error();
        if (last.code != Code::conflict) break;
    }
    return std::unexpected(last);
}

Result<void> status(const ApiClient& api, const Options& o) {
    Duration patience = Duration::max();
    if (!o.timeout.empty()) {
        const auto given = parse_duration(o.timeout);
        if (!given) return std::unexpected(given.error());
        patience = *given;
    }
    Loop loop;
    const Instant started = loop.now();
    std::string said;
    while (true) {
        const auto found = find(api, o);
        if (!found) return std::unexpected(found.error());
        const auto now = rollout::rollout_status(found->deployment, o.revision);
        if (!now) return std::unexpected(now.error());
        if (now->text != said)
            std::cout << now->text << "\n" << std::flush;  // somebody waits for it
        said = now->text;
        if (now->done || !o.watch) return {};
        if (loop.precise() - started > patience)
            return fail(Code::timeout, "timed out waiting for the rollout");
        loop.run_once(std::chrono::milliseconds(100));
    }
}

}  // namespace

Result<void> rollout_command(const ApiClient& api, const Options& o) {
    const std::string verb = o.command.substr(o.command.find(' ') + 1);
    if (verb == "status") return status(api, o);
    if (verb == "history") return history(api, o);
    if (verb == "undo")
        return change(api, o, "rolled back", [&](const Found& found) {
            return rollout::undo(found.deployment, found.replica_sets, o.revision);
        });
    if (verb == "pause")
        return change(api, o, "paused", [](const Found& found) {
            return rollout::pause(found.deployment);
        });
    if (verb == "resume")
        return change(api, o, "resumed", [](const Found& found) {
            return rollout::resume(found.deployment);
        });
    return change(api, o, "restarted", [&](const Found& found) {
        return rollout::restart(found.deployment, wall_now());
    });
}

}  // namespace swell::app
