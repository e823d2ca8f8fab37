#include "app/server/traffic_io.hpp"

#include "app/server/traffic.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {

namespace {

// Changes that come together (a rollout's) make one snapshot.
constexpr Duration gather = std::chrono::milliseconds(2);

std::string_view kind_name_of_services() { return spec::kind_of<spec::Service>().name; }

}  // namespace

Traffic::Traffic(Loop& loop, cluster::Cluster& cluster, proxy::Remote& remote)
    : loop_(loop), cluster_(cluster), remote_(remote) {
    // Rises across restarts of the control plane too: the proxy may have outlived the one before.
    first_version_ =
        std::chrono::duration_cast<std::chrono::milliseconds>(loop.now().time_since_epoch())
            .count();
    version_ = first_version_;
}

Traffic::~Traffic() { loop_.cancel(timer_); }

void Traffic::start() {
    remote_.on_drained([this](const std::string& id) { on_drained(id); });
    for (const std::string_view kind :
         {kind_name_of_services(), spec::kind_of<spec::EndpointSlice>().name})
        watching_.push_back(cluster_.watch(
            {.kind = kind},
            cluster_.version(),
            [this](const cluster::Change&) { changed(); },
            [this] { changed(); }
        ));
    watching_.push_back(cluster_.watch(
        {.kind = spec::kind_of<spec::Pod>().name},
        cluster_.version(),
        [this](const cluster::Change& change) {
            if (change.type != cluster::Change::Type::deleted) return;
            const auto& metadata = change.object.metadata();
            if (draining_.erase(endpoint_id(metadata.ns, metadata.name)) > 0) changed();
        },
        [] {}
    ));
    send();
}

void Traffic::changed() {
    if (timer_ != 0) return;
    timer_ = loop_.call_after(gather, [this] {
        timer_ = 0;
        send();
    });
}

void Traffic::send() {
    loop_.cancel(timer_);
    timer_ = 0;
    write_urls();
    proxy::Snapshot snapshot;
    snapshot.version = ++version_;
    snapshot.services = traffic(
        cluster_.list({.kind = kind_name_of_services()}),
        cluster_.list({.kind = spec::kind_of<spec::EndpointSlice>().name}),
        draining_
    );
    remote_.apply(std::move(snapshot), [this](Result<proxy::Applied> applied) {
        if (applied) on_applied(*applied);
    });
}

void Traffic::on_applied(const proxy::Applied& applied) {
    applied_ = std::max(applied_, applied.version);
    warnings_.clear();
    for (const auto& listener : applied.listeners)
        if (!listener.error.empty())
            warnings_.push_back(
                to_text(listener.service) + " does not listen on " + to_text(listener.address) +
                ": " + listener.error
            );
}

void Traffic::drain(const spec::Key& pod, std::function<void()> done) {
    const std::string id = endpoint_id(pod.ns, pod.name);
    bool serves = false;
    for (const auto& slice :
         cluster_.list({.kind = spec::kind_of<spec::EndpointSlice>().name, .ns = pod.ns}))
        for (const auto& endpoint : slice.as<spec::EndpointSlice>().endpoints)
            serves = serves || (endpoint.target_ref && endpoint.target_ref->name == pod.name);
    if (!serves) return loop_.post(std::move(done));
    draining_.insert(id);
    waiting_[id].push_back(std::move(done));
    changed();
}

void Traffic::on_drained(const std::string& id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) return;
    const auto calls = std::move(found->second);
    waiting_.erase(found);
    for (const auto& call : calls) call();
}

void Traffic::write_urls() {
    for (const auto& object : cluster_.list({.kind = kind_name_of_services()})) {
        auto wanted = urls(object);
        const auto& service = object.as<spec::Service>();
        if (service.status.urls == wanted) continue;
        auto next = service;
        next.status.urls = std::move(wanted);
        // A conflict means a newer write, whose change calls us again.
        (void)cluster_.update_status(std::move(next));
    }
}

std::vector<std::string> Traffic::warnings() const { return warnings_; }

}  // namespace swell::app
