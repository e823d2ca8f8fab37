#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/view/model.hpp"
#include "base/loop_io.hpp"
#include "base/result.hpp"
#include "cluster/cluster.hpp"
#include "spec/kinds/swell.hpp"
#include "trial/load/load_io.hpp"

namespace swell::app {

/// Runs LoadTests: each waits until its Service has a ready endpoint, runs once, and leaves what it
/// measured in its status. Loop's thread; the load itself has a thread of its own.
class LoadRunner {
  public:
    LoadRunner(Loop& loop, cluster::Cluster& cluster);
    ~LoadRunner();
    LoadRunner(const LoadRunner&) = delete;
    LoadRunner& operator=(const LoadRunner&) = delete;

    void start();
    /// Ends what runs; its status says so.
    void stop();

    std::vector<LoadView> views() const;
    /// Whether there is a load test, and whether all of them have ended.
    bool any() const;
    bool all_done() const;
    /// Of the first that has failed; empty when none has.
    std::string failure() const;
    /// Of the first that has not begun `patience` after it came, and what it waits for; empty when
    /// there is none.
    std::string overdue(Duration patience) const;

  private:
    struct Running {
        std::unique_ptr<trial::Load> load;
        Instant started{};
        Duration total{};
        std::string ns;
    };

    void look();
    void consider(const spec::Object& object);
    void begin(const spec::LoadTest& test, const std::string& address);
    void follow(const spec::LoadTest& test, Running& running);
    void write(spec::LoadTest test, const spec::LoadTestStatus& status);
    Instant came(const spec::LoadTest& test) const;
    Result<std::string> address_of(const spec::LoadTest& test) const;

    Loop& loop_;
    cluster::Cluster& cluster_;
    std::map<spec::Key, Running> running_;
    std::vector<LoadView> running_views_;  // once stopped: what was last seen
    Instant started_{};
    Clock::Timer timer_ = 0;
};

}  // namespace swell::app
