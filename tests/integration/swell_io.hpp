#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/client_io.hpp"
#include "base/time.hpp"

namespace swell::test {

struct Outcome {
    int exit_code = -1;  ///< 128 + signal when killed by one
    std::string out, err;
};

/// A process of ours in the background; killed, and reaped, at the end of its scope.
class Process {
  public:
    Process(const std::vector<std::string>& words, const std::string& log);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    int pid() const { return pid_; }
    void signal(int number) const;
    /// Waits for its end. Returns the exit code; nothing when it has not ended within `patience`.
    std::optional<int> wait(Duration patience);
    /// What it printed so far, on both outputs.
    std::string output() const;

  private:
    int pid_ = 0;
    std::string log_;
    std::optional<int> code_;
};

/// One `swell` with a state folder of its own, below the system's folder of temporary files. The
/// end of its scope ends everything it runs, and removes the folder.
class Swell {
  public:
    Swell();
    ~Swell();
    Swell(const Swell&) = delete;
    Swell& operator=(const Swell&) = delete;

    /// Runs `swell WORDS… --state …` to its end.
    Outcome run(std::vector<std::string> words, const std::string& input = "") const;
    /// Starts it in the background.
    std::unique_ptr<Process> start(std::vector<std::string> words) const;
    /// Writes a file into the test's folder; returns its path.
    std::string file(const std::string& name, const std::string& text) const;

    app::ApiClient api() const;
    const std::string& folder() const { return folder_; }
    std::string state() const { return folder_ + "/state"; }

    /// Processes of this machine whose environment, command line or working folder names our
    /// folder, and that are not ours to begin with: pods, shims, proxies, control planes.
    std::vector<int> processes() const;
    /// Control groups named after our state folder.
    std::vector<std::string> cgroups() const;
    /// Folders of volumes in memory.
    std::vector<std::string> in_memory() const;

  private:
    std::string folder_;
};

/// Looks again and again until it holds. Returns whether it did within `patience`, which is there
/// to end a test that would hang, not to measure.
bool eventually(const std::function<bool()>& holds, Duration patience = std::chrono::seconds(60));

/// Path of a built example or of the binary's folder.
std::string binary_folder();

}  // namespace swell::test
