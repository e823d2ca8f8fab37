#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "cluster/pods/cgroup/usage.hpp"
#include "cluster/pods/container_process_io.hpp"
#include "cluster/pods/lifecycle.hpp"
#include "cluster/pods/pod_context_io.hpp"
#include "cluster/pods/probe/prober_io.hpp"

namespace swell::cluster::pods {

/// One container of a pod on this machine: does what its pod decides, and knows how it went.
class ContainerRun {
  public:
    ContainerRun(PodShared& pod, const spec::Container& container, bool init);
    ~ContainerRun();

    const spec::Container& spec() const { return container_; }
    const ContainerFacts& facts() const { return facts_; }
    /// Whether a run of it has left traces in the pod's folder.
    bool has_run() const { return run_ >= 0; }

    /// Takes over what an earlier control plane left: a running shim, a record, or what the pod's
    /// status says.
    void adopt();
    /// Starts it, for the first time or again. What it lacks is told in the facts and tried again
    /// later.
    void start();
    /// preStop, SIGTERM, and at `deadline` SIGKILL. A second call can only bring the deadline
    /// forward.
    void stop(Instant deadline, bool with_pre_stop);
    void kill();
    /// For the last resort: kill and wait.
    void kill_and_join();

    /// What it may have from now on: at once when it does not run, else with resize().
    void grant(const spec::ResourceRequirements& resources);
    /// Puts what was granted in force while it runs, or ends it to be started anew where its
    /// resizePolicy says so. False: that failed (the facts say why), and is to be tried again.
    bool resize();

    /// The pod is down: a restart that was decided will not come.
    void give_up_restart();

    void sample_usage(Instant now);
    std::optional<Usage> usage() const { return usage_.usage(); }
    std::string folder() const { return pod_.folder + "/" + container_.name; }

  private:
    Result<ShimSpec> prepare();
    Result<Variables> variables() const;
    std::string working_folder() const;
    void lacks(const std::string& reason, const std::string& message);
    bool journal_restart(const std::string& why);
    Result<void> resize_in_place();
    ContainerProcess::Calls calls();
    void on_started(const Running& running);
    void on_exit(const Exit& exit);
    void begin_running();
    void end_checks();
    void probe(ProbeKind kind);
    void schedule_probe(ProbeKind kind);
    void on_probed(ProbeKind kind, const CheckResult& result);
    std::optional<ProbeState>& state_of(ProbeKind kind);
    const std::optional<spec::Probe>& spec_of(ProbeKind kind) const;
    Check check_of(const spec::Probe& probe) const;
    void run_hook(const spec::LifecycleHandler& handler, Duration longest, RunningCheck::Done done);
    ExecSpec exec_spec(const std::vector<std::string>& command) const;
    void terminate();

    PodShared& pod_;
    Context& context_;
    spec::Container container_;
    bool init_;
    ContainerFacts facts_;
    int run_ = -1;  ///< names the run's folder and log; rises
    std::unique_ptr<ContainerProcess> process_;
    std::array<std::unique_ptr<RunningCheck>, 3> checks_;
    std::array<Clock::Timer, 3> probe_timers_{};
    std::unique_ptr<RunningCheck> hook_;
    Clock::Timer kill_timer_ = 0, term_timer_ = 0;
    Instant kill_at_{};
    std::uint64_t restart_entry_ = 0;  ///< of the journal, until the restart is done
    std::uint64_t resize_entry_ = 0;   ///< of the journal, until the resize is done
    UsageWindow usage_;
};

}  // namespace swell::cluster::pods
