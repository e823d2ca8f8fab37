#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "cluster/cluster.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "proxy/remote_io.hpp"

namespace swell::app {

/// Keeps the proxy told: Services and EndpointSlices become snapshots, a pod that ends is drained
/// first, Services learn their URLs. Loop's thread.
class Traffic final : public cluster::TrafficGate {
  public:
    Traffic(Loop& loop, cluster::Cluster& cluster, proxy::Remote& remote);
    ~Traffic() override;

    void start();
    void drain(const spec::Key& pod, std::function<void()> done) override;

    /// Listeners that could not be opened, and what the proxy does not take, for people.
    std::vector<std::string> warnings() const;
    /// Whether each TCP port of each Service listens or has said why not.
    bool listening() const { return applied_ >= version_ && version_ > first_version_; }

  private:
    void changed();
    void send();
    void on_applied(const proxy::Applied& applied);
    void on_drained(const std::string& id);
    void write_urls();
    void tell(const proxy::ServiceKey& service, const std::string& what);
    void note_clashes(const std::vector<spec::Object>& services);

    Loop& loop_;
    cluster::Cluster& cluster_;
    proxy::Remote& remote_;
    std::vector<std::unique_ptr<cluster::Watching>> watching_;
    std::set<std::string> draining_;
    std::map<std::string, std::vector<std::function<void()>>> waiting_;
    std::set<std::pair<proxy::ServiceKey, std::string>>
        open_;                                 // addresses that the proxy listens on
    std::map<std::string, std::string> deaf_;  // by address: why it does not listen there
    std::map<std::pair<proxy::ServiceKey, std::string>, std::string> clashes_;  // the same, as text
    std::string refused_;  // why the proxy does not take what we want of it
    std::int64_t first_version_ = 0, version_ = 0, applied_ = 0;
    Clock::Timer timer_ = 0, again_ = 0;
};

}  // namespace swell::app
