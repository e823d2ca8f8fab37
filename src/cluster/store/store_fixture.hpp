#pragma once

#include <memory>
#include <string>

#include "base/check.hpp"
#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"

// What the tests of the store write with.

namespace swell::cluster::fixture {

inline const Instant start{std::chrono::seconds(1'800'000'000)};

inline spec::ConfigMap config(const std::string& name, const std::string& ns = "default") {
    spec::ConfigMap made;
    made.metadata.name = name;
    made.metadata.ns = ns;
    made.data["key"] = "value";
    return made;
}

inline spec::Deployment deployment(const std::string& name, const std::string& ns = "default") {
    spec::Deployment made;
    made.metadata.name = name;
    made.metadata.ns = ns;
    made.metadata.labels["app"] = name;
    made.spec.selector.match_labels["app"] = name;
    made.spec.pod_template.metadata.labels["app"] = name;
    spec::Container container;
    container.name = "main";
    container.command = {"/bin/true"};
    made.spec.pod_template.spec.containers.push_back(container);
    made.spec.strategy.rolling_update = spec::RollingUpdate{};  // as the reader fills it in
    return made;
}

inline spec::Pod pod(const std::string& name, const std::string& ns = "default") {
    spec::Pod made;
    made.metadata.name = name;
    made.metadata.ns = ns;
    made.metadata.labels["app"] = "shop";
    made.spec = deployment("shop").spec.pod_template.spec;
    return made;
}

/// As a controller would: the first owner of a kind manages.
template <class T>
T owned(T object, const Object& owner, bool controller = true) {
    spec::OwnerReference reference;
    reference.api_version = owner.kind().api_version;
    reference.kind = owner.kind().name;
    reference.name = owner.metadata().name;
    reference.uid = owner.metadata().uid;
    reference.controller = controller;
    object.metadata.owner_references.push_back(std::move(reference));
    return object;
}

inline Key key(std::string_view kind, const std::string& name, const std::string& ns = "default") {
    return {kind, ns, name};
}

/// A store in memory on a clock that stands.
struct World {
    SimClock clock{start};
    std::unique_ptr<Store> owner;
    Store& store;

    explicit World(const Store::Options& options = Store::Options())
        : owner(Store::open("", clock, Rng(1), options).value()), store(*owner) {}
    Object make(Object object) { return store.create(std::move(object)).value(); }
    bool has(const Key& wanted) const { return store.get(wanted).has_value(); }
};

}  // namespace swell::cluster::fixture
