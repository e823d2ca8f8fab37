#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "cluster/store/store.hpp"
#include "journal/memory.hpp"

namespace swell::cluster::pods {

/// Lets go of pods at once, or when told.
class TestGate final : public TrafficGate {
  public:
    void drain(const Key& pod, std::function<void()> done) override {
        drained.push_back(pod.name);
        if (!hold) return done();
        held.push_back(std::move(done));
    }
    bool hold = false;
    std::vector<std::string> drained;
    std::vector<std::function<void()>> held;
};

/// A control plane in one process: a loop, a store, a journal, a runtime with real processes.
class World {
  public:
    /// store_path  empty: in memory
    World(const std::string& state_dir, const std::string& store_path, PodRuntime::Config config);
    ~World();

    /// Turns the loop until it holds; false after a generous time.
    bool until(const std::function<bool()>& holds);

    Object create(const std::string& json);
    Object create_pod(
        const std::string& name, const std::string& spec_json, const std::string& annotations = "{}"
    );
    /// A one-container pod that runs a shell line.
    Object create_shell(
        const std::string& name,
        const std::string& line,
        const std::string& policy = "Never",
        const std::string& more = ""
    );
    spec::Pod pod(const std::string& name) const;
    bool exists(const std::string& name) const;
    std::string phase(const std::string& name) const {
        return exists(name) ? pod(name).status.phase : "gone";
    }
    spec::ContainerStatus container(const std::string& name, std::size_t index = 0) const;
    bool ready(const std::string& name) const;
    std::string log(const std::string& name, LogQuery query = {}) const;
    bool has_event(const std::string& reason) const;
    void remove(const std::string& name, std::optional<std::int64_t> grace = {});
    bool stop();

    Loop loop;
    TestGate gate;
    journal::MemoryJournal journal;
    std::unique_ptr<Store> store;
    std::unique_ptr<PodRuntime> runtime;
};

class RuntimeTest : public testing::Test {
  protected:
    RuntimeTest();
    ~RuntimeTest() override;

    PodRuntime::Config config(bool detach = false) const;
    std::unique_ptr<World> world(PodRuntime::Config with, const std::string& store_path = "") const;
    std::unique_ptr<World> world() const { return world(config()); }
    std::string state_dir() const { return folder_ + "/state"; }

    std::string folder_, prefix_;
};

/// Processes of this machine whose command line contains the text.
std::vector<int> processes_with(const std::string& text);
/// Whether a control group of that prefix is left in any hierarchy.
bool groups_left(const std::string& prefix);

}  // namespace swell::cluster::pods
