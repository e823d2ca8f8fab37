#pragma once

#include <functional>
#include <string>

#include "base/rng.hpp"
#include "cluster/cluster.hpp"

namespace swell::simulation {

/// A write of a controller that was done.
struct Write {
    enum class Act { create, update, status, remove };
    Act act = Act::update;
    const std::string& controller;  ///< `hpa`, `vpa`, `replicaset`, `deployment`
    const cluster::Object* before;  ///< nullptr: it was created
    const cluster::Object* after;   ///< nullptr: it was removed
};

/// How often the API refuses: shares of the writes.
struct Refusals {
    double unavailable = 0;
    /// Somebody else writes the object first, so that the version that was read is an old one.
    double overtaken = 0;
};

/// The objects as one controller reaches them: some of its writes are refused before they do
/// anything, and of those that are done `on_write` hears.
class Door final : public cluster::Cluster {
  public:
    using OnWrite = std::function<void(const Write&)>;

    Door(
        std::string controller,
        cluster::Cluster& behind,
        Rng rng,
        const Refusals& refusals,
        OnWrite on_write
    );

    Result<cluster::Object> get(const spec::Key& key) const override { return behind_.get(key); }
    std::vector<cluster::Object> list(const cluster::Query& query) const override {
        return behind_.list(query);
    }
    std::uint64_t version() const override { return behind_.version(); }
    Result<cluster::Object> create(cluster::Object object) override;
    Result<cluster::Object> update(cluster::Object object) override;
    Result<cluster::Object> resize(cluster::Object pod) override;
    Result<cluster::Object> update_status(cluster::Object object) override;
    Result<void> remove(const spec::Key& key, const Deletion& deletion) override;
    std::unique_ptr<cluster::Watching> watch(
        const cluster::Query& query,
        std::uint64_t since,
        std::function<void(const cluster::Change&)> on_change,
        std::function<void()> on_expired
    ) override {
        return behind_.watch(query, since, std::move(on_change), std::move(on_expired));
    }
    void event(
        const cluster::Object& about,
        bool warning,
        const std::string& reason,
        const std::string& message
    ) override {
        behind_.event(about, warning, reason, message);
    }

    std::size_t refused() const { return refused_; }

  private:
    bool is_unavailable();
    void overtake(const spec::Key& key);

    std::string controller_;
    cluster::Cluster& behind_;
    Rng rng_;
    const Refusals& refusals_;
    OnWrite on_write_;
    std::size_t refused_ = 0;
    std::uint64_t overtaken_ = 0;
};

}  // namespace swell::simulation
