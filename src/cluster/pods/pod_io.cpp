#include "cluster/pods/pod_io.hpp"

#include <algorithm>
#include <filesystem>

#include "base/saturate.hpp"
#include "cluster/pods/lookups_io.hpp"
#include "cluster/pods/ports.hpp"
#include "cluster/pods/resize.hpp"
#include "cluster/pods/status.hpp"

namespace swell::cluster::pods {

namespace {

constexpr Duration try_again_after = std::chrono::seconds(2);

bool same(const spec::PodStatus& a, const spec::PodStatus& b) {
    spec::Pod one, other;
    one.status = a;
    other.status = b;
    const spec::Kind& kind = spec::kind_of<spec::Pod>();
    return kind.same_status(&one, &other);
}

}  // namespace

PodRun::PodRun(Context& context, const Object& object, std::function<void(PodRun&)> on_down)
    : context_(context),
      shared_{context, object, object.as<spec::Pod>(), "", {}, [this] { step_soon(); }},
      on_down_(std::move(on_down)),
      told_(shared_.pod.status) {
    shared_.folder = context.config.state_dir + "/pods/" + uid();
    for (const auto& one : shared_.pod.spec.init_containers)
        inits_.push_back(std::make_unique<ContainerRun>(shared_, one, true));
    for (const auto& one : shared_.pod.spec.containers)
        containers_.push_back(std::make_unique<ContainerRun>(shared_, one, false));
    for (const spec::PodPort& port : shared_.pod.status.ports)
        context.ports.keep(static_cast<std::uint16_t>(port.port));
    step_soon();
}

PodRun::~PodRun() {
    *alive_ = false;
    for (const Clock::Timer timer : {step_timer_, wake_timer_, drain_timer_, clear_timer_})
        if (timer != 0) context_.loop.cancel(timer);
    for (const spec::PodPort& port : shared_.pod.status.ports)
        context_.ports.give_back(static_cast<std::uint16_t>(port.port));
}

void PodRun::update(const Object& object) {
    shared_.object = object;
    const spec::Pod& newest = object.as<spec::Pod>();
    told_ = newest.status;
    shared_.pod.metadata = newest.metadata;
    if (!ending_) shared_.pod.spec = newest.spec;
    step_soon();
}

void PodRun::vanish() {
    removes_object_ = false;
    forced_ = drained_ = true;
    begin_ending(Duration{}, false);
    step_soon();
}

void PodRun::retire() {
    if (ending_) {
        step_soon();
        return;
    }
    removes_object_ = false;
    begin_ending(saturated_seconds(shared_.pod.spec.termination_grace_period_seconds), false);
    step_soon();
}

void PodRun::begin_ending(Duration grace, bool write) {
    if (!write) writes_status_ = false;
    const Instant deadline = context_.loop.now() + grace;
    const bool sooner = ending_ && deadline < deadline_;
    if (!ending_ || sooner) deadline_ = deadline;
    ending_ = true;
    if (!sooner) return;
    // Asked for again, with less patience.
    if (drain_timer_ != 0) {
        context_.loop.cancel(drain_timer_);
        drain_timer_ = context_.loop.call_at(deadline_, [this] {
            drain_timer_ = 0;
            on_drained();
        });
    }
    for (auto* list : {&containers_, &inits_})
        for (auto& one : *list)
            if (one->facts().stage == Stage::stopping) one->stop(deadline_, false);
}

void PodRun::step_soon() {
    if (step_timer_ != 0) return;
    step_timer_ = context_.loop.call_at(context_.loop.now(), [this] {
        step_timer_ = 0;
        step();
    });
}

bool PodRun::finished_before() const {
    const std::string& phase = shared_.pod.status.phase;
    return phase == "Succeeded" || phase == "Failed";
}

/// Everything a pod needs before its first container: folders, what was left running, ports,
/// volumes.
bool PodRun::prepare() {
    if (!adopted_) {
        adopted_ = true;
        for (auto* list : {&inits_, &containers_})
            for (auto& one : *list) one->adopt();
    }
    if (ending_ || finished_before()) return true;
    std::error_code failed;
    std::filesystem::create_directories(shared_.folder, failed);
    const Lookups lookups(context_.cluster, shared_.pod.metadata.ns);
    auto volumes = make_volumes(
        shared_.pod.spec,
        {[&](const std::string& name) { return lookups.config_map(name); },
         [&](const std::string& name) { return lookups.secret(name); },
         shared_.folder + "/volumes",
         context_.memory_folder.empty() ? "" : context_.memory_folder + "-" + uid()}
    );
    std::string error;
    if (!volumes)
        error = volumes.error().what;
    else if (!give_ports(lookups))
        error = "no port is free between " + std::to_string(context_.config.port_base) + " and " +
                std::to_string(context_.config.port_end);
    if (!error.empty()) {
        if (error != prepare_error_)
            shared_.event(true, "FailedMount", "MountVolume.SetUp failed: " + error);
        prepare_error_ = error;
        look_again(context_.loop.now() + try_again_after);
        return false;
    }
    shared_.volumes = std::move(*volumes);
    return true;
}

bool PodRun::give_ports(const Lookups& lookups) {
    auto& ports = shared_.pod.status.ports;
    // What was started without a port listens where it does; a Service that came later changes
    // nothing of that.
    const bool runs =
        std::ranges::any_of(containers_, [](const auto& one) { return one->facts().live(); });
    const auto services = runs ? std::vector<const spec::Service*>{} : lookups.services();
    for (const spec::PodPort& wanted : wanted_ports(shared_.pod, services)) {
        const bool given = std::ranges::any_of(ports, [&](const spec::PodPort& port) {
            return port.container_port == wanted.container_port && port.name == wanted.name;
        });
        if (given) continue;
        const auto port = context_.ports.take();
        if (!port) return false;
        ports.push_back({wanted.name, wanted.container_port, *port});
    }
    return true;
}

std::vector<PodRun::Wish> PodRun::wishes() const {
    const spec::PodSpec& spec = shared_.pod.spec;
    std::vector<Wish> list;
    for (std::size_t i = 0; i < inits_.size(); ++i)
        list.push_back({inits_[i].get(), &spec.init_containers[i].resources});
    for (std::size_t i = 0; i < containers_.size(); ++i)
        list.push_back({containers_[i].get(), &spec.containers[i].resources});
    return list;
}

/// Grants the containers what the spec asks for, unless this machine can never give it. What does
/// not run yet simply starts with it.
void PodRun::grant() {
    bool asks = false, runs = false;
    for (const Wish& wish : wishes()) {
        asks = asks || wish.container->facts().granted != *wish.resources;
        runs = runs || wish.container->facts().live();
    }
    std::string why;
    if (asks && runs)
        why = infeasible(
            shared_.pod.spec, this_machine(context_.config.state_dir), context_.cgroups.why_none()
        );
    if (!why.empty() && why != infeasible_)
        shared_.event(true, "ResizeInfeasible", "Pod resize Infeasible: " + why);
    infeasible_ = why;
    if (!asks || !why.empty()) return;
    if (runs) shared_.event(false, "ResizeStarted", "Pod resize started");
    for (const Wish& wish : wishes()) wish.container->grant(*wish.resources);
}

/// Puts in force what was granted. False: some of it failed, and is to be tried again.
bool PodRun::resize() {
    grant();
    const auto under_way = [this] {
        return std::ranges::any_of(wishes(), [](const Wish& wish) {
            const ContainerFacts& facts = wish.container->facts();
            return facts.live() && facts.in_force != facts.granted;
        });
    };
    if (!under_way()) return true;
    bool done = true;
    for (const Wish& wish : wishes()) done = wish.container->resize() && done;
    if (!under_way()) shared_.event(false, "ResizeCompleted", "Pod resize completed");
    return done;
}

PodFacts PodRun::facts() const {
    PodFacts facts;
    facts.now = context_.loop.now();
    facts.infeasible = infeasible_;
    facts.ending = ending_;
    facts.drained = drained_;
    const auto& limit = shared_.pod.spec.active_deadline_seconds;
    const auto& since = shared_.pod.status.start_time;
    facts.expired = limit && since && facts.now - *since >= saturated_seconds(*limit);
    for (const auto& one : inits_) facts.init_containers.push_back(one->facts());
    for (const auto& one : containers_) facts.containers.push_back(one->facts());
    // Once a container has run here, init containers have done their part. When a whole run is
    // lost, with what they left in volumes, they do it again.
    facts.begun = std::any_of(containers_.begin(), containers_.end(), [](const auto& c) {
        return c->has_run();
    });
    return facts;
}

void PodRun::step() {
    if (down_) return;
    const spec::ObjectMeta& meta = shared_.pod.metadata;
    if (meta.deletion_timestamp) {
        const Instant now = context_.loop.now();
        const Duration whole = saturated_seconds(meta.deletion_grace_period_seconds.value_or(
            shared_.pod.spec.termination_grace_period_seconds
        ));
        // Asked for before we were there: the time since then counts.
        const Duration left =
            std::clamp<Duration>(*meta.deletion_timestamp - now, Duration{}, whole);
        forced_ = forced_ || whole == Duration{};
        if (!ending_ || whole < grace_) {
            grace_ = whole;
            begin_ending(adopted_ ? whole : left, true);
        }
    }
    if (!prepared_) {
        prepared_ = prepare();
        if (!prepared_) return (void)write_status(facts());
    }
    bool settled = ending_ || finished_before() || resize();
    const PodFacts seen = facts();
    // The status first: a container that starts finds its ports already told.
    settled = write_status(seen) && settled;
    const Instant later = seen.now + try_again_after;
    if (finished_before() && !ending_ &&
        std::none_of(inits_.begin(), inits_.end(), [](const auto& c) {
            return c->facts().live();
        })) {
        if (!settled) look_again(later);
        return;
    }
    Plan plan = decide(shared_.pod.spec, seen);
    const auto& limit = shared_.pod.spec.active_deadline_seconds;
    if (limit && !seen.expired && !ending_) {
        const Instant expires = *shared_.pod.status.start_time + saturated_seconds(*limit);
        plan.look_again = std::min(plan.look_again.value_or(expires), expires);
    }
    if (!settled) plan.look_again = std::min(plan.look_again.value_or(later), later);
    look_again(plan.look_again);
    for (const Action& action : plan.actions) perform(action);
}

void PodRun::look_again(const std::optional<Instant>& at) {
    if (wake_timer_ != 0) context_.loop.cancel(std::exchange(wake_timer_, 0));
    if (!at) return;
    wake_timer_ = context_.loop.call_at(*at, [this] {
        wake_timer_ = 0;
        step();
    });
}

/// False: what the store has is not what it should be, and it is to be tried again.
bool PodRun::write_status(const PodFacts& facts) {
    spec::PodStatus status = status_of(shared_.pod, facts);
    if (!prepare_error_.empty() && !prepared_)
        for (auto& one : status.container_statuses)
            if (one.state.waiting) one.state.waiting->message = prepare_error_;
    if (!writes_status_) return true;
    keep_others(told_.conditions, status.conditions);
    shared_.pod.status = status;
    if (same(status, told_)) return true;
    spec::Pod next = shared_.pod;
    next.metadata.resource_version = 0;
    const auto written = context_.cluster.update_status(Object(std::move(next)));
    if (!written) return written.error().code == Code::not_found;
    told_ = std::move(status);
    return true;
}

void PodRun::perform(const Action& action) {
    if (action.what == Action::What::drain) return drain();
    if (action.what == Action::What::remove) return tear_down();
    ContainerRun& container = *(action.init ? inits_ : containers_)[action.index];
    if (action.what == Action::What::start) return container.start();
    Instant deadline = deadline_;
    if (!ending_) {
        // A probe's own grace period counts for the kill it asks for.
        Duration grace = saturated_seconds(shared_.pod.spec.termination_grace_period_seconds);
        const auto& probe = action.why.find("startup") != std::string::npos
                                ? container.spec().startup_probe
                                : container.spec().liveness_probe;
        const bool probed = !action.why.empty() && action.why != resize_restart;
        if (probed && probe && probe->termination_grace_period_seconds)
            grace = saturated_seconds(*probe->termination_grace_period_seconds);
        deadline = context_.loop.now() + grace;
    } else if (!forced_) {
        // Traffic that took all the time to drain leaves the program two seconds.
        deadline = std::max<Instant>(deadline_, context_.loop.now() + std::chrono::seconds(2));
    }
    container.stop(deadline, !forced_);
}

void PodRun::drain() {
    if (draining_) return;
    draining_ = true;
    drain_timer_ = context_.loop.call_at(deadline_, [this] {
        drain_timer_ = 0;
        on_drained();
    });
    context_.gate.drain(spec::key_of(shared_.object), [this, alive = alive_] {
        if (*alive) on_drained();
    });
}

void PodRun::on_drained() {
    if (drain_timer_ != 0) context_.loop.cancel(std::exchange(drain_timer_, 0));
    drained_ = true;
    step_soon();
}

void PodRun::tear_down() {
    if (std::exchange(down_, true)) return;
    look_again(std::nullopt);
    for (auto* list : {&containers_, &inits_})
        for (auto& one : *list) one->give_up_restart();
    try_to_clear();
}

/// Groups may be busy for a moment after their last process is gone.
void PodRun::try_to_clear() {
    if (context_.cgroups.enforced() && !context_.cgroups.remove(uid())) {
        clear_timer_ = context_.loop.call_after(std::chrono::milliseconds(10), [this] {
            clear_timer_ = 0;
            try_to_clear();
        });
        return;
    }
    std::error_code failed;
    std::filesystem::remove_all(shared_.folder, failed);
    remove_memory();
    if (removes_object_) {
        Cluster::Deletion now;
        now.grace_seconds = 0;
        (void)context_.cluster.remove(spec::key_of(shared_.object), now);
    }
    // From the loop: who asked for this step may still be at work with us.
    clear_timer_ = context_.loop.call_at(context_.loop.now(), [this] {
        clear_timer_ = 0;
        on_down_(*this);
    });
}

void PodRun::kill_and_join() {
    for (auto* list : {&containers_, &inits_})
        for (auto& one : *list) one->kill();
    for (auto* list : {&containers_, &inits_})
        for (auto& one : *list) one->kill_and_join();
    context_.cgroups.remove_and_wait(uid());
    remove_memory();
}

void PodRun::remove_memory() {
    std::error_code failed;
    if (!context_.memory_folder.empty())
        std::filesystem::remove_all(context_.memory_folder + "-" + uid(), failed);
}

void PodRun::sample_usage(Instant now) {
    for (auto* list : {&containers_, &inits_})
        for (auto& one : *list) one->sample_usage(now);
}

std::optional<metrics::PodMetrics> PodRun::usage() const {
    metrics::PodMetrics pod;
    pod.name = shared_.pod.metadata.name;
    pod.ns = shared_.pod.metadata.ns;
    pod.labels = shared_.pod.metadata.labels;
    for (const auto* list : {&containers_, &inits_}) {
        for (const auto& one : *list) {
            if (list == &inits_ && !is_sidecar(one->spec())) continue;
            if (!one->facts().live()) continue;
            const auto usage = one->usage();
            if (!usage) return std::nullopt;
            pod.timestamp = std::max(pod.timestamp, usage->at);
            pod.window = std::max(pod.window, usage->window);
            metrics::ContainerUsage container;
            container.name = one->spec().name;
            // Nanocores, as metrics-server tells them, so that an idle pod is not 1m.
            const auto nanocores = static_cast<std::int64_t>(usage->cores * 1e9);
            auto cpu = Quantity::parse(std::to_string(nanocores) + "n");
            container.usage["cpu"] = cpu ? *cpu : Quantity{};
            container.usage["memory"] = Quantity::from_value(
                static_cast<std::int64_t>(usage->memory), Quantity::Format::binary_si
            );
            pod.containers.push_back(std::move(container));
        }
    }
    if (pod.containers.empty()) return std::nullopt;
    return pod;
}

}  // namespace swell::cluster::pods
