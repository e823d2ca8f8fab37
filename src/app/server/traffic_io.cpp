#include "app/server/traffic_io.hpp"

#include <algorithm>

#include "app/server/traffic.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {

namespace {

// Changes that come together (a rollout's) make one snapshot.
constexpr Duration gather = std::chrono::milliseconds(2);
// The proxy tries by itself to listen where it could not; this is how often it is asked.
constexpr Duration ask_again = std::chrono::seconds(2);

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

Traffic::~Traffic() {
    loop_.cancel(timer_);
    loop_.cancel(again_);
}

void Traffic::start() {
    remote_.on_drained([this](const std::string& id) { on_drained(id); });
    remote_.on_applied_again([this](const proxy::Applied& applied) { on_applied(applied); });
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
    const auto services = cluster_.list({.kind = kind_name_of_services()});
    note_clashes(services);
    proxy::Snapshot snapshot;
    snapshot.version = ++version_;
    snapshot.services = traffic(
        services, cluster_.list({.kind = spec::kind_of<spec::EndpointSlice>().name}), draining_
    );
    remote_.apply(std::move(snapshot), [this](Result<proxy::Applied> applied) {
        if (applied) return on_applied(*applied);
        if (applied.error().code == Code::invalid) refused_ = applied.error().what;
    });
}

void Traffic::note_clashes(const std::vector<spec::Object>& services) {
    decltype(clashes_) now;
    for (const Clash& clash : clashes(services)) {
        const std::string address = to_text(clash.address);
        const std::string what = to_text(clash.service) + " does not listen on " + address + ": " +
                                 to_text(clash.holder) + " has it";
        if (!clashes_.contains({clash.service, address})) tell(clash.service, what);
        now.emplace(std::pair(clash.service, address), what);
    }
    clashes_ = std::move(now);
}

void Traffic::on_applied(const proxy::Applied& applied) {
    applied_ = std::max(applied_, applied.version);
    refused_.clear();
    std::map<std::string, std::string> deaf;
    open_.clear();
    for (const auto& listener : applied.listeners) {
        const std::string address = to_text(listener.address);
        if (listener.error.empty()) {
            open_.emplace(listener.service, address);
            continue;
        }
        const std::string what =
            to_text(listener.service) + " does not listen on " + address + ": " + listener.error;
        if (!deaf_.contains(address)) tell(listener.service, what);
        deaf.emplace(address, what);
    }
    deaf_ = std::move(deaf);
    write_urls();
    if (!deaf_.empty() && again_ == 0)
        again_ = loop_.call_after(ask_again, [this] {
            again_ = 0;
            changed();
        });
}

void Traffic::tell(const proxy::ServiceKey& service, const std::string& what) {
    const auto object = cluster_.get({kind_name_of_services(), service.ns, service.name});
    if (object) cluster_.event(*object, true, "FailedToListen", what);
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
        // Whoever follows a URL must not reach a stranger who has the port, nor another Service.
        std::erase_if(wanted, [&](const std::string& url) {
            return std::ranges::none_of(open_, [&](const auto& one) {
                return one.first.ns == object.metadata().ns &&
                       one.first.name == object.metadata().name && url == "http://" + one.second;
            });
        });
        const auto& service = object.as<spec::Service>();
        if (service.status.urls == wanted) continue;
        auto next = service;
        next.status.urls = std::move(wanted);
        // A conflict means a newer write, whose change calls us again.
        (void)cluster_.update_status(std::move(next));
    }
}

std::vector<std::string> Traffic::warnings() const {
    std::vector<std::string> list;
    for (const auto& [address, what] : deaf_) list.push_back(what);
    for (const auto& [place, what] : clashes_) list.push_back(what);
    if (!refused_.empty())
        list.push_back("the proxy does not take the Services and goes on as before: " + refused_);
    return list;
}

}  // namespace swell::app
