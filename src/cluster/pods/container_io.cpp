#include "cluster/pods/container_io.hpp"

#include <charconv>
#include <filesystem>

#include "cluster/pods/environment.hpp"
#include "cluster/pods/lookups_io.hpp"
#include "cluster/pods/resize.hpp"
#include "cluster/pods/restart_entry.hpp"
#include "cluster/pods/runnable.hpp"
#include "cluster/pods/shim/process_io.hpp"
#include "cluster/pods/status.hpp"
#include "spec/kinds/resources.hpp"

namespace swell::cluster::pods {

namespace {

namespace fs = std::filesystem;

/// A start that lacked a ConfigMap, a port or a cgroup is tried again so much later, as kubelet's
/// sync does.
constexpr Duration try_again_after = std::chrono::seconds(2);

bool number_from(const std::string& text, int& number) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

/// The newest run that has a folder; -1: none.
int newest_run(const std::string& folder) {
    int newest = -1;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        int run = -1;
        if (entry.is_directory(failed) && number_from(entry.path().filename(), run))
            newest = std::max(newest, run);
    }
    return newest;
}

/// Keeps the logs of the last two runs, and the folder of none but the last.
void forget_old_runs(const std::string& folder, int run) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
        int old = -1;
        const std::string name = entry.path().filename();
        if (!number_from(name.substr(0, name.find('.')), old)) continue;
        if (old < (entry.is_directory(failed) ? run : run - 1))
            fs::remove_all(entry.path(), failed);
    }
}

const spec::ContainerStatus* status_of(
    const spec::PodStatus& status, const std::string& name, bool init
) {
    for (const auto& one : init ? status.init_container_statuses : status.container_statuses)
        if (one.name == name) return &one;
    return nullptr;
}

Exit exit_of(const spec::ContainerStateTerminated& state) {
    Exit exit;
    exit.code = state.exit_code;
    exit.signal = state.signal;
    exit.oom = state.reason == "OOMKilled";
    if (state.reason == "StartError") exit.start_error = state.message;
    exit.started_at = state.started_at.value_or(Instant{});
    exit.finished_at = state.finished_at.value_or(Instant{});
    return exit;
}

std::string id_text(const ProcessId& id) {
    return "process://" + std::to_string(id.pid) + "-" + std::to_string(id.start_time);
}

}  // namespace

ContainerRun::ContainerRun(PodShared& pod, const spec::Container& container, bool init)
    : pod_(pod),
      context_(pod.context),
      container_(container),
      init_(init),
      usage_(context_.config.usage_window) {
    facts_.granted = container_.resources;
}

ContainerRun::~ContainerRun() {
    end_checks();
    for (const Clock::Timer timer : {kill_timer_, term_timer_})
        if (timer != 0) context_.loop.cancel(timer);
}

void ContainerRun::adopt() {
    const spec::ContainerStatus* before = status_of(pod_.pod.status, container_.name, init_);
    if (before != nullptr) facts_.restarts = before->restart_count;
    if (before != nullptr && before->last_state.terminated)
        facts_.previous_exit = exit_of(*before->last_state.terminated);
    run_ = newest_run(folder());
    FoundRun found;
    if (run_ >= 0) found = find_run(folder() + "/" + std::to_string(run_));
    switch (found.what) {
        case FoundRun::What::alive:
            facts_.id = id_text(found.running.shim);
            process_ = ContainerProcess::adopt(
                context_.loop,
                folder() + "/" + std::to_string(run_),
                found.running,
                std::move(found.pidfd),
                calls()
            );
            if (context_.lifeline != nullptr) process_->hold_lifeline();
            // What its group was told by then; the pod grants it the rest of its spec anew.
            if (before != nullptr && before->resources) grant(*before->resources);
            facts_.in_force = container_.resources;
            begin_running();
            if (before != nullptr && before->ready && facts_.probes.readiness)
                facts_.probes.readiness->passing =
                    true;  // a restart of ours takes nobody out of the traffic
            if (before != nullptr && before->started == true && facts_.probes.startup)
                facts_.probes.startup->passing = true;
            return;
        case FoundRun::What::ended:
            facts_.stage = Stage::exited;
            facts_.exit = found.exit;
            return;
        case FoundRun::What::lost:
            facts_.stage = Stage::exited;
            facts_.exit = lost_exit(context_.loop.now());
            return;
        case FoundRun::What::none:
            break;
    }
    if (before == nullptr) return;
    const std::string& phase = pod_.pod.status.phase;
    if (init_ && phase != "Succeeded" && phase != "Failed") return;  // what it made is lost, too
    if (before->state.terminated) {
        facts_.stage = Stage::exited;
        facts_.exit = exit_of(*before->state.terminated);
    } else if (before->state.running) {
        facts_.stage = Stage::exited;
        facts_.exit = lost_exit(context_.loop.now());
    }
}

void ContainerRun::start() {
    const bool again = facts_.exit.has_value() && facts_.stage == Stage::exited;
    const auto spec = prepare();
    if (!spec) return;
    if (again && !journal_restart("")) return;
    auto started = ContainerProcess::start(
        context_.loop, context_.config.swell_binary, *spec, context_.lifeline, calls()
    );
    if (!started) return lacks("CreateContainerError", started.error().what);
    if (again) {
        facts_.backoff =
            after_restart(facts_.backoff, facts_.exit->finished_at, context_.loop.now());
        ++facts_.restarts;
        if (restart_entry_ != 0)
            (void)context_.journal.outcome(restart_entry_, context_.loop.now(), "done");
        restart_entry_ = 0;
    }
    facts_.waiting_reason.clear();
    facts_.waiting_message.clear();
    facts_.give_up.clear();
    facts_.stage = Stage::starting;
    facts_.in_force = facts_.granted;
    facts_.resize_error.clear();
    resize_entry_ = 0;
    process_ = std::move(*started);
    facts_.id = id_text(process_->running().shim);
    pod_.event(false, "Created", "Created container: " + container_.name);
    pod_.changed();
}

Result<ShimSpec> ContainerRun::prepare() {
    const auto refuse = [&](const char* reason, const std::string& message) {
        lacks(reason, message);
        return fail(Code::unavailable, message);
    };
    ShimSpec spec;
    auto env = variables();
    if (!env) return refuse("CreateContainerConfigError", env.error().what);
    for (const std::string& word :
         command_of(pod_.pod.spec, container_, pod_.pod.metadata.annotations))
        spec.argv.push_back(expand(word, {&*env}));
    if (spec.argv.empty()) {
        const auto problems = not_runnable(
            pod_.pod.spec, pod_.pod.metadata.annotations, {"spec", pod_.pod.metadata.name}
        );
        return refuse(
            "CreateContainerConfigError", problems.empty() ? "no command" : problems.front().what
        );
    }
    auto mounts = mounts_of(container_, pod_.volumes);
    if (!mounts) return refuse("CreateContainerConfigError", mounts.error().what);
    const std::string& uid = pod_.pod.metadata.uid;
    if (context_.cgroups.enforced()) {
        if (spec::has_pod_level(pod_.pod.spec)) {
            const auto whole = context_.cgroups.create_pod(uid, limits_of(pod_.pod.spec.resources));
            if (!whole) return refuse("CreateContainerError", whole.error().what);
        }
        auto made = context_.cgroups.create(uid, container_.name, limits_of(container_.resources));
        if (!made) return refuse("CreateContainerError", made.error().what);
    }
    spec.run_dir = folder() + "/" + std::to_string(++run_);
    std::error_code failed;
    fs::create_directories(spec.run_dir, failed);
    if (failed) return refuse("CreateContainerError", spec.run_dir + ": " + failed.message());
    forget_old_runs(folder(), run_);
    (*env)[run_variable] = spec.run_dir;
    spec.env.assign(env->begin(), env->end());
    spec.cwd = working_folder();
    spec.log = folder() + "/" + std::to_string(run_) + ".log";
    spec.cgroup_procs = context_.cgroups.procs(uid, container_.name);
    spec.oom_file = context_.cgroups.oom_file(uid, container_.name);
    spec.mounts = std::move(*mounts);
    spec.lifeline_path = context_.lifeline_path;
    spec.isolation = context_.config.isolation;
    return spec;
}

Result<Variables> ContainerRun::variables() const {
    const Lookups lookups(context_.cluster, pod_.pod.metadata.ns);
    EnvironmentSources from{
        pod_.pod,
        container_,
        context_.base_environment,
        lookups.services(),
        [&](const std::string& name) { return lookups.config_map(name); },
        [&](const std::string& name) { return lookups.secret(name); },
        volume_variables(pod_.volumes),
        this_machine(context_.config.state_dir)
    };
    return environment(from);
}

std::string ContainerRun::working_folder() const {
    const auto& annotations = pod_.pod.metadata.annotations;
    const auto found = annotations.find(directory_annotation);
    const fs::path base = found == annotations.end() ? fs::path("/") : fs::path(found->second);
    return (base / container_.working_dir).lexically_normal().string();
}

void ContainerRun::lacks(const std::string& reason, const std::string& message) {
    if (facts_.waiting_message != message) pod_.event(true, "Failed", "Error: " + message);
    facts_.waiting_reason = reason;
    facts_.waiting_message = message;
    facts_.not_before = context_.loop.now() + try_again_after;
    pod_.changed();
}

bool ContainerRun::journal_restart(const std::string& why) {
    if (restart_entry_ != 0) return true;
    const Instant now = context_.loop.now();
    const auto id = context_.journal.write(restart_entry(
        {spec::key_of(pod_.object), pod_.pod.spec, container_, init_}, facts_, why, now
    ));
    if (!id) {
        // A decision that cannot be kept must not be acted on.
        facts_.not_before = now + try_again_after;
        pod_.changed();
        return false;
    }
    restart_entry_ = *id;
    return true;
}

void ContainerRun::grant(const spec::ResourceRequirements& resources) {
    container_.resources = facts_.granted = resources;
    facts_.resize_error.clear();
    resize_entry_ = 0;
    if (!facts_.live() && facts_.in_force) facts_.in_force = resources;
}

bool ContainerRun::resize() {
    const bool runs = facts_.stage == Stage::running && facts_.give_up.empty();
    if (!runs || !facts_.in_force || *facts_.in_force == facts_.granted) return true;
    const Change change = change_of(container_, *facts_.in_force, facts_.granted);
    if (change == Change::restart) {
        facts_.give_up = resize_restart;
        return true;
    }
    if (change == Change::in_place) {
        const Result<void> done = resize_in_place();
        const std::string error = done ? "" : done.error().what;
        if (!done && facts_.resize_error != error)
            pod_.event(true, "ResizeError", "Pod resize error: " + error);
        facts_.resize_error = error;
        if (!done) return false;
    }
    facts_.in_force = facts_.granted;
    return true;
}

// Reasons before acts. What fails is tried again, and told again when it fails in another way.
Result<void> ContainerRun::resize_in_place() {
    if (resize_entry_ == 0) {
        const auto id = context_.journal.write(resize_entry(
            spec::key_of(pod_.object),
            container_.name,
            *facts_.in_force,
            facts_.granted,
            context_.loop.now()
        ));
        if (!id) return std::unexpected(id.error());
        resize_entry_ = *id;
    }
    const auto done =
        context_.cgroups.resize(pod_.pod.metadata.uid, container_.name, limits_of(facts_.granted));
    const std::string error = done ? "" : done.error().what;
    if (done || facts_.resize_error != error)
        (void)context_.journal.outcome(
            resize_entry_, context_.loop.now(), done ? "done" : "failed: " + error
        );
    if (done) resize_entry_ = 0;
    return done;
}

void ContainerRun::give_up_restart() {
    if (restart_entry_ == 0) return;
    (void
    )context_.journal.outcome(restart_entry_, context_.loop.now(), "failed: the pod ended first");
    restart_entry_ = 0;
}

ContainerProcess::Calls ContainerRun::calls() {
    return {
        [this](const Running& running) { on_started(running); },
        [this](const Exit& exit) { on_exit(exit); }
    };
}

void ContainerRun::on_started(const Running&) {
    pod_.event(false, "Started", "Started container " + container_.name);
    if (process_->running().isolation == Isolation::subreaper && !container_.volume_mounts.empty())
        pod_.event(
            true,
            "FailedMount",
            "mountPath is not shown to container " + container_.name +
                ": this machine gives us no mount namespace; the volumes are in "
                "$SWELL_VOLUME_<NAME>"
        );
    if (facts_.stage != Stage::starting) return;
    if (!container_.lifecycle || !container_.lifecycle->post_start) {
        begin_running();
        return pod_.changed();
    }
    run_hook(
        *container_.lifecycle->post_start,
        std::chrono::minutes(2),
        [this](CheckResult result) {
            hook_.reset();
            if (facts_.stage != Stage::starting) return;
            begin_running();
            if (!result.passed) {
                pod_.event(true, "FailedPostStartHook", "PostStartHook failed: " + result.output);
                facts_.give_up = "FailedPostStartHook";
            }
            pod_.changed();
        }
    );
}

void ContainerRun::begin_running() {
    facts_.stage = Stage::running;
    facts_.started_at = process_->running().started_at;
    facts_.probes = begin_probes(container_, facts_.started_at);
    for (const ProbeKind kind : {ProbeKind::startup, ProbeKind::readiness, ProbeKind::liveness})
        schedule_probe(kind);
}

void ContainerRun::on_exit(const Exit& exit) {
    const bool by_itself = facts_.stage != Stage::stopping || !facts_.give_up.empty();
    process_.reset();
    end_checks();
    hook_.reset();
    for (Clock::Timer* timer : {&kill_timer_, &term_timer_})
        if (*timer != 0) context_.loop.cancel(std::exchange(*timer, 0));
    if (facts_.exit) facts_.previous_exit = facts_.exit;
    facts_.exit = exit;
    facts_.stage = Stage::exited;
    facts_.give_up.clear();
    facts_.not_before = {};
    usage_.clear();
    if (!exit.start_error.empty()) pod_.event(true, "Failed", "Error: " + exit.start_error);
    const bool again =
        by_itself && restarts(pods::restart_policy(pod_.pod.spec, container_, init_), exit);
    if (again && restart_at(facts_.backoff, exit.finished_at) > context_.loop.now())
        pod_.event(
            true,
            "BackOff",
            "Back-off restarting failed container " + container_.name + " in pod " +
                long_name(pod_.pod)
        );
    pod_.changed();
}

void ContainerRun::stop(Instant deadline, bool with_pre_stop) {
    if (!process_) return;
    if (facts_.stage == Stage::stopping && deadline >= kill_at_) return;
    const bool first = facts_.stage != Stage::stopping;
    if (first && !facts_.give_up.empty() && !journal_restart(facts_.give_up)) return;
    facts_.stage = Stage::stopping;
    end_checks();
    kill_at_ = deadline;
    if (kill_timer_ != 0) context_.loop.cancel(kill_timer_);
    kill_timer_ = context_.loop.call_at(deadline, [this] {
        kill_timer_ = 0;
        kill();
    });
    if (!first) return;
    pod_.event(
        false,
        "Killing",
        facts_.give_up.empty() ? "Stopping container " + container_.name
                               : "Container " + container_.name + " " + facts_.give_up
    );
    const bool hook = with_pre_stop && container_.lifecycle && container_.lifecycle->pre_stop;
    if (!hook) return terminate();
    run_hook(
        *container_.lifecycle->pre_stop,
        deadline - context_.loop.now(),
        [this](CheckResult result) {
            if (!result.passed)
                pod_.event(true, "FailedPreStopHook", "PreStopHook failed: " + result.output);
            hook_.reset();
            terminate();
        }
    );
}

void ContainerRun::terminate() {
    if (!process_) return;
    // A preStop that took all the time leaves the program two seconds, as in Kubernetes.
    const Instant least = context_.loop.now() + std::chrono::seconds(2);
    if (kill_timer_ != 0 && container_.lifecycle && container_.lifecycle->pre_stop &&
        kill_at_ < least) {
        context_.loop.cancel(kill_timer_);
        kill_timer_ = context_.loop.call_at(least, [this] {
            kill_timer_ = 0;
            kill();
        });
    }
    process_->terminate();
}

void ContainerRun::kill() {
    hook_.reset();
    if (process_) process_->kill();
}

void ContainerRun::kill_and_join() {
    if (!process_) return;
    process_->kill();
    process_->join(std::chrono::seconds(3));
    process_.reset();
}

void ContainerRun::sample_usage(Instant now) {
    if (!process_ || facts_.stage == Stage::starting) return;
    auto sample = context_.cgroups.usage(pod_.pod.metadata.uid, container_.name, now);
    if (!sample && !context_.cgroups.enforced())
        sample = tree_usage(static_cast<pid_t>(process_->running().init_pid), now);
    if (sample) usage_.add(*sample);
}

}  // namespace swell::cluster::pods
