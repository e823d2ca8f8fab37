#include "control/vpa/controller.hpp"

#include <algorithm>
#include <set>

#include "cluster/admission/limit_range.hpp"
#include "control/vpa/checkpoint.hpp"
#include "control/vpa/conditions.hpp"
#include "control/vpa/limit_ranges.hpp"
#include "control/vpa/policy.hpp"

namespace swell::control::vpa {

namespace {

using spec::kind_of;
using Checkpoint = spec::VerticalPodAutoscalerCheckpoint;

std::vector<cluster::Object> list(
    const cluster::Cluster& cluster, std::string_view kind, const std::string& ns
) {
    cluster::Query query;
    query.kind = kind;
    query.ns = ns;
    return cluster.list(query);
}

std::vector<spec::LimitRange> limit_ranges(const cluster::Cluster& cluster, const std::string& ns) {
    std::vector<spec::LimitRange> ranges;
    for (const cluster::Object& object : list(cluster, kind_of<spec::LimitRange>().name, ns))
        ranges.push_back(object.as<spec::LimitRange>());
    return ranges;
}

/// An Autoscaler may have the name of a VPA. No VPA's checkpoint ends like this: a container's name
/// has no dot.
constexpr std::string_view of_autoscaler = "autoscaler/";

struct CheckpointNames {
    std::string vpa;     ///< spec.vpaObjectName
    std::string suffix;  ///< of metadata.name
};

CheckpointNames checkpoint_of(const cluster::Object& governor) {
    const std::string& name = governor.metadata().name;
    if (!governor.is<spec::Autoscaler>()) return {name, ""};
    return {std::string(of_autoscaler) + name, ".autoscaler"};
}

spec::Key owner_of(const Checkpoint& checkpoint) {
    const std::string& name = checkpoint.spec.vpa_object_name;
    const std::string& ns = checkpoint.metadata.ns;
    if (!name.starts_with(of_autoscaler))
        return {kind_of<spec::VerticalPodAutoscaler>().name, ns, name};
    return {kind_of<spec::Autoscaler>().name, ns, name.substr(of_autoscaler.size())};
}

/// Creates the checkpoint or replaces its status; a created object has none yet.
void write(cluster::Cluster& cluster, Checkpoint checkpoint) {
    const spec::VpaCheckpointStatus status = checkpoint.status;
    auto stored =
        cluster.get({kind_of<Checkpoint>().name, checkpoint.metadata.ns, checkpoint.metadata.name});
    if (!stored) stored = cluster.create(std::move(checkpoint));
    if (!stored) return;
    Checkpoint next = stored->as<Checkpoint>();
    next.status = status;
    // A checkpoint that could not be written is written again a period later.
    (void)cluster.update_status(std::move(next));
}

std::vector<spec::Pod> pods_of(const cluster::Cluster& cluster, const Governor& governor) {
    std::vector<spec::Pod> pods;
    if (!governor.fault.empty()) return pods;
    cluster::Query query;
    query.kind = kind_of<spec::Pod>().name;
    query.ns = governor.selection.ns;
    query.labels = governor.selection.selector;
    for (const cluster::Object& object : cluster.list(query)) {
        const spec::Pod& pod = object.as<spec::Pod>();
        if (!pod.metadata.deletion_timestamp) pods.push_back(pod);
    }
    return pods;
}

void set_fault(std::vector<spec::Condition>& conditions, const std::string& fault, Instant now) {
    remove_condition(conditions, "ConfigDeprecated");
    if (fault.empty()) return remove_condition(conditions, "ConfigUnsupported");
    spec::Condition unsupported;
    unsupported.type = "ConfigUnsupported";
    unsupported.status = "True";
    unsupported.message = fault;
    set_condition(conditions, std::move(unsupported), now);
}

void set_contention(
    std::vector<spec::Condition>& conditions, std::span<const Contested> contested, Instant now
) {
    if (contested.empty()) return remove_condition(conditions, "ResourceContention");
    spec::Condition condition;
    condition.type = "ResourceContention";
    condition.status = "True";
    condition.reason = "HorizontalPodAutoscalerScalesOnUtilization";
    condition.message = explain_contention(contested).text;
    set_condition(conditions, std::move(condition), now);
}

void set_observing(std::vector<spec::Condition>& conditions, bool observes, Instant now) {
    if (!observes) return remove_condition(conditions, "Observing");
    spec::Condition condition;
    condition.type = "Observing";
    condition.status = "True";
    condition.reason = "ModeObserve";
    condition.message =
        "swell.dev/mode is Observe: recommends beside what happens, and changes no pod";
    set_condition(conditions, std::move(condition), now);
}

}  // namespace

VpaController::VpaController(World world, Config config)
    : world_(world),
      config_(std::move(config)),
      limit_ranges_([this](const std::string& ns) {
          return limits_of(limit_ranges(world_.cluster, ns));
      }),
      updater_(world, config_.updater),
      follow_pods_(
          world.clock,
          world.cluster,
          kind_of<spec::Pod>().name,
          [this](const cluster::Change& change) { ooms_.heard(change); },
          [this] {
              for (const cluster::Object& pod : list(world_.cluster, kind_of<spec::Pod>().name, ""))
                  ooms_.heard({cluster::Change::Type::added, pod, 0});
          }
      ) {
    model_.config = config_.history;
}

VpaController::~VpaController() { world_.clock.cancel(next_); }

void VpaController::start() {
    follow_pods_.start();
    next_ = world_.clock.call_after(Duration{}, [this] { tick(); });
}

void VpaController::tick() {
    // First, so that nothing below can lose the next run.
    next_ = world_.clock.call_after(config_.period, [this] { tick(); });
    const Instant now = world_.clock.now();
    const std::vector<Governor> all = governors(world_.cluster, "");
    remember(all);
    feed(all);
    for (const Governor& governor : all) recommend(governor);
    for (const Governor& governor : all) save_checkpoints(governor);
    collect_checkpoints();
    collect_garbage(
        model_,
        now,
        config_.state_collection,
        [&](const PodKey& key, const TrackedPod& pod) {
            return std::ranges::any_of(all, [&](const Governor& one) {
                return one.selection.matches(key.ns, pod.labels);
            });
        }
    );
    // The updater reads the statuses that were just written.
    if (is_admitting_) updater_.run(governors(world_.cluster, ""), limit_ranges_, on_decision_);
    has_started_ = true;
}

void VpaController::remember(const std::vector<Governor>& all) {
    std::set<spec::Key> there;
    for (const Governor& governor : all) {
        const spec::Key key = spec::key_of(governor.object);
        there.insert(key);
        Kept& kept = kept_[key];
        const std::string& uid = governor.object.metadata().uid;
        const std::string selector = governor.selection.selector.text();
        const bool is_first = kept.uid.empty();
        // With another selector it is another autoscaler, as in the original; one whose target
        // cannot be read for a while is not.
        const bool is_other =
            !selector.empty() && !kept.selector.empty() && selector != kept.selector;
        if (kept.uid == uid && !is_other) {
            if (!selector.empty()) kept.selector = selector;
            continue;
        }
        kept = Kept{};
        kept.uid = uid;
        kept.selector = selector;
        // One that comes later has nothing of its own written down, or of a namesake.
        if (is_first && !has_started_) load_checkpoints(governor, kept);
    }
    std::erase_if(kept_, [&](const auto& entry) { return !there.contains(entry.first); });
}

void VpaController::load_checkpoints(const Governor& governor, Kept& kept) {
    const spec::ObjectMeta& metadata = governor.object.metadata();
    for (const cluster::Object& object :
         list(world_.cluster, kind_of<Checkpoint>().name, metadata.ns)) {
        const Checkpoint& checkpoint = object.as<Checkpoint>();
        if (checkpoint.spec.vpa_object_name != checkpoint_of(governor.object).vpa) continue;
        auto loaded = load(checkpoint.status, config_.history, world_.clock.now());
        if (!loaded) {
            world_.cluster.event(
                governor.object,
                true,
                "CheckpointNotLoaded",
                checkpoint.metadata.name + ": " + loaded.error().what
            );
            continue;
        }
        kept.initial.emplace(checkpoint.spec.container_name, std::move(*loaded));
    }
}

void VpaController::feed(const std::vector<Governor>& all) {
    std::map<std::string, std::vector<const Selection*>> by_namespace;
    for (const Governor& governor : all)
        if (governor.fault.empty())
            by_namespace[governor.selection.ns].push_back(&governor.selection);
    std::vector<cluster::Object> objects;
    std::vector<metrics::PodMetrics> usages;
    for (const auto& [ns, selections] : by_namespace) {
        const auto is_selected = [&](const spec::Labels& labels) {
            return std::ranges::any_of(selections, [&](const Selection* one) {
                return one->selector.matches(labels);
            });
        };
        for (cluster::Object& object : list(world_.cluster, kind_of<spec::Pod>().name, ns))
            if (is_selected(object.metadata().labels)) objects.push_back(std::move(object));
        // Without metrics the recommendation stays as it is.
        auto measured = world_.metrics.pods(ns, is_selected);
        if (measured) std::ranges::move(*measured, std::back_inserter(usages));
    }
    std::vector<const spec::Pod*> pods;
    for (const cluster::Object& object : objects) pods.push_back(&object.as<spec::Pod>());
    const std::vector<PodKey> gone = feed_pods(model_, pods, world_.clock.now());
    feed_usage(model_, usages);
    // An OOM that is too old, or of a pod that nobody selects, says nothing.
    for (const Sample& oom : ooms_.take()) (void)add_oom(model_, oom);
    forget_pods(model_, gone);
}

void VpaController::recommend(const Governor& governor) {
    Kept& kept = kept_[spec::key_of(governor.object)];
    const Instant now = world_.clock.now();
    const AggregateStates states = aggregate(model_, governor.selection, kept.initial, now);
    Recommended made;
    made.at = now;
    made.pods = count_pods(model_, governor.selection);
    made.estimates = estimate(states, governor.vpa().spec, config_.recommender);
    made.recommendation = vpa::recommend(made.estimates, governor.vpa(), config_.recommender);
    publish(governor, made, kept);
}

// Reasons before acts: a target that could not be journaled is not published.
void VpaController::publish(const Governor& governor, const Recommended& made, Kept& kept) {
    journal::Entry entry = entry_of(governor, made, config_.recommender);
    if (governor.observes())
        set_against(pods_of(world_.cluster, governor), made, governor.contested, entry);
    const bool changes = entry.action == "recommend";
    std::string gist = gist_of(entry);
    if (!changes && gist == kept.gist && made.at < kept.told + repeat_hold)
        return (void)write_status(governor, made);
    const Result<std::uint64_t> id = world_.journal.write(entry);
    if (!id && entry.action != "hold") return;
    const Result<void> written = write_status(governor, made);
    if (!id) return;
    entry.id = *id;
    if (changes) {
        entry.outcome = written ? "done" : "failed: " + written.error().what;
        entry.outcome_at = made.at;
        (void)world_.journal.outcome(*id, made.at, entry.outcome);
    }
    kept.gist = std::move(gist);
    kept.told = made.at;
    if (on_decision_) on_decision_(entry);
}

// When another write came first, the next period decides anew.
Result<void> VpaController::write_status(const Governor& governor, const Recommended& made) {
    spec::VpaStatus next = governor.vpa().status;
    next.recommendation = made.recommendation;
    next.observed_generation = governor.vpa().metadata.generation;
    set_fault(next.conditions, governor.fault, made.at);
    set_contention(next.conditions, governor.contested, made.at);
    set_observing(next.conditions, governor.observes(), made.at);
    conclude(
        next.conditions,
        {!made.recommendation.container_recommendations.empty(), made.pods > 0},
        made.at
    );
    if (next == governor.vpa().status) return {};
    const auto written =
        world_.cluster.update_status(spec::with_status(governor.object, std::move(next)));
    if (!written) return std::unexpected(written.error());
    return {};
}

void VpaController::save_checkpoints(const Governor& governor) {
    Kept& kept = kept_[spec::key_of(governor.object)];
    const Instant now = world_.clock.now();
    if (kept.saved && now < *kept.saved + config_.checkpoint_period) return;
    kept.saved = now;
    const spec::ObjectMeta& metadata = governor.object.metadata();
    for (auto& [container, status] : save(model_, governor.selection, kept.initial, now)) {
        Checkpoint checkpoint;
        checkpoint.metadata.ns = metadata.ns;
        const CheckpointNames names = checkpoint_of(governor.object);
        checkpoint.metadata.name = metadata.name + "-" + container + names.suffix;
        checkpoint.spec = {names.vpa, container};
        checkpoint.status = std::move(status);
        write(world_.cluster, std::move(checkpoint));
    }
}

// Checkpoints of autoscalers that are gone.
void VpaController::collect_checkpoints() {
    const Instant now = world_.clock.now();
    if (now < checkpoints_collected_ + config_.checkpoint_collection) return;
    checkpoints_collected_ = now;
    for (const cluster::Object& object : list(world_.cluster, kind_of<Checkpoint>().name, "")) {
        const Checkpoint& checkpoint = object.as<Checkpoint>();
        const spec::Key owner = owner_of(checkpoint);
        if (!world_.cluster.get(owner)) (void)world_.cluster.remove(spec::key_of(object), {});
    }
}

std::function<spec::Pod(spec::Pod)> VpaController::admission() {
    is_admitting_ = true;
    return [this](spec::Pod pod) { return admit(std::move(pod)); };
}

spec::Pod VpaController::admit(spec::Pod pod) const {
    const std::vector<Governor> all = governors(world_.cluster, pod.metadata.ns);
    std::vector<const Governor*> active;
    for (const Governor& one : all)
        if (one.fault.empty() && !one.observes() && update_mode(one.vpa().spec) != UpdateMode::off)
            active.push_back(&one);
    if (active.empty()) return pod;
    const auto topmost = topmost_controller(world_.cluster, pod.metadata);
    const Governor* const governor = in_charge(active, pod, topmost);
    if (governor == nullptr) return pod;
    const auto ranges = limit_ranges(world_.cluster, pod.metadata.ns);
    // Kubernetes gives a pod the ranges' defaults before the autoscaler's webhook sees it.
    cluster::set_defaults(ranges, pod);
    return vpa::admit(governor->vpa(), std::move(pod), limits_of(ranges), governor->contested);
}

}  // namespace swell::control::vpa
