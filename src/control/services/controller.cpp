#include "control/services/controller.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace swell::control {

using cluster::Change;
using cluster::Object;
using spec::Service;

namespace {

constexpr std::string_view kind_name = "Service";

}  // namespace

ServicesController::ServicesController(World world, services::Config config)
    : world_(world),
      config_(std::move(config)),
      queue_(world.clock, [this](const spec::Key& key) { return look_at(key); }),
      follow_(
          world.clock,
          world.cluster,
          kind_name,
          [this](const Change& change) { on_service(change); },
          [this] { relist(); }
      ) {}

void ServicesController::start() { follow_.start(); }

void ServicesController::relist() {
    addresses_.clear();
    cluster::Query query;
    query.kind = kind_name;
    for (const Object& object : world_.cluster.list(query)) note(object);
}

void ServicesController::on_service(const Change& change) {
    if (change.type == Change::Type::deleted) {
        addresses_.erase(spec::key_of(change.object));
    } else {
        note(change.object);
    }
}

void ServicesController::note(const Object& object) {
    const auto& service = object.as<Service>();
    const spec::Key key = spec::key_of(object);
    addresses_.erase(key);
    if (!service.spec.cluster_ip.empty()) addresses_[key] = service.spec.cluster_ip;
    if (services::wants_address(service)) queue_.add(key);
}

Result<void> ServicesController::look_at(const spec::Key& key) {
    const auto object = world_.cluster.get(key);
    if (!object) {
        queue_.remove(key);
        return {};
    }
    Service service = object->as<Service>();
    if (!services::wants_address(service)) return {};
    std::set<std::string> in_use;
    for (const auto& [user, address] : addresses_) in_use.insert(address);
    const auto address = services::address(service, in_use, config_);
    if (!address) {
        const std::string message = "no free address below " + config_.prefix + "0.0/16";
        world_.cluster.event(*object, true, "ClusterIPNotAllocated", message);
        return fail(Code::unavailable, message);
    }
    service.spec.cluster_ip = *address;
    const auto written = world_.cluster.update(std::move(service));
    if (!written) return std::unexpected(written.error());
    addresses_[key] = *address;
    return {};
}

}  // namespace swell::control
