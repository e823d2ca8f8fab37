#pragma once

#include <string>

#include "cluster/pods/lifecycle.hpp"
#include "journal/entry.hpp"
#include "spec/object.hpp"

namespace swell::cluster::pods {

/// Whose restart is told.
struct RestartOf {
    spec::Key pod;
    const spec::PodSpec& spec;
    const spec::Container& container;
    bool init = false;
};

/// The decision to start a container again, as the journal keeps it.
///
/// why  what its probe found, or resize_restart; empty: it ended by itself, as facts.exit says
journal::Entry restart_entry(
    const RestartOf& of, const ContainerFacts& facts, const std::string& why, Instant now
);

}  // namespace swell::cluster::pods
