#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/pods/expand.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster::pods {

/// What this machine has, for a resourceFieldRef to a limit that is not set.
struct Machine {
    std::int64_t cpu_milli = 1000;
    std::int64_t memory = 0;   ///< bytes
    std::int64_t storage = 0;  ///< bytes, of the file system that pods' folders are in
};

/// What the variables of a container are made of.
struct EnvironmentSources {
    const spec::Pod& pod;  ///< with status.ports and pod IP
    const spec::Container& container;
    Variables base;                              ///< of the machine: PATH, HOME, …
    std::vector<const spec::Service*> services;  ///< of the pod's namespace
    std::function<const spec::ConfigMap*(const std::string&)>
        config_map;  ///< nullptr: there is none
    std::function<const spec::Secret*(const std::string&)> secret;
    Variables volumes;  ///< SWELL_VOLUME_<NAME>: where each volume lies
    Machine machine;
};

/// The variables of a container, as kubelet builds them, later ones over earlier ones:
///
///     machine < HOSTNAME < Services < PORT, SWELL_URL_… < envFrom in order < env in order
///
/// In `env`, $(NAME) sees envFrom, what stands before it, ports and Services. A PORT or PORT_<NAME>
/// that a manifest sets to one of the container's own ports becomes the port that was really given.
///
/// Errors  not_found: a ConfigMap, Secret or key that is not optional, in kubelet's words.
/// Source  kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables
Result<Variables> environment(const EnvironmentSources& from);

/// Variables of Services: <NAME>_SERVICE_HOST, <NAME>_SERVICE_PORT, <NAME>_SERVICE_PORT_<PORTNAME>,
/// the older <NAME>_PORT_… of links, and Swell's own SWELL_URL_<NAME>. Those without an address
/// have none.
///
/// links   false (enableServiceLinks): only SWELL_URL_<NAME>
/// Source  kubernetes pkg/kubelet/envvars/envvars.go
Variables service_variables(const std::vector<const spec::Service*>& services, bool links);

/// `my-db.x` to `MY_DB_X`.
std::string variable_name(std::string_view name);

}  // namespace swell::cluster::pods
