#include "control/deployment/controller.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "control/deployment/explain.hpp"
#include "control/deployment/pod_template.hpp"
#include "control/deployment/revision.hpp"
#include "spec/selector.hpp"

namespace swell::control {

using cluster::Change;
using cluster::Object;
using spec::Deployment;
using spec::ReplicaSet;

namespace {

constexpr std::string_view kind_name = "Deployment";

cluster::Query all_of(std::string_view kind, const std::string& ns = {}) {
    cluster::Query query;
    query.kind = kind;
    query.ns = ns;
    return query;
}

bool has_ended(const spec::Pod& pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

Result<void> without_value(const Result<Object>& written) {
    if (!written) return std::unexpected(written.error());
    return {};
}

}  // namespace

DeploymentController::DeploymentController(World world)
    : world_(world),
      queue_(world.clock, [this](const spec::Key& key) { return look_at(key); }),
      replica_sets_(world.cluster, "ReplicaSet"),
      follow_deployments_(
          world.clock,
          world.cluster,
          kind_name,
          [this](const Change& change) { queue_.add(spec::key_of(change.object)); },
          [this] { enqueue_all(); }
      ),
      follow_replica_sets_(
          world.clock,
          world.cluster,
          "ReplicaSet",
          [this](const Change& change) { on_replica_set(change); },
          [this] {
              replica_sets_.relist();
              enqueue_all();
          }
      ),
      follow_pods_(
          world.clock,
          world.cluster,
          "Pod",
          [this](const Change& change) { on_pod(change); },
          [this] { enqueue_all(); }
      ) {}

void DeploymentController::start() {
    follow_pods_.start();
    follow_replica_sets_.start();
    follow_deployments_.start();
}

void DeploymentController::enqueue_all() {
    settled_.clear();
    for (const Object& object : world_.cluster.list(all_of(kind_name)))
        queue_.add(spec::key_of(object));
}

void DeploymentController::on_replica_set(const Change& change) {
    if (const auto lost = replica_sets_.note(change); lost && lost->kind == kind_name) {
        const spec::Key owner{kind_name, change.object.metadata().ns, lost->name};
        settled_.erase(owner);
        queue_.add(owner);
    }
    const spec::ObjectMeta& metadata = change.object.metadata();
    const spec::OwnerReference* controller = metadata.controller();
    if (controller != nullptr) {
        if (controller->kind != kind_name) return;
        const spec::Key owner{kind_name, metadata.ns, controller->name};
        settled_.erase(owner);
        queue_.add(owner);
    } else if (change.type != Change::Type::deleted) {
        enqueue_selecting(change.object);
    }
}

/// An orphan concerns every Deployment that could adopt it.
void DeploymentController::enqueue_selecting(const Object& replica_set) {
    const spec::ObjectMeta& metadata = replica_set.metadata();
    for (const Object& object : world_.cluster.list(all_of(kind_name, metadata.ns))) {
        const auto selector = spec::Selector::from(object.as<Deployment>().spec.selector);
        if (!selector || !selector->matches(metadata.labels)) continue;
        settled_.erase(spec::key_of(object));
        queue_.add(spec::key_of(object));
    }
}

/// Recreate waits for the last old pod to be gone, which no ReplicaSet's status tells: pods that
/// are being deleted do not count there.
void DeploymentController::on_pod(const Change& change) {
    if (change.type != Change::Type::deleted) return;
    const spec::ObjectMeta& pod = change.object.metadata();
    const spec::OwnerReference* owner = pod.controller();
    if (owner == nullptr || owner->kind != "ReplicaSet") return;
    const auto replica_set = world_.cluster.get({"ReplicaSet", pod.ns, owner->name});
    if (!replica_set) return;
    const spec::OwnerReference* deployment = replica_set->metadata().controller();
    if (deployment == nullptr || deployment->kind != kind_name) return;
    const auto object = world_.cluster.get({kind_name, pod.ns, deployment->name});
    if (!object || object->as<Deployment>().spec.strategy.type != "Recreate") return;
    settled_.erase(spec::key_of(*object));
    queue_.add(spec::key_of(*object));
}

Result<void> DeploymentController::look_at(const spec::Key& key) {
    const auto object = world_.cluster.get(key);
    if (!object) {
        queue_.remove(key);
        settled_.erase(key);
        return {};
    }
    const auto settled = settled_.find(key);
    if (settled != settled_.end() && settled->second == object->metadata().resource_version)
        return {};
    settled_.erase(key);
    const auto selector = spec::Selector::from(object->as<Deployment>().spec.selector);
    if (!selector || selector->empty()) {
        world_.cluster.event(
            *object,
            true,
            "SelectingAll",
            "This deployment is selecting all pods. A non-empty selector is required."
        );
        return {};
    }
    const auto own = replica_sets_.of(*object, *selector);
    if (!own) return std::unexpected(own.error());
    const deployment::Observation seen = observe(*object, *own);
    const deployment::Decision decision = deployment::decide(seen);
    // Before anything is written: a ReplicaSet that changes meanwhile takes it back.
    if (decision.settles) settled_.emplace(key, 0);
    const Version written = act(*object, seen, decision);
    if (!written) return std::unexpected(written.error());
    if (const auto rests = settled_.find(key); rests != settled_.end()) rests->second = *written;
    if (decision.look_again) queue_.add_after(key, *decision.look_again - seen.at);
    return {};
}

deployment::Observation DeploymentController::observe(
    const Object& object, const std::vector<Object>& replica_sets
) const {
    const auto& deployment = object.as<Deployment>();
    deployment::Observation seen{world_.clock.now(), deployment, {}, {}};
    for (const Object& set : replica_sets) seen.replica_sets.push_back(&set.as<ReplicaSet>());
    if (deployment.spec.strategy.type != "Recreate") return seen;
    for (const ReplicaSet* set : seen.replica_sets) {
        cluster::Query query = all_of("Pod", deployment.metadata.ns);
        query.owner_uid = set->metadata.uid;
        const auto pods = world_.cluster.list(query);
        const bool runs = std::ranges::any_of(pods, [](const Object& pod) {
            return !has_ended(pod.as<spec::Pod>());
        });
        if (runs) seen.running.insert(set->metadata.uid);
    }
    return seen;
}

DeploymentController::Version DeploymentController::act(
    const Object& object, const deployment::Observation& seen, const deployment::Decision& decision
) {
    if (!deployment::is_change(decision)) return carry_out(object, seen, decision);
    const auto id = world_.journal.write(deployment::explain(seen, decision));
    if (!id) return std::unexpected(id.error());
    const auto done = carry_out(object, seen, decision);
    const std::string outcome = done ? "done" : "failed: " + done.error().what;
    // The deed is done; that its outcome cannot be written changes nothing about it.
    static_cast<void>(world_.journal.outcome(*id, world_.clock.now(), outcome));
    return done;
}

DeploymentController::Version DeploymentController::carry_out(
    const Object& object, const deployment::Observation& seen, const deployment::Decision& decision
) {
    for (const deployment::Write& next : decision.writes) {
        if (const auto done = write(object, seen, next); !done)
            return std::unexpected(done.error());
        if (!next.event.empty())
            world_.cluster.event(object, false, "ScalingReplicaSet", next.event);
    }
    for (const ReplicaSet& old : decision.removals) {
        cluster::Cluster::Deletion deletion;
        deletion.resource_version = old.metadata.resource_version;
        const auto removed = world_.cluster.remove(spec::key_of(Object(old)), deletion);
        if (!removed && removed.error().code != Code::not_found)
            return std::unexpected(removed.error());
    }
    return write_back(object, decision);
}

Result<void> DeploymentController::write(
    const Object& object, const deployment::Observation& seen, const deployment::Write& write
) {
    if (write.create) return create(object, seen, write.replica_set);
    return without_value(world_.cluster.update(write.replica_set));
}

Result<void> DeploymentController::create(
    const Object& object, const deployment::Observation& seen, const ReplicaSet& replica_set
) {
    const auto created = world_.cluster.create(replica_set);
    if (created) return {};
    const std::string& name = replica_set.metadata.name;
    if (created.error().code == Code::exists) {
        const auto there = world_.cluster.get({"ReplicaSet", replica_set.metadata.ns, name});
        if (!there) return std::unexpected(there.error());
        return after_collision(seen, replica_set, there->as<ReplicaSet>());
    }
    const auto status =
        deployment::with_create_failure(seen.deployment, name, created.error().what, seen.at);
    const std::string message =
        "Failed to create new replica set \"" + name + "\": " + created.error().what;
    world_.cluster.event(object, true, "ReplicaSetCreateError", message);
    static_cast<void>(write_status(object, status));  // the creation's own error matters more
    return std::unexpected(created.error());
}

/// The name is taken: by this very ReplicaSet when a read lagged behind, else by a foreign one, and
/// then the next try goes by another hash.
Result<void> DeploymentController::after_collision(
    const deployment::Observation& seen, const ReplicaSet& wanted, const ReplicaSet& there
) {
    const spec::OwnerReference* owner = there.metadata.controller();
    const bool own = owner != nullptr && owner->uid == seen.deployment.metadata.uid;
    if (own &&
        deployment::same_template(there.spec.pod_template, seen.deployment.spec.pod_template))
        return {};
    spec::DeploymentStatus status = seen.deployment.status;
    status.collision_count = status.collision_count.value_or(0) + 1;
    if (const auto written = write_status(seen.deployment, status); !written)
        return std::unexpected(written.error());
    return fail(
        Code::exists, "replica set \"" + wanted.metadata.name + "\" already exists and is another's"
    );
}

/// The revision first, then the status, which goes by the version that the first write made.
DeploymentController::Version DeploymentController::write_back(
    const Object& object, const deployment::Decision& decision
) {
    if (!decision.revision) return write_status(object, decision.status);
    const std::string revision = std::to_string(*decision.revision);
    const auto noted = object.metadata().annotations.find(deployment::revision_annotation);
    if (noted != object.metadata().annotations.end() && noted->second == revision)
        return write_status(object, decision.status);
    spec::ObjectMeta metadata = object.metadata();
    metadata.annotations[deployment::revision_annotation] = revision;
    const auto written = world_.cluster.update(object.with_metadata(std::move(metadata)));
    if (!written) return std::unexpected(written.error());
    return write_status(*written, decision.status);
}

DeploymentController::Version DeploymentController::write_status(
    const Object& object, const spec::DeploymentStatus& status
) {
    const auto& now = object.as<Deployment>();
    if (now.status == status) return now.metadata.resource_version;
    const auto written = world_.cluster.update_status(Deployment{now.metadata, now.spec, status});
    if (!written) return std::unexpected(written.error());
    return written->metadata().resource_version;
}

}  // namespace swell::control
