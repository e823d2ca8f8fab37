#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "cluster/cluster.hpp"
#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "cluster/pods/ports_io.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "cluster/pods/shim/shim_io.hpp"
#include "cluster/pods/volumes_io.hpp"
#include "http/client_io.hpp"
#include "journal/entry.hpp"

namespace swell::cluster::pods {

/// What all pods of a runtime share. It outlives them.
struct Context {
    Loop& loop;
    Cluster& cluster;
    journal::Journal& journal;
    TrafficGate& gate;
    const PodRuntime::Config& config;
    http::Client& client;
    Cgroups& cgroups;
    PortBook& ports;
    const Fd* lifeline;         ///< nullptr: detached
    std::string lifeline_path;  ///< a FIFO for adopted pods; empty: detached
    std::string memory_folder;  ///< within a tmpfs; empty: there is none
    Variables base_environment;
    IsolationCheck isolation;
};

/// A pod as its containers see it.
struct PodShared {
    Context& context;
    Object object;  ///< newest, for events
    spec::Pod pod;  ///< with the status as last written
    std::string folder;
    std::vector<VolumeFolder> volumes;
    std::function<void()> changed;  ///< something happened: decide again, soon

    void event(bool warning, const std::string& reason, const std::string& message) {
        context.cluster.event(object, warning, reason, message);
    }
};

}  // namespace swell::cluster::pods
