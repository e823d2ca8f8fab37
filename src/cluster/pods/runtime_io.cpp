#include "cluster/pods/runtime_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "cluster/pods/guard_io.hpp"
#include "cluster/pods/pod_io.hpp"
#include "cluster/pods/shim/process_io.hpp"
#include "cluster/pods/shim/spawn_io.hpp"

namespace swell::cluster {

namespace {

namespace fs = std::filesystem;
using pods::Context;
using pods::PodRun;

/// What a container has of our own environment: the machine's ways, not the user's secrets.
pods::Variables base_environment() {
    pods::Variables base;
    for (const char* name : {"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"})
        if (const char* value = std::getenv(name)) base[name] = value;
    base.emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return base;
}

/// Asks a helper process what this machine allows: trying it means to fork.
pods::IsolationCheck ask_isolation(const std::string& swell_binary) {
    const auto spawned = pods::spawn_shim(swell_binary, "check", "", nullptr);
    if (!spawned) return {pods::Isolation::subreaper, spawned.error().what};
    std::string line;
    pollfd ready{*spawned->report, POLLIN, 0};
    while (::poll(&ready, 1, 5000) == 1) {
        char bytes[1024];
        const ssize_t got = ::read(*spawned->report, bytes, sizeof bytes);
        if (got <= 0) break;
        line.append(bytes, static_cast<std::size_t>(got));
    }
    siginfo_t info{};
    pods::signal_process(spawned->pidfd, SIGKILL);
    ::waitid(P_PIDFD, static_cast<id_t>(*spawned->pidfd), &info, WEXITED);
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object() || !json.contains("best"))
        return {pods::Isolation::subreaper, swell_binary + " shim check gave no answer"};
    return {pods::isolation_from(json["best"].get<std::string>()), json["why"].get<std::string>()};
}

std::vector<std::string> folders_in(const std::string& path) {
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(path, failed))
        if (entry.is_directory(failed)) names.push_back(entry.path().filename());
    return names;
}

}  // namespace

class PodRuntime::Impl final : public metrics::Metrics {
  public:
    Impl(
        Loop& loop,
        Cluster& cluster,
        journal::Journal& journal,
        TrafficGate& gate,
        Rng rng,
        Config config
    )
        : loop_(loop),
          cluster_(cluster),
          config_(std::move(config)),
          client_(
              loop, {.body_bytes = 1u << 20, .idle_per_address = 0, .idle = std::chrono::seconds(1)}
          ),
          cgroups_(
              config_.cgroups ? pods::Cgroups::detect()
                              : pods::Cgroups::Layout{pods::CgroupVersion::none, "", "turned off"},
              config_.cgroup_prefix
          ),
          ports_(config_.port_base, config_.port_end, rng),
          context_{
              loop,
              cluster,
              journal,
              gate,
              config_,
              client_,
              cgroups_,
              ports_,
              nullptr,
              "",
              "",
              {},
              {}
          } {}

    ~Impl() override {
        if (usage_timer_ != 0) loop_.cancel(usage_timer_);
        if (done_timer_ != 0) loop_.cancel(done_timer_);
    }

    Result<void> start() {
        std::error_code failed;
        fs::create_directories(config_.state_dir + "/pods", failed);
        if (failed) return fail(Code::unavailable, config_.state_dir + ": " + failed.message());
        ::chmod(config_.state_dir.c_str(), 0700);
        context_.base_environment = base_environment();
        context_.base_environment["SWELL_BIN"] =
            fs::path(config_.swell_binary).parent_path().string();
        context_.isolation = ask_isolation(config_.swell_binary);
        if (::access("/dev/shm", W_OK) == 0)
            context_.memory_folder = "/dev/shm/" + config_.cgroup_prefix;
        if (auto held = make_lifeline(); !held) return held;
        if (auto guarded = be_guarded(); !guarded) return guarded;
        const auto version = cluster_.version();
        const auto objects = cluster_.list(all_pods());
        sweep(objects);
        for (const Object& object : objects) on_object(object);
        follow(version);
        sample_usage();
        return {};
    }

    void stop(std::function<void()> done) {
        stopping_ = true;
        stopped_ = std::move(done);
        for (auto& [uid, pod] : pods_) pod->retire();
        tell_when_empty();
    }

    void kill_all() {
        stopping_ = true;
        watching_.reset();
        lifeline_.reset();
        fifo_.reset();
        for (auto& [uid, pod] : pods_) pod->kill_and_join();
        pods_.clear();
        cgroups_.remove_prefix();
        dismiss_guard();
    }

    std::optional<metrics::PodMetrics> usage(const Key& key) const {
        const PodRun* pod = find(key);
        return pod == nullptr ? std::nullopt : pod->usage();
    }

    Result<std::vector<metrics::PodMetrics>> pods(
        std::string_view ns,
        const std::function<bool(const std::map<std::string, std::string>&)>& matches
    ) const override {
        std::map<std::string, metrics::PodMetrics> sorted;
        for (const auto& [uid, pod] : pods_) {
            const auto& meta = pod->object().metadata();
            if (meta.ns != ns || !matches(meta.labels)) continue;
            if (auto usage = pod->usage()) sorted.emplace(meta.name, std::move(*usage));
        }
        std::vector<metrics::PodMetrics> list;
        for (auto& [name, usage] : sorted) list.push_back(std::move(usage));
        return list;
    }

    Result<LogSlice> logs(const Key& key, const LogQuery& query) const {
        const PodRun* run = find(key);
        const auto object = run != nullptr ? Result<Object>(run->object()) : cluster_.get(key);
        if (!object) return std::unexpected(object.error());
        const auto& pod = object->as<spec::Pod>();
        std::string container = query.container.empty() && !pod.spec.containers.empty()
                                    ? pod.spec.containers.front().name
                                    : query.container;
        bool known = false;
        for (const auto* list : {&pod.spec.containers, &pod.spec.init_containers})
            for (const auto& one : *list) known = known || one.name == container;
        if (!known)
            return fail(
                Code::not_found, "container " + container + " is not valid for pod " + key.name
            );
        return pods::read_logs(
            config_.state_dir + "/pods/" + pod.metadata.uid + "/" + container, query
        );
    }

    std::vector<std::string> warnings() const {
        std::vector<std::string> list;
        if (!cgroups_.enforced())
            list.push_back(
                "CPU and memory limits are not enforced, and usage is read from /proc: " +
                cgroups_.why_none()
            );
        if (context_.isolation.best == pods::Isolation::subreaper)
            list.push_back(
                "pods see all processes of this machine, and volumes are not shown at their "
                "mountPath, because "
                "PID and mount namespaces cannot be made (" +
                context_.isolation.why_not_better +
                "): run as root, or allow user namespaces (sysctl "
                "kernel.unprivileged_userns_clone=1, "
                "kernel.apparmor_restrict_unprivileged_userns=0)"
            );
        return list;
    }

  private:
    static Query all_pods() {
        Query query;
        query.kind = spec::kind_of<spec::Pod>().name;
        return query;
    }

    const PodRun* find(const Key& key) const {
        const PodRun* found = nullptr;
        for (const auto& [uid, pod] : pods_)
            if (spec::key_of(pod->object()) == key &&
                (found == nullptr || !pod->object().metadata().deletion_timestamp))
                found = pod.get();
        return found;
    }

    /// A pipe for shims of ours, a FIFO for those that we adopt; only we hold the ends that write.
    Result<void> make_lifeline() {
        const std::string path = config_.state_dir + "/lifeline";
        context_.lifeline_path = path;
        if (config_.detach) return {};
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(errno_error("lifeline"));
        lifeline_read_ = Fd(ends[0]);
        lifeline_ = Fd(ends[1]);
        ::unlink(path.c_str());
        if (::mkfifo(path.c_str(), 0600) != 0)
            return std::unexpected(errno_error("lifeline " + path));
        fifo_ = Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        context_.lifeline = &lifeline_read_;
        return {};
    }

    /// With --detach nothing is to go when we do.
    Result<void> be_guarded() {
        if (config_.detach) return {};
        const pods::GuardSpec spec{config_.cgroup_prefix, cgroups_.enforced()};
        auto spawned = pods::spawn_shim(
            config_.swell_binary, "guard", pods::to_json(spec).dump(), &lifeline_read_
        );
        if (!spawned) return std::unexpected(spawned.error());
        guard_ = std::move(spawned->pidfd);
        return {};
    }

    /// All is cleared away: it has nothing to do.
    void dismiss_guard() {
        if (!guard_) return;
        pods::signal_process(guard_, SIGKILL);
        siginfo_t info{};
        ::waitid(P_PIDFD, static_cast<id_t>(*guard_), &info, WEXITED);
        guard_.reset();
    }

    /// Ends and clears away whatever an earlier control plane left of pods that are no more.
    void sweep(const std::vector<Object>& objects) {
        std::set<std::string> known;
        for (const Object& object : objects) known.insert(object.metadata().uid);
        const std::string pods_folder = config_.state_dir + "/pods";
        std::vector<Fd> ending;
        for (const std::string& uid : folders_in(pods_folder)) {
            if (known.contains(uid)) continue;
            for (const std::string& container : folders_in(pods_folder + "/" + uid))
                for (const std::string& run : folders_in(pods_folder + "/" + uid + "/" + container))
                    if (auto found =
                            pods::find_run(pods_folder + "/" + uid + "/" + container + "/" + run);
                        found.pidfd) {
                        pods::signal_process(found.pidfd, SIGUSR1);
                        ending.push_back(std::move(found.pidfd));
                    }
        }
        for (const Fd& pidfd : ending) {
            pollfd ended{*pidfd, POLLIN, 0};
            if (::poll(&ended, 1, 3000) == 0) pods::signal_process(pidfd, SIGKILL);
        }
        std::error_code failed;
        for (const std::string& uid : folders_in(pods_folder))
            if (!known.contains(uid)) fs::remove_all(pods_folder + "/" + uid, failed);
        for (const std::string& uid : cgroups_.pods())
            if (!known.contains(uid)) cgroups_.remove_and_wait(uid);
        const std::string mine = config_.cgroup_prefix + "-";
        for (const std::string& name : folders_in("/dev/shm"))
            if (name.starts_with(mine) && !known.contains(name.substr(mine.size())))
                fs::remove_all("/dev/shm/" + name, failed);
    }

    void follow(std::uint64_t since) {
        watching_ = cluster_.watch(
            all_pods(),
            since,
            [this](const Change& change) {
                if (change.type == Change::Type::deleted)
                    on_gone(change.object.metadata().uid);
                else
                    on_object(change.object);
            },
            [this] {
                // From the loop: a watch must not be replaced from inside its own call.
                loop_.call_at(loop_.now(), [this] { relist(); });
            }
        );
    }

    void relist() {
        if (stopping_) return;
        const auto version = cluster_.version();
        const auto objects = cluster_.list(all_pods());
        std::set<std::string> known;
        for (const Object& object : objects) known.insert(object.metadata().uid);
        for (auto& [uid, pod] : pods_)
            if (!known.contains(uid)) pod->vanish();
        for (const Object& object : objects) on_object(object);
        follow(version);
    }

    void on_object(const Object& object) {
        const std::string& uid = object.metadata().uid;
        if (const auto found = pods_.find(uid); found != pods_.end())
            return found->second->update(object);
        if (stopping_) return;
        pods_.emplace(uid, std::make_unique<PodRun>(context_, object, [this](PodRun& pod) {
                          on_down(pod);
                      }));
    }

    void on_gone(const std::string& uid) {
        if (const auto found = pods_.find(uid); found != pods_.end()) found->second->vanish();
    }

    void on_down(PodRun& pod) {
        pods_.erase(pod.uid());
        tell_when_empty();
    }

    void tell_when_empty() {
        if (!stopped_ || !pods_.empty() || done_timer_ != 0) return;
        done_timer_ = loop_.call_at(loop_.now(), [this] {
            done_timer_ = 0;
            watching_.reset();
            cgroups_.remove_prefix();
            dismiss_guard();
            ::unlink((config_.state_dir + "/lifeline").c_str());
            const auto done = std::exchange(stopped_, {});
            done();
        });
    }

    void sample_usage() {
        const Instant now = loop_.precise();
        for (auto& [uid, pod] : pods_) pod->sample_usage(now);
        usage_timer_ = loop_.call_after(config_.usage_period, [this] { sample_usage(); });
    }

    Loop& loop_;
    Cluster& cluster_;
    Config config_;
    http::Client client_;
    pods::Cgroups cgroups_;
    pods::PortBook ports_;
    Fd lifeline_read_, lifeline_, fifo_;
    Fd guard_;  // a process that outlives us, to clear away
    Context context_;
    std::unique_ptr<Watching> watching_;
    std::map<std::string, std::unique_ptr<PodRun>>
        pods_;  // by uid; destroyed before what they refer to
    bool stopping_ = false;
    std::function<void()> stopped_;
    Clock::Timer usage_timer_ = 0, done_timer_ = 0;
};

PodRuntime::PodRuntime(
    Loop& loop,
    Cluster& cluster,
    journal::Journal& journal,
    TrafficGate& gate,
    Rng rng,
    Config config
)
    : impl_(std::make_unique<Impl>(loop, cluster, journal, gate, rng, std::move(config))) {}

PodRuntime::~PodRuntime() = default;

Result<void> PodRuntime::start() { return impl_->start(); }

void PodRuntime::stop(std::function<void()> done) { impl_->stop(std::move(done)); }

void PodRuntime::kill_all() { impl_->kill_all(); }

const metrics::Metrics& PodRuntime::metrics() const { return *impl_; }

std::optional<metrics::PodMetrics> PodRuntime::usage(const Key& pod) const {
    return impl_->usage(pod);
}

Result<LogSlice> PodRuntime::logs(const Key& pod, const LogQuery& query) const {
    return impl_->logs(pod, query);
}

std::vector<std::string> PodRuntime::warnings() const { return impl_->warnings(); }

}  // namespace swell::cluster
