#include "app/server/control_plane_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/server/admit.hpp"
#include "app/server/disk_words.hpp"
#include "app/server/left_over.hpp"
#include "app/server/load_runner_io.hpp"
#include "app/server/logs_io.hpp"
#include "app/server/noting_journal.hpp"
#include "app/server/proxy_process_io.hpp"
#include "app/server/traffic.hpp"
#include "app/server/traffic_io.hpp"
#include "app/server/traffic_metrics.hpp"
#include "app/server/watch_over_io.hpp"
#include "cluster/api/api_io.hpp"
#include "cluster/list.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "cluster/store/store.hpp"
#include "control/deployment/controller.hpp"
#include "control/endpoints/controller.hpp"
#include "control/hpa/controller.hpp"
#include "control/replicaset/controller.hpp"
#include "control/services/controller.hpp"
#include "control/vpa/controller.hpp"
#include "http/server_io.hpp"
#include "journal/journal_io.hpp"
#include "metrics/instruments/exposition.hpp"
#include "proxy/remote_io.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/registry.hpp"

namespace swell::app {

namespace {

constexpr Duration proxy_grace = std::chrono::seconds(5);
constexpr Duration left_over_shown = std::chrono::seconds(30);
constexpr const char* metrics_port = ":9464";  // the port OpenMetrics exporters use by custom

}  // namespace

// Built from the top down, destroyed from the bottom up: each part may use those above it.
struct ControlPlane::Parts {
    Loop& loop;
    Config config;
    Fd lock;
    Fd lifeline_read, lifeline_write;
    Rng rng;
    std::unique_ptr<cluster::Store> store;
    std::unique_ptr<journal::SqliteJournal> kept_journal;
    std::unique_ptr<NotingJournal> journal;
    std::unique_ptr<ProxyProcess> proxy;
    std::unique_ptr<proxy::Remote> remote;
    bool stopping = false;
    std::unique_ptr<Traffic> traffic;
    std::unique_ptr<cluster::PodRuntime> pods;
    std::unique_ptr<TrafficMetrics> measured;
    std::unique_ptr<WatchOver> watch_over;
    std::unique_ptr<control::ServicesController> services;
    std::unique_ptr<control::EndpointsController> endpoints;
    std::unique_ptr<control::DeploymentController> deployments;
    std::unique_ptr<control::vpa::VpaController> vpas;  // gives the next one its admission
    std::unique_ptr<control::ReplicaSetController> replica_sets;
    std::unique_ptr<control::hpa::HpaController> hpas;
    std::unique_ptr<LoadRunner> loads;
    std::unique_ptr<cluster::Api> api;
    std::unique_ptr<cluster::ApiServer> api_server;
    std::unique_ptr<Logs> logs;
    std::unique_ptr<http::Server> metrics_server;
    std::string metrics_address;
    DiskWords disk;
    std::string unsaid;     // for the log
    std::string left_over;  // what became of it, in words
    Instant began{};
    std::function<void()> on_stop;
    Clock::Timer tick = 0;

    Parts(Loop& the_loop, Config the_config)
        : loop(the_loop), config(std::move(the_config)), rng(config.seed), disk(config.dir.path) {}
    ~Parts() { loop.cancel(tick); }

    Result<void> open();
    void inherit();
    void forget();
    Result<void> run();
    void routes();
    void serve_metrics();
    std::string metrics_url() const {
        return metrics_address.empty() ? "" : "http://" + metrics_address + "/metrics";
    }
    void every_second();
    void look_at_disk();
    std::vector<spec::Object> list(std::string_view kind) const {
        return store->list({.kind = kind});
    }
    bool deployment_ready(const spec::Deployment& deployment) const;
    bool at_rest(const spec::HorizontalPodAutoscaler& hpa) const;
};

Result<void> ControlPlane::Parts::open() {
    auto locked = app::lock(config.dir);
    if (!locked) return std::unexpected(locked.error());
    lock = std::move(*locked);
    auto opened = cluster::Store::open(config.dir.objects(), loop, rng.split());
    if (!opened) return std::unexpected(opened.error());
    store = std::move(*opened);
    auto entries = journal::SqliteJournal::open(config.dir.journal());
    if (!entries) return std::unexpected(entries.error());
    kept_journal = std::move(*entries);
    journal = std::make_unique<NotingJournal>(*kept_journal, [this](const journal::Entry& entry) {
        if (watch_over) watch_over->decided(entry);
    });
    inherit();
    if (!config.detach) {
        // Nobody but this process holds the writing end: when it ends, however it ends, the other
        // end says so.
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(errno_error("pipe"));
        lifeline_read = Fd(ends[0]);
        lifeline_write = Fd(ends[1]);
    }
    return {};
}

/// Before anything runs: a controller or the runtime would take what is there for wanted.
void ControlPlane::Parts::inherit() {
    const auto objects = cluster::list_all(*store, spec::kinds());
    const bool orphaned = std::filesystem::exists(config.dir.foreground());
    left_over = left_over_words(orphaned ? LeftOver::removed : LeftOver::resumed, objects);
    if (orphaned) forget();
}

/// The objects go, not the journal. Their processes must have ended, or be ended by the next start
/// of the runtime.
void ControlPlane::Parts::forget() {
    for (const auto& object : cluster::list_all(*store, spec::kinds()))
        (void)store->remove(
            spec::key_of(object), {.grace_seconds = 0, .propagation = cluster::Propagation::orphan}
        );
    ::unlink(config.dir.foreground().c_str());
}

Result<void> ControlPlane::Parts::run() {
    began = loop.now();
    proxy = std::make_unique<ProxyProcess>(
        loop, ProxyProcess::Config{config.dir, config.binary, config.detach ? -1 : *lifeline_read}
    );
    if (const auto started = proxy->start(); !started) return started;
    remote = std::make_unique<proxy::Remote>(loop, config.dir.proxy_socket());
    if (!config.detach && proxy->adopted()) remote->end_with_us();
    traffic = std::make_unique<Traffic>(loop, *store, *remote);
    cluster::PodRuntime::Config pod_config;
    pod_config.state_dir = config.dir.pods();
    pod_config.swell_binary = config.binary;
    pod_config.detach = config.detach;
    pod_config.cgroup_prefix = "swell-" + config.dir.tag();
    pods = std::make_unique<cluster::PodRuntime>(
        loop, *store, *journal, *traffic, rng.split(), pod_config
    );
    watch_over = std::make_unique<WatchOver>(loop, *store, pods->metrics(), *remote);
    measured = std::make_unique<TrafficMetrics>(loop, *store, pods->metrics());
    watch_over->on_stats([this](const proxy::Stats& stats) { measured->take(stats); });
    const control::World world{loop, rng, *store, *measured, *journal};
    services = std::make_unique<control::ServicesController>(
        world, control::services::Config{config.dir.address_prefix()}
    );
    endpoints = std::make_unique<control::EndpointsController>(world);
    deployments = std::make_unique<control::DeploymentController>(world);
    vpas = std::make_unique<control::vpa::VpaController>(world);
    replica_sets = std::make_unique<control::ReplicaSetController>(world);
    replica_sets->admit_with(vpas->admission());
    vpas->resize_with(control::vpa::resize_through(*store));
    control::hpa::Config hpa_config;
    hpa_config.sync_period = config.hpa_sync_period;
    hpas = std::make_unique<control::hpa::HpaController>(world, hpa_config);
    hpas->admit_with(vpas->admission());
    hpas->contention_from([this](const spec::HorizontalPodAutoscaler& hpa) {
        return control::vpa::explain_contention(*store, hpa);
    });
    loads = std::make_unique<LoadRunner>(loop, *store);
    api = std::make_unique<cluster::Api>(*store);
    api->rehearse([this](const std::function<void()>& writes) {
        // Taken back by its own failure, before anybody is told.
        static_cast<void>(store->write_batch([&]() -> Result<void> {
            writes();
            return fail(Code::cancelled, "a dry run");
        }));
    });
    api_server = std::make_unique<cluster::ApiServer>(loop, *store, *api);
    logs = std::make_unique<Logs>(loop, *pods);
    routes();
    if (const auto listening = api_server->listen(config.dir.api_socket()); !listening)
        return listening;
    serve_metrics();
    services->start();
    endpoints->start();
    traffic->start();
    if (const auto started = pods->start(); !started) return started;
    replica_sets->start();
    deployments->start();
    hpas->start();
    vpas->start();
    watch_over->start();
    loads->start();
    every_second();
    return {};
}

void ControlPlane::Parts::every_second() {
    watch_over->loads(loads->views());
    auto warnings = traffic->warnings();
    if (proxy->restarts() > 0)
        warnings.push_back(
            "the proxy was started again " + std::to_string(proxy->restarts()) + " times"
        );
    look_at_disk();
    if (auto full = disk.warning(); !full.empty()) warnings.push_back(std::move(full));
    if (!left_over.empty() && loop.now() - began < left_over_shown) warnings.push_back(left_over);
    watch_over->warnings(std::move(warnings));
    tick = loop.call_after(std::chrono::seconds(1), [this] { every_second(); });
}

void ControlPlane::Parts::look_at_disk() {
    const auto bytes = free_bytes(config.dir);
    if (!bytes) return;
    if (const std::string said = disk.look(*bytes); !said.empty())
        unsaid += "swell: " + said + "\n";
    if (unsaid.empty()) return;
    // A terminal shows the view, and in it the warning. The log may be on the very disk that is
    // full, or a pipe that nobody reads: what it does not take is tried again.
    pollfd log{STDERR_FILENO, POLLOUT, 0};
    if (::isatty(STDERR_FILENO) != 0 ||
        (::poll(&log, 1, 0) == 1 &&
         ::write(STDERR_FILENO, unsaid.data(), unsaid.size()) == std::ssize(unsaid)))
        unsaid.clear();
}

void ControlPlane::Parts::routes() {
    api->check([this](const spec::Object& object) -> spec::Problems {
        if (object.is<spec::Service>())
            return already_allocated(
                object.as<spec::Service>(), list(spec::kind_of<spec::Service>().name)
            );
        const auto stored = store->get(key_of(object));
        return stored ? not_resizable(object, *stored) : spec::Problems{};
    });
    api->admit([this](spec::Object object) -> Result<spec::Object> {
        if (stopping)
            return fail(Code::unavailable, "swell is stopping, and takes no more of anything");
        return admit(std::move(object));
    });
    api->route("GET /swell/v1/status", [this](const auto&) {
        return cluster::answer(
            {{"pid", ::getpid()},
             {"proxyPid", proxy->pid()},
             {"detach", config.detach},
             {"metrics", metrics_url()},
             {"leftOver", left_over},
             {"ready", traffic->listening()}}
        );
    });
    api->route("GET /swell/v1/view", [this](const auto&) {
        return cluster::answer(to_json(watch_over->view()));
    });
    api->route("GET /swell/v1/top", [this](const auto& query) {
        return usage_answer(*store, pods->metrics(), query);
    });
    api->route("GET /metrics", [this](const auto&) {
        return cluster::ApiResponse{
            200, std::string(metrics::Exposition::content_type), watch_over->prometheus()
        };
    });
    api->route("POST /swell/v1/stop", [this](const auto&) {
        if (on_stop) loop.post(on_stop);
        return cluster::answer({{"stopping", true}});
    });
    api_server->on_log([this](const cluster::ApiPath& path, const http::Responder& responder) {
        logs->answer(path, responder);
    });
}

void ControlPlane::Parts::serve_metrics() {
    metrics_server = std::make_unique<http::Server>(
        loop,
        [this](const http::Request& request, const http::Responder& responder) {
            if (request.method != "GET" || request.target != "/metrics")
                return responder.send(http::text_response(404, "not found: try /metrics\n"));
            responder.send(
                {200,
                 {{"Content-Type", std::string(metrics::Exposition::content_type)}},
                 watch_over->prometheus()}
            );
        }
    );
    // An address of this control plane's own range; where it is taken, any port will do.
    const std::string host = config.dir.address_prefix() + "0.1";
    if (metrics_server->listen(host + metrics_port))
        metrics_address = host + metrics_port;
    else if (const auto port = metrics_server->listen(host + ":0"))
        metrics_address = host + ":" + std::to_string(*port);
}

bool ControlPlane::Parts::deployment_ready(const spec::Deployment& d) const {
    return d.status.observed_generation >= d.metadata.generation &&
           d.status.ready_replicas >= d.spec.replicas &&
           d.status.updated_replicas >= d.spec.replicas;
}

bool ControlPlane::Parts::at_rest(const spec::HorizontalPodAutoscaler& hpa) const {
    if (spec::observes(hpa.metadata)) return true;  // nothing of its own comes to pass
    const auto& ref = hpa.spec.scale_target_ref;
    const auto target =
        store->get({spec::kind_of<spec::Deployment>().name, hpa.metadata.ns, ref.name});
    if (ref.kind != "Deployment" || !target) return true;
    const auto& deployment = target->as<spec::Deployment>();
    return deployment.spec.replicas <= hpa.spec.min_replicas.value_or(1) &&
           deployment.status.replicas <= deployment.spec.replicas;
}

ControlPlane::ControlPlane(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ControlPlane::~ControlPlane() = default;

Result<std::unique_ptr<ControlPlane>> ControlPlane::start(Loop& loop, Config config) {
    auto parts = std::make_unique<Parts>(loop, std::move(config));
    if (const auto opened = parts->open(); !opened) return std::unexpected(opened.error());
    if (const auto running = parts->run(); !running) return std::unexpected(running.error());
    return std::unique_ptr<ControlPlane>(new ControlPlane(std::move(parts)));
}

Result<void> ControlPlane::apply(const std::vector<spec::Object>& objects) {
    Json body = {{"objects", Json::array()}};
    for (const auto& object : objects) body["objects"].push_back(object.to_json());
    const StateDir& dir = parts_->config.dir;
    const bool resumed = parts_->store->size() > 0;
    if (!parts_->config.detach)
        if (auto ours = write_file(dir.foreground(), ""); !ours) return ours;
    const auto answer = parts_->api->handle({"POST", "/swell/v1/apply", body.dump()});
    if (answer.status < 300) return {};
    // This run ends here: what it resumed is not to go with what it could not add.
    if (resumed) ::unlink(dir.foreground().c_str());
    const Json status = Json::parse(answer.body, nullptr, false);
    return fail(Code::invalid, status.value("message", answer.body));
}

void ControlPlane::stop(bool forget, std::function<void()> done) {
    Parts& parts = *parts_;
    parts.stopping = true;
    parts.watch_over->state("stopping");
    parts.loads->stop();
    // No controller shall start what is being ended.
    parts.hpas.reset();
    parts.deployments.reset();
    parts.replica_sets.reset();
    parts.vpas.reset();
    parts.pods->stop([this, forget, done = std::move(done)] {
        Parts& rest = *parts_;
        if (forget) rest.forget();
        rest.proxy->stop(proxy_grace, done);
    });
}

void ControlPlane::kill() { parts_->pods->kill_all(); }

View ControlPlane::view() const { return parts_->watch_over->view(); }
Summary ControlPlane::summary() const {
    Summary summary = parts_->watch_over->summary();
    summary.seed = parts_->config.seed;
    return summary;
}

bool ControlPlane::ready() const {
    if (!parts_->traffic->listening()) return false;
    const auto deployments = parts_->list(spec::kind_of<spec::Deployment>().name);
    return std::all_of(deployments.begin(), deployments.end(), [&](const spec::Object& object) {
        return parts_->deployment_ready(object.as<spec::Deployment>());
    });
}

bool ControlPlane::has_load() const { return parts_->loads->any(); }

std::string ControlPlane::load_failure() const { return parts_->loads->failure(); }

std::string ControlPlane::load_overdue(Duration patience) const {
    return parts_->loads->overdue(patience);
}

bool ControlPlane::load_ended() const { return parts_->loads->all_done(); }

bool ControlPlane::settled() const {
    if (!parts_->loads->all_done()) return false;
    const auto all = cluster::list_all(*parts_->store, spec::horizontal_kinds());
    return std::ranges::all_of(all, [&](const spec::Object& object) {
        return parts_->at_rest(*spec::horizontal_of(object));
    });
}

void ControlPlane::on_stop(std::function<void()> then) { parts_->on_stop = std::move(then); }

const std::string& ControlPlane::left_over() const { return parts_->left_over; }
std::string ControlPlane::metrics_url() const { return parts_->metrics_url(); }

}  // namespace swell::app
