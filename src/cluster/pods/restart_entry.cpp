#include "cluster/pods/restart_entry.hpp"

#include "cluster/pods/resize.hpp"

namespace swell::cluster::pods {

namespace {

/// Three words on how a run ended.
std::string how(const Exit& exit) {
    if (exit.oom) return "was killed for want of memory (exit code 137)";
    if (!exit.start_error.empty()) return "could not start: " + exit.start_error;
    if (exit.signal != 0) return "was ended by signal " + std::to_string(exit.signal);
    return "exited with code " + std::to_string(exit.code);
}

journal::Step back_off(const ContainerFacts& facts) {
    const Instant ended = facts.exit->finished_at;
    const Instant due = restart_at(facts.backoff, ended);
    return {
        "back-off",
        "ended at " + to_rfc3339_seconds(ended) + " + back-off " + to_text(due - ended) + " = " +
            to_rfc3339_seconds(due),
        {{"back_off_seconds", seconds(due - ended)}}
    };
}

}  // namespace

journal::Entry restart_entry(
    const RestartOf& of, const ContainerFacts& facts, const std::string& why, Instant now
) {
    const bool ended = why.empty() && facts.exit;
    const std::string& name = of.container.name;
    const std::string policy = restart_policy(of.spec, of.container, of.init);
    journal::Entry entry;
    entry.at = now;
    entry.controller = "pods";
    entry.subject = spec::to_text(of.pod);
    entry.ns = of.pod.ns;
    entry.name = of.pod.name;
    entry.action = "restart";
    entry.summary = "restarted container " + name + ": " + (ended ? how(*facts.exit) : why);
    entry.observation = {{"container", name}, {"restarts", facts.restarts}};
    entry.steps.push_back(
        {"restart-policy", "restartPolicy " + policy + " starts it again", {{"policy", policy}}}
    );
    if (ended) {
        entry.observation["exit_code"] = facts.exit->code;
        entry.observation["oom"] = facts.exit->oom;
        entry.steps.push_back(back_off(facts));
    } else {
        const char* rule = why == resize_restart ? "resize-policy" : "probe-failed";
        entry.steps.push_back({rule, why, Json::object()});
    }
    entry.before = {{"restarts", facts.restarts}};
    entry.after = {{"restarts", facts.restarts + 1}};
    return entry;
}

}  // namespace swell::cluster::pods
