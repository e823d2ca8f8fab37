#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/pods/cgroup/cgroup.hpp"
#include "cluster/pods/cgroup/usage.hpp"

namespace swell::cluster::pods {

/// The control groups of this runtime's containers: PREFIX/POD/CONTAINER in every hierarchy it
/// uses.
class Cgroups {
  public:
    /// Where control groups are. `base` is where PREFIX is made: v1, the folder of the hierarchies
    /// (`cpu`, `memory`, …); v2, a folder whose controllers may be given on.
    struct Layout {
        CgroupVersion version = CgroupVersion::none;
        std::string base;
        std::string why_none;  ///< for people, when there are none
    };

    /// What this machine has and lets us use.
    static Layout detect();

    Cgroups(Layout layout, std::string prefix);

    bool enforced() const { return layout_.version != CgroupVersion::none; }
    CgroupVersion version() const { return layout_.version; }
    const std::string& why_none() const { return layout_.why_none; }

    /// Makes a pod's group with limits that its containers share; before theirs, which may not be
    /// higher. Errors  unavailable.
    Result<void> create_pod(const std::string& pod, const Limits& limits);
    /// Makes a container's group with its limits, empty of processes. Errors  unavailable.
    Result<void> create(const std::string& pod, const std::string& container, const Limits& limits);
    /// Tells the group of a running container other limits. A limit that is taken away stays.
    /// Errors  unavailable: there are no groups; more memory is in use than the limit would allow
    ///         (then nothing was changed); the kernel refuses.
    Result<void> resize(const std::string& pod, const std::string& container, const Limits& limits);
    /// The files by which a process joins.
    std::vector<std::string> procs(const std::string& pod, const std::string& container) const;
    /// Where the kernel counts its OOM kills.
    std::string oom_file(const std::string& pod, const std::string& container) const;
    /// Empty when it cannot be read.
    std::optional<UsageSample> usage(
        const std::string& pod, const std::string& container, Instant at
    ) const;

    /// Kills whatever is left in a pod's groups and removes them. False: some are still in use; ask
    /// again.
    bool remove(const std::string& pod);
    /// The same without a loop to ask again from: waits a second at most for the dying.
    void remove_and_wait(const std::string& pod);
    /// Pods that have groups under our prefix, ours or of a run that crashed.
    std::vector<std::string> pods() const;
    /// Removes the prefix itself, once it is empty.
    void remove_prefix();

  private:
    std::vector<std::string> roots() const;
    Result<void> make(const std::string& root, std::initializer_list<std::string> names) const;
    Result<void> tell(const std::string& pod, const std::string& container, const Limits& limits);
    std::string group(
        std::string_view controller, const std::string& pod, const std::string& container
    ) const;

    Layout layout_;
    std::string prefix_;
};

}  // namespace swell::cluster::pods
