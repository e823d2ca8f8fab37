#include "control/replicaset/controller.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "control/replicaset/explain.hpp"
#include "spec/selector.hpp"

namespace swell::control {

using cluster::Change;
using cluster::Object;
using spec::ReplicaSet;

namespace {

constexpr std::string_view kind_name = "ReplicaSet";

/// Kubernetes' alphabet for made-up names: no vowels and nothing that looks like one, so that no
/// word comes out.
constexpr std::string_view safe_alphabet = "bcdfghjklmnpqrstvwxz2456789";

std::string draw_suffix(Rng& rng) {
    std::string suffix;
    for (int i = 0; i < 5; ++i) suffix += safe_alphabet[rng.below(safe_alphabet.size())];
    return suffix;
}

}  // namespace

ReplicaSetController::ReplicaSetController(World world)
    : world_(world),
      queue_(world.clock, [this](const spec::Key& key) { return look_at(key); }),
      pods_(world.cluster, "Pod"),
      follow_replica_sets_(
          world.clock,
          world.cluster,
          kind_name,
          [this](const Change& change) { queue_.add(spec::key_of(change.object)); },
          [this] {
              cluster::Query all;
              all.kind = kind_name;
              for (const Object& object : world_.cluster.list(all))
                  queue_.add(spec::key_of(object));
          }
      ),
      follow_pods_(
          world.clock,
          world.cluster,
          "Pod",
          [this](const Change& change) { on_pod(change); },
          [this] {
              pods_.relist();
              settled_.clear();
              cluster::Query all;
              all.kind = kind_name;
              for (const Object& object : world_.cluster.list(all))
                  queue_.add(spec::key_of(object));
          }
      ) {}

void ReplicaSetController::start() {
    follow_pods_.start();
    follow_replica_sets_.start();
}

void ReplicaSetController::on_pod(const Change& change) {
    if (const auto lost = pods_.note(change); lost && lost->kind == kind_name) {
        const spec::Key owner{kind_name, change.object.metadata().ns, lost->name};
        settled_.erase(owner);
        queue_.add(owner);
    }
    const spec::ObjectMeta& metadata = change.object.metadata();
    const spec::OwnerReference* controller = metadata.controller();
    if (controller == nullptr) {
        if (change.type != Change::Type::deleted) enqueue_selecting(change.object);
        return;
    }
    if (controller->kind != kind_name) return;
    const spec::Key owner{kind_name, metadata.ns, controller->name};
    if (change.type == Change::Type::deleted)
        if (const auto found = expectations_.find(owner); found != expectations_.end())
            found->second.gone(metadata.uid);
    settled_.erase(owner);
    queue_.add(owner);
}

/// An orphan concerns every ReplicaSet that could adopt it.
void ReplicaSetController::enqueue_selecting(const Object& pod) {
    cluster::Query query;
    query.kind = kind_name;
    query.ns = pod.metadata().ns;
    for (const Object& object : world_.cluster.list(query)) {
        const auto selector = spec::Selector::from(object.as<ReplicaSet>().spec.selector);
        if (!selector || !selector->matches(pod.metadata().labels)) continue;
        settled_.erase(spec::key_of(object));
        queue_.add(spec::key_of(object));
    }
}

Result<void> ReplicaSetController::look_at(const spec::Key& key) {
    const auto object = world_.cluster.get(key);
    if (!object) {
        queue_.remove(key);
        expectations_.erase(key);
        settled_.erase(key);
        return {};
    }
    const auto settled = settled_.find(key);
    if (settled != settled_.end() && settled->second == object->metadata().resource_version)
        return {};
    settled_.erase(key);
    const auto& replica_set = object->as<ReplicaSet>();
    const auto selector = spec::Selector::from(replica_set.spec.selector);
    if (!selector || selector->empty()) return {};  // selects nothing it could call its own

    const auto own = pods_.of(*object, *selector);
    if (!own) return std::unexpected(own.error());
    replicaset::Observation seen{world_.clock.now(), replica_set, {}};
    seen.pods.reserve(own->size());
    for (const Object& pod : *own) seen.pods.push_back(&pod.as<spec::Pod>());

    Acted acted;
    const bool is_current = expectations_[key].met_by(seen.pods, seen.at);
    if (is_current) {
        const auto result = act(*object, seen, replicaset::decide(seen));
        if (!result) return std::unexpected(result.error());
        acted = *result;
    } else {
        queue_.add_after(key, replicaset::Expectations::patience);
    }
    const auto at = replicaset::look_again(seen);
    // Before the status is written: a pod that changes meanwhile takes it back.
    if (is_current && acted.wanted == 0 && !at) settled_.emplace(key, 0);
    const auto written = write_status(*object, replicaset::status(seen, acted.failure));
    if (!written) return std::unexpected(written.error());
    if (!acted.failure.empty()) return fail(Code::unavailable, acted.failure);
    if (at) queue_.add_after(key, *at - seen.at);
    if (const auto rests = settled_.find(key); rests != settled_.end()) rests->second = *written;
    return {};
}

Result<ReplicaSetController::Acted> ReplicaSetController::act(
    const Object& object, const replicaset::Observation& seen, const replicaset::Decision& decision
) {
    if (decision.create == 0 && decision.victims.empty()) return Acted{};
    const auto names = draw_names(object.metadata().name, decision.create);
    const auto id = world_.journal.write(replicaset::explain(seen, decision, names));
    if (!id) return std::unexpected(id.error());
    const Acted acted =
        names.empty() ? delete_pods(object, decision.victims) : create_pods(object, names);
    std::string outcome = "done";
    if (!acted.failure.empty())
        outcome = "failed: " + std::to_string(acted.done) + " of " + std::to_string(acted.wanted) +
                  " done: " + acted.failure;
    // The deed is done; that its outcome cannot be written changes nothing about it.
    static_cast<void>(world_.journal.outcome(*id, world_.clock.now(), outcome));
    return acted;
}

std::vector<std::string> ReplicaSetController::draw_names(
    const std::string& replica_set, std::int32_t count
) {
    std::vector<std::string> names;
    for (std::int32_t i = 0; i < count; ++i)
        names.push_back(replicaset::pod_name(replica_set, draw_suffix(world_.rng)));
    return names;
}

/// In batches of 1, 2, 4, …: when pods cannot be created (a quota, an admission), the first few
/// show it, and not five hundred.
ReplicaSetController::Acted ReplicaSetController::create_pods(
    const Object& object, const std::vector<std::string>& names
) {
    Acted acted{.failure = {}, .done = 0, .wanted = names.size()};
    std::size_t next = 0;
    for (std::size_t batch = 1; next < names.size() && acted.failure.empty(); batch *= 2) {
        const std::size_t end = std::min(next + batch, names.size());
        for (; next < end; ++next)
            if (create_pod(object, names[next], acted)) ++acted.done;
    }
    return acted;
}

bool ReplicaSetController::create_pod(const Object& object, const std::string& name, Acted& acted) {
    spec::Pod pod = replicaset::pod_of(object.as<ReplicaSet>(), name);
    if (admit_) pod = admit_(std::move(pod));
    auto created = world_.cluster.create(std::move(pod));
    if (!created) {
        acted.failure = created.error().what;
        world_.cluster.event(object, true, "FailedCreate", "Error creating: " + acted.failure);
        return false;
    }
    expectations_[spec::key_of(object)].created(created->metadata().uid, world_.clock.now());
    world_.cluster.event(object, false, "SuccessfulCreate", "Created pod: " + name);
    return true;
}

ReplicaSetController::Acted ReplicaSetController::delete_pods(
    const Object& object, const replicaset::Pods& victims
) {
    Acted acted{.failure = {}, .done = 0, .wanted = victims.size()};
    for (const spec::Pod* victim : victims) {
        const spec::ObjectMeta& metadata = victim->metadata;
        const auto removed = world_.cluster.remove({"Pod", metadata.ns, metadata.name}, {});
        if (removed || removed.error().code == Code::not_found) {
            ++acted.done;
            expectations_[spec::key_of(object)].deleted(metadata.uid, world_.clock.now());
            const std::string& name = metadata.name;
            world_.cluster.event(object, false, "SuccessfulDelete", "Deleted pod: " + name);
        } else {
            acted.failure = removed.error().what;
            const std::string message = "Error deleting: " + acted.failure;
            world_.cluster.event(object, true, "FailedDelete", message);
        }
    }
    return acted;
}

Result<std::uint64_t> ReplicaSetController::write_status(
    const Object& object, const spec::ReplicaSetStatus& status
) {
    const auto& now = object.as<ReplicaSet>();
    if (now.status == status) return now.metadata.resource_version;
    const auto written = world_.cluster.update_status(ReplicaSet{now.metadata, now.spec, status});
    if (written) return written->metadata().resource_version;
    if (written.error().code == Code::not_found) return 0;
    return std::unexpected(written.error());
}

}  // namespace swell::control
