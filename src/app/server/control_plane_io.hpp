#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/server/state_dir_io.hpp"
#include "app/view/model.hpp"
#include "base/loop_io.hpp"
#include "cluster/cluster.hpp"

namespace swell::app {

/// The embedded world, put together: store, journal, pods, controllers, proxy, API. It runs while
/// its loop runs. Loop's thread.
class ControlPlane {
  public:
    struct Config {
        StateDir dir;
        std::string binary;   ///< of swell, for shims and the proxy
        bool detach = false;  ///< pods and proxy outlive this process
        Duration hpa_sync_period = std::chrono::seconds(15);
        std::uint64_t seed = 0;  ///< of names and uids
    };

    /// Takes the folder's lock, opens its files, finds what an earlier control plane left, starts
    /// all. The objects of a run with --detach go on; those of a run in the foreground that was
    /// killed are removed: they are not to outlive it. Errors  exists: another one runs here;
    /// invalid: files of a newer version; unavailable.
    static Result<std::unique_ptr<ControlPlane>> start(Loop& loop, Config config);
    ~ControlPlane();
    ControlPlane(const ControlPlane&) = delete;
    ControlPlane& operator=(const ControlPlane&) = delete;

    /// Creates or updates objects as `swell apply` does; in the foreground the folder's objects are
    /// this run's from then on. Errors  invalid: all problems.
    Result<void> apply(const std::vector<spec::Object>& objects);

    /// Ends load, pods (gracefully, drained by the proxy) and proxy, then calls `done`. With
    /// `forget` the objects go too: the next start begins empty; the journal stays.
    void stop(bool forget, std::function<void()> done);
    /// Called when `swell down` asks for the end.
    void on_stop(std::function<void()> then);
    /// Last resort: ends every process at once.
    void kill();

    View view() const;
    Summary summary() const;

    /// The proxy serves what there is, and each Deployment has all its replicas ready.
    bool ready() const;
    bool has_load() const;
    bool load_ended() const;
    /// All load has ended and every HPA holds its target at its minimum or has nothing left to
    /// change.
    bool settled() const;
    /// What became of the objects of an earlier run, a line for people; empty when there were none.
    const std::string& left_over() const;
    /// Why a load could not be sent: `loadtest/peak: …`; empty when all could.
    std::string load_failure() const;
    /// Which load has not begun `patience` after it came, and what it waits for; empty when none.
    std::string load_overdue(Duration patience) const;
    std::string metrics_url() const;

  private:
    struct Parts;
    explicit ControlPlane(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace swell::app
