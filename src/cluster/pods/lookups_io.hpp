#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster/cluster.hpp"
#include "cluster/pods/environment.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// The objects of a namespace that pods refer to, held while they are looked at.
class Lookups {
  public:
    Lookups(const Cluster& cluster, std::string ns) : cluster_(cluster), ns_(std::move(ns)) {}

    const spec::ConfigMap* config_map(const std::string& name) const;
    const spec::Secret* secret(const std::string& name) const;
    std::vector<const spec::Service*> services() const;

  private:
    const Object* find(const spec::Kind& kind, const std::string& name) const;

    const Cluster& cluster_;
    std::string ns_;
    mutable std::map<Key, Object> held_;
};

/// This machine, and the file system that `folder` is in.
Machine this_machine(const std::string& folder);

}  // namespace swell::cluster::pods
