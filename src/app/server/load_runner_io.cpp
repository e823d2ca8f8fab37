#include "app/server/load_runner_io.hpp"

#include <algorithm>

#include "app/server/load_target.hpp"
#include "proxy/config.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {

namespace {

/// For a Service, or its port, that is not there.
constexpr Duration service_patience = std::chrono::seconds(5);

constexpr Duration period = std::chrono::seconds(1);

bool ended(const spec::LoadTestStatus& status) {
    return status.phase == "Succeeded" || status.phase == "Failed";
}

std::string_view kind_name() { return spec::kind_of<spec::LoadTest>().name; }

spec::LoadTestStatus status_of(const trial::Progress& progress, spec::LoadTestStatus status) {
    const auto shares = metrics::percentiles(progress.response_time);
    status.requests = progress.done + progress.failures.total();
    status.errors = progress.failures.total();
    status.dropped = progress.dropped;
    status.p50_seconds = shares.p50;
    status.p95_seconds = shares.p95;
    status.p99_seconds = shares.p99;
    return status;
}

}  // namespace

LoadRunner::LoadRunner(Loop& loop, cluster::Cluster& cluster) : loop_(loop), cluster_(cluster) {}

LoadRunner::~LoadRunner() { loop_.cancel(timer_); }

void LoadRunner::start() {
    started_ = loop_.now();
    // A load that ran when an earlier control plane died has lost its count: it runs anew.
    for (const auto& object : cluster_.list({.kind = kind_name()})) {
        const auto& test = object.as<spec::LoadTest>();
        if (test.status.phase == "Running")
            write(test, {.phase = "Pending", .message = "started again after a restart"});
    }
    look();
}

void LoadRunner::look() {
    for (const auto& object : cluster_.list({.kind = kind_name()})) consider(object);
    std::erase_if(running_, [&](const auto& each) { return !cluster_.get(each.first); });
    timer_ = loop_.call_after(period, [this] { look(); });
}

void LoadRunner::consider(const spec::Object& object) {
    const auto& test = object.as<spec::LoadTest>();
    if (ended(test.status)) return;
    if (const auto found = running_.find(spec::key_of(object)); found != running_.end())
        return follow(test, found->second);
    const auto address = address_of(test);
    if (address) return begin(test, *address);
    spec::LoadTestStatus status = test.status;
    status.phase = "Pending";
    status.message = address.error().what;
    // A Service, or its port, may come a moment after the LoadTest that names it; pods may take
    // their time.
    const bool hopeless =
        address.error().code == Code::not_found && loop_.now() - came(test) > service_patience;
    if (hopeless) {
        status.phase = "Failed";
        status.completion_time = loop_.now();
    }
    if (status != test.status) write(test, status);
}

Instant LoadRunner::came(const spec::LoadTest& test) const {
    return std::max(test.metadata.creation_timestamp.value_or(started_), started_);
}

/// Where the requests go; empty when the test has an address of its own.
/// Errors  not_found: no such Service or port; unavailable: no pod of it is ready, and why.
Result<std::string> LoadRunner::address_of(const spec::LoadTest& test) const {
    const spec::LoadTarget& target = test.spec.target;
    const std::string& ns = test.metadata.ns;
    if (target.service.empty()) return "";
    const spec::Key key{spec::kind_of<spec::Service>().name, ns, target.service};
    const auto object = cluster_.get(key);
    if (!object) return fail(Code::not_found, to_text(key) + " is not there");
    const auto& service = object->as<spec::Service>();
    const auto port = port_of(target, service);
    if (!port) return std::unexpected(port.error());
    const auto slice =
        cluster_.get({spec::kind_of<spec::EndpointSlice>().name, ns, target.service});
    const bool answers =
        slice && std::ranges::any_of(
                     slice->as<spec::EndpointSlice>().endpoints,
                     [](const spec::Endpoint& endpoint) { return endpoint.conditions.ready; }
                 );
    if (service.spec.cluster_ip == "None" || service.spec.type == "ExternalName")
        return fail(Code::not_found, to_text(key) + " has no address of its own to send a load to");
    const std::string address =
        to_text(proxy::Address{service.spec.cluster_ip, static_cast<std::uint16_t>(*port)});
    // Only where the Service listens: else a stranger who has the port would get the load.
    const auto& urls = service.status.urls;
    if (answers && std::ranges::find(urls, "http://" + address) != urls.end()) return address;
    if (answers && !service.spec.cluster_ip.empty())
        return fail(Code::unavailable, to_text(key) + " does not listen on " + address);
    const auto pods = cluster_.list({.kind = spec::kind_of<spec::Pod>().name, .ns = ns});
    const auto events = cluster_.list({.kind = spec::kind_of<spec::Event>().name, .ns = ns});
    const std::string why = why_not_ready(service, pods, events);
    return fail(
        Code::unavailable,
        "waits for a ready endpoint of " + to_text(key) + (why.empty() ? "" : ": " + why)
    );
}

void LoadRunner::begin(const spec::LoadTest& test, const std::string& address) {
    auto plan = trial::make_plan(test.spec, address);
    spec::LoadTestStatus status = test.status;
    status.start_time = loop_.now();
    if (!plan) {
        status.phase = "Failed";
        status.message = plan.error().what;
        status.completion_time = loop_.now();
        return write(test, status);
    }
    Running running{.started = loop_.now(), .ns = test.metadata.ns};
    for (const auto& stage : plan->stages) running.total += stage.duration;
    running.load = std::make_unique<trial::Load>(std::move(*plan));
    running_[{kind_name(), test.metadata.ns, test.metadata.name}] = std::move(running);
    status.phase = "Running";
    status.message.clear();
    write(test, status);
}

void LoadRunner::follow(const spec::LoadTest& test, Running& running) {
    const trial::Progress progress = running.load->progress();
    spec::LoadTestStatus status = status_of(progress, test.status);
    if (progress.finished) {
        status.phase = "Succeeded";
        status.completion_time = loop_.now();
    }
    write(test, status);
}

void LoadRunner::write(spec::LoadTest test, const spec::LoadTestStatus& status) {
    test.status = status;
    test.metadata.resource_version = 0;  // only this writes it
    (void)cluster_.update_status(std::move(test));
}

void LoadRunner::stop() {
    loop_.cancel(timer_);
    for (auto& [key, running] : running_) {
        const auto object = cluster_.get(key);
        if (!object || ended(object->as<spec::LoadTest>().status)) continue;
        const auto& test = object->as<spec::LoadTest>();
        spec::LoadTestStatus status = status_of(running.load->progress(), test.status);
        status.phase = "Failed";
        status.message = "stopped before its end";
        status.completion_time = loop_.now();
        write(test, status);
        running.load->stop();
    }
    running_views_ = views();
    running_.clear();
}

std::vector<LoadView> LoadRunner::views() const {
    if (!running_views_.empty()) return running_views_;
    std::vector<LoadView> result;
    for (const auto& object : cluster_.list({.kind = kind_name()})) {
        const auto& test = object.as<spec::LoadTest>();
        LoadView view{.name = test.metadata.name, .phase = test.status.phase};
        view.requests = test.status.requests;
        view.errors = test.status.errors;
        view.dropped = test.status.dropped;
        view.p50_ms = test.status.p50_seconds * 1000;
        view.p95_ms = test.status.p95_seconds * 1000;
        view.p99_ms = test.status.p99_seconds * 1000;
        if (const auto found = running_.find(spec::key_of(object)); found != running_.end()) {
            const trial::Progress progress = found->second.load->progress();
            view.rate_wanted = progress.rate;
            view.rate_done = progress.last_second.done;
            view.elapsed = progress.elapsed;
            view.total = found->second.total;
        }
        result.push_back(std::move(view));
    }
    return result;
}

bool LoadRunner::any() const { return !cluster_.list({.kind = kind_name()}).empty(); }

std::string LoadRunner::failure() const {
    for (const auto& object : cluster_.list({.kind = kind_name()})) {
        const auto& status = object.as<spec::LoadTest>().status;
        if (status.phase == "Failed") return to_text(spec::key_of(object)) + ": " + status.message;
    }
    return {};
}

std::string LoadRunner::overdue(Duration patience) const {
    for (const auto& object : cluster_.list({.kind = kind_name()})) {
        const auto& test = object.as<spec::LoadTest>();
        const spec::Key key = spec::key_of(object);
        if (ended(test.status) || running_.contains(key)) continue;
        if (loop_.now() - came(test) > patience)
            return to_text(key) + " has not begun within " + to_age(patience) + ": " +
                   test.status.message;
    }
    return {};
}

bool LoadRunner::all_done() const {
    const auto tests = cluster_.list({.kind = kind_name()});
    return std::all_of(tests.begin(), tests.end(), [](const spec::Object& object) {
        return ended(object.as<spec::LoadTest>().status);
    });
}

}  // namespace swell::app
