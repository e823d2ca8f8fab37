#include "control/endpoints/controller.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/selector.hpp"

namespace swell::control {

using cluster::Change;
using cluster::Object;
using spec::EndpointSlice;
using spec::Service;

namespace {

constexpr std::string_view kind_name = "Service";

cluster::Query all_of(std::string_view kind, const std::string& ns = {}) {
    cluster::Query query;
    query.kind = kind;
    query.ns = ns;
    return query;
}

}  // namespace

EndpointsController::EndpointsController(World world)
    : world_(world),
      queue_(world.clock, [this](const spec::Key& key) { return look_at(key); }),
      follow_services_(
          world.clock,
          world.cluster,
          kind_name,
          [this](const Change& change) { queue_.add(spec::key_of(change.object)); },
          [this] { enqueue_all(); }
      ),
      follow_slices_(
          world.clock,
          world.cluster,
          "EndpointSlice",
          [this](const Change& change) {
              const spec::ObjectMeta& metadata = change.object.metadata();
              queue_.add({kind_name, metadata.ns, metadata.name});
          },
          [this] { enqueue_all(); }
      ),
      follow_pods_(
          world.clock,
          world.cluster,
          "Pod",
          [this](const Change& change) { on_pod(change); },
          [this] { relist_pods(); }
      ) {}

void EndpointsController::start() {
    follow_pods_.start();
    follow_slices_.start();
    follow_services_.start();
}

void EndpointsController::enqueue_all() {
    for (const Object& object : world_.cluster.list(all_of(kind_name)))
        queue_.add(spec::key_of(object));
}

void EndpointsController::relist_pods() {
    labels_.clear();
    for (const Object& pod : world_.cluster.list(all_of("Pod")))
        labels_[spec::key_of(pod)] = pod.metadata().labels;
    enqueue_all();
}

void EndpointsController::on_pod(const Change& change) {
    const spec::Key key = spec::key_of(change.object);
    const spec::Labels& labels = change.object.metadata().labels;
    spec::Labels& before = labels_[key];
    if (before != labels && !before.empty()) enqueue_selecting(key.ns, before);
    before = labels;
    enqueue_selecting(key.ns, labels);
    if (change.type == Change::Type::deleted) labels_.erase(key);
}

void EndpointsController::enqueue_selecting(const std::string& ns, const spec::Labels& labels) {
    for (const Object& object : world_.cluster.list(all_of(kind_name, ns))) {
        const auto& service = object.as<Service>();
        if (endpoints::is_served(service) &&
            spec::Selector::from(service.spec.selector).matches(labels))
            queue_.add(spec::key_of(object));
    }
}

Result<void> EndpointsController::look_at(const spec::Key& key) {
    const auto object = world_.cluster.get(key);
    if (!object) {
        queue_.remove(key);  // its slice goes with its owner
        warned_.erase(key);
        return {};
    }
    const auto& service = object->as<Service>();
    if (!endpoints::is_served(service)) return {};
    cluster::Query query = all_of("Pod", key.ns);
    query.labels = spec::Selector::from(service.spec.selector);
    std::vector<spec::Pod> pods;
    for (const Object& pod : world_.cluster.list(query)) pods.push_back(pod.as<spec::Pod>());
    warn(*object, endpoints::contested_ports(service, pods));
    return write(endpoints::decide(service, pods));
}

void EndpointsController::warn(const Object& service, const std::vector<std::int32_t>& contested) {
    std::vector<std::int32_t>& before = warned_[spec::key_of(service)];
    if (before == contested) return;
    for (const std::int32_t port : contested) {
        if (std::ranges::find(before, port) != before.end()) continue;
        const std::string number = std::to_string(port);
        world_.cluster.event(
            service,
            true,
            "PortConflict",
            "pods listen on the same port " + number +
                " of this machine, because they are older than this Service: declare "
                "containerPort " +
                number + ", or start them anew, and each gets a port of its own in PORT"
        );
    }
    before = contested;
}

Result<void> EndpointsController::write(const EndpointSlice& wanted) {
    const Object object(wanted);
    const auto there = world_.cluster.get(spec::key_of(object));
    if (!there) {
        const auto created = world_.cluster.create(object);
        if (!created) return std::unexpected(created.error());
        return {};
    }
    if (endpoints::same_endpoints(there->as<EndpointSlice>(), wanted)) return {};
    EndpointSlice changed = wanted;
    changed.metadata = there->metadata();
    changed.metadata.labels = wanted.metadata.labels;
    changed.metadata.owner_references = wanted.metadata.owner_references;
    const auto written = world_.cluster.update(std::move(changed));
    if (!written) return std::unexpected(written.error());
    return {};
}

}  // namespace swell::control
