#include "app/server/doctor_io.hpp"

#include <filesystem>
#include <iostream>
#include <memory>

#include "base/json.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"

namespace swell::app {

namespace {

/// Nobody's traffic: the doctor runs nothing.
class NoTraffic final : public cluster::TrafficGate {
  public:
    void drain(const spec::Key&, std::function<void()> done) override { done(); }
};

}  // namespace

Result<void> doctor(const Options& options, const StateDir& dir) {
    Loop loop;
    auto store = cluster::Store::open("", loop, Rng(1));
    if (!store) return std::unexpected(store.error());
    journal::MemoryJournal journal;
    NoTraffic traffic;
    cluster::PodRuntime::Config config;
    config.state_dir = dir.path + "/doctor";
    config.cgroup_prefix = "swell-doctor-" + dir.tag();
    config.swell_binary = std::filesystem::read_symlink("/proc/self/exe").string();
    std::vector<std::string> warnings;
    {
        cluster::PodRuntime runtime(loop, **store, journal, traffic, Rng(1), config);
        if (const auto started = runtime.start(); !started) return started;
        warnings = runtime.warnings();
    }
    std::error_code error;
    std::filesystem::remove_all(config.state_dir, error);
    if (options.output == "json") {
        std::cout << Json{{"warnings", warnings}}.dump(2) << "\n";
        return {};
    }
    if (warnings.empty()) std::cout << "This machine enforces everything that pods ask for.\n";
    for (const auto& warning : warnings) std::cout << "- " << warning << "\n";
    return {};
}

}  // namespace swell::app
