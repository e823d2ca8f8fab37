#include "nodes.hpp"

#include <set>
#include <utility>
#include <vector>

namespace swell::simulation {

using namespace std::chrono_literals;
using Kind = Fault::Kind;

namespace {

constexpr Duration harm_period = 5s;
constexpr Duration resize_period = 5s;  // until one that cannot be done now is tried again
constexpr double crashes_in_resizes = 0.15;

bool is_ready(const spec::Pod& pod) {
    for (const spec::Condition& condition : pod.status.conditions)
        if (condition.type == "Ready") return condition.status == "True";
    return false;
}

bool has_begun(const spec::Pod& pod) { return !pod.status.container_statuses.empty(); }

/// Empty reason and message: all goes well.
void set_resize(spec::Pod& pod, const char* type, const char* reason) {
    std::erase_if(pod.status.conditions, [](const spec::Condition& one) {
        return one.type == "PodResizePending" || one.type == "PodResizeInProgress";
    });
    if (type == nullptr) return;
    spec::Condition condition;
    condition.type = type;
    condition.status = "True";
    condition.reason = reason;
    pod.status.conditions.push_back(std::move(condition));
}

}  // namespace

Nodes::Nodes(
    SimClock& truth, const ShiftedClock& clock, cluster::Store& store, Rng rng, const Faults& faults
)
    : truth_(truth), clock_(clock), store_(store), rng_(rng), faults_(faults) {
    follow();
    harm_ = truth_.call_after(harm_period, [this] { harm(); });
}

Nodes::~Nodes() {
    truth_.cancel(harm_);
    truth_.cancel(relist_);
    for (auto& [key, life] : lives_) {
        truth_.cancel(life.timer);
        truth_.cancel(life.resize);
    }
}

void Nodes::follow() {
    cluster::Query pods;
    pods.kind = spec::kind_of<spec::Pod>().name;
    watching_ = store_.watch(
        pods,
        store_.version(),
        [this](const cluster::Change& change) { on_pod(change); },
        [this] { relist_ = truth_.call_after({}, [this] { follow(); }); }
    );
    std::set<spec::Key> there;
    for (const cluster::Object& object : store_.list(pods)) {
        there.insert(spec::key_of(object));
        seen(object);
    }
    std::erase_if(lives_, [&](const auto& life) {
        if (there.contains(life.first)) return false;
        truth_.cancel(life.second.timer);
        truth_.cancel(life.second.resize);
        return true;
    });
}

Duration Nodes::some(Duration least, Duration most) {
    return least + Duration(static_cast<std::int64_t>(
                       rng_.below(static_cast<std::uint64_t>((most - least).count()))
                   ));
}

std::size_t Nodes::load_of(const spec::Key& key) const {
    const auto object = store_.get(key);
    const std::vector<Load>& loads = faults_.scenario().loads;
    if (!object) return loads.size();
    const auto& labels = object->metadata().labels;
    const auto app = labels.find("app");
    for (std::size_t i = 0; i < loads.size(); ++i)
        if (loads[i].ns == key.ns && app != labels.end() && loads[i].name == app->second) return i;
    return loads.size();
}

void Nodes::after(const spec::Key& key, Duration delay, Then then) {
    Life& life = lives_[key];
    truth_.cancel(life.timer);
    life.timer = truth_.call_after(delay, [this, key, then] { (this->*then)(key); });
}

void Nodes::resize_after(const spec::Key& key, Duration delay, Then then) {
    Life& life = lives_[key];
    truth_.cancel(life.resize);
    life.resize = truth_.call_after(delay, [this, key, then] {
        lives_[key].resize = 0;
        (this->*then)(key);
    });
}

void Nodes::on_pod(const cluster::Change& change) {
    if (change.type != cluster::Change::Type::deleted) return seen(change.object);
    const auto found = lives_.find(spec::key_of(change.object));
    if (found == lives_.end()) return;
    truth_.cancel(found->second.timer);
    truth_.cancel(found->second.resize);
    lives_.erase(found);
}

void Nodes::seen(const cluster::Object& pod) {
    const spec::Key key = spec::key_of(pod);
    const auto [life, is_new] = lives_.try_emplace(key);
    if (is_new) after(key, some(50ms, 1s), &Nodes::accept);
    look_at_size(key, pod.as<spec::Pod>());
    if (!pod.metadata().deletion_timestamp || std::exchange(life->second.ending, true)) return;
    const bool lingers = faults_.hits(Kind::pods_linger, load_of(key), key.name);
    after(key, lingers ? some(30s, 120s) : some(100ms, 3s), &Nodes::end);
}

void Nodes::accept(const spec::Key& key) {
    set(key, "Running", false);
    after(key, some(1s, 20s), &Nodes::become_ready);
}

void Nodes::become_ready(const spec::Key& key) {
    if (faults_.hits(Kind::pods_slow, load_of(key), key.name))
        return after(key, 2s, &Nodes::become_ready);
    set(key, "Running", true);
}

void Nodes::look_at_size(const spec::Key& key, const spec::Pod& pod) {
    if (!has_begun(pod) || lives_[key].resize != 0) return;
    if (pod.status.container_statuses.front().resources != pod.spec.containers.front().resources)
        resize_after(key, some(50ms, 1s), &Nodes::resize);
}

// What is wanted, and whether that can be given now.
void Nodes::resize(const spec::Key& key) {
    const auto object = store_.get(key);
    if (!object) return;
    spec::Pod pod = object->as<spec::Pod>();
    const std::size_t load = load_of(key);
    const auto is_hit = [&](Kind kind) { return faults_.hits(kind, load, key.name); };
    const bool is_pending = is_hit(Kind::resize_deferred) || is_hit(Kind::resize_infeasible);
    const bool fails = is_hit(Kind::resize_fails);
    if (is_pending)
        set_resize(
            pod, "PodResizePending", is_hit(Kind::resize_infeasible) ? "Infeasible" : "Deferred"
        );
    else
        set_resize(pod, "PodResizeInProgress", fails ? "Error" : "");
    static_cast<void>(store_.update_status(std::move(pod)));
    if (is_pending || fails) return resize_after(key, resize_period, &Nodes::resize);
    resize_after(key, some(100ms, 90s), &Nodes::finish_resize);
    // Without a fault of that name as well, for a resize takes but a moment.
    const bool is_calm = faults_.elapsed() >= faults_.scenario().faults_end;
    if (!is_calm && rng_.unit() < crashes_in_resizes) crash(key);
}

void Nodes::finish_resize(const spec::Key& key) {
    const auto object = store_.get(key);
    if (!object) return;
    spec::Pod pod = object->as<spec::Pod>();
    set_resize(pod, nullptr, "");
    pod.status.container_statuses.front().resources = pod.spec.containers.front().resources;
    static_cast<void>(store_.update_status(std::move(pod)));
}

void Nodes::end(const spec::Key& key) {
    cluster::Cluster::Deletion now;
    now.grace_seconds = 0;
    static_cast<void>(store_.remove(key, now));
}

// Every so often some pods of a load under a fault crash, and fewer fail for good.
void Nodes::harm() {
    harm_ = truth_.call_after(harm_period, [this] { harm(); });
    if (faults_.of(Kind::pods_crash) == nullptr && faults_.of(Kind::pods_fail) == nullptr) return;
    std::vector<spec::Key> keys;
    for (const auto& [key, life] : lives_)
        if (!life.ending && !life.failed) keys.push_back(key);
    for (const spec::Key& key : keys) {
        const std::size_t load = load_of(key);
        const Fault* const crashes = faults_.of(Kind::pods_crash, load);
        const Fault* const fault = faults_.of(Kind::pods_fail, load);
        if (fault != nullptr && rng_.unit() < 0.03 * fault->strength) {
            lives_[key].failed = true;
            truth_.cancel(lives_[key].timer);
            set(key, "Failed", false);
        } else if (crashes != nullptr && rng_.unit() < 0.2 * crashes->strength) {
            crash(key);
        }
    }
}

void Nodes::crash(const spec::Key& key) {
    const auto object = store_.get(key);
    const Life& life = lives_[key];
    if (life.ending || life.failed || !object || !is_ready(object->as<spec::Pod>())) return;
    crashed_in_resizes_ += life.resize != 0 ? 1 : 0;
    set(key, "Running", false);
    after(key, some(1s, 15s), &Nodes::become_ready);
}

void Nodes::set(const spec::Key& key, const char* phase, bool ready) {
    const auto object = store_.get(key);
    if (!object) return;
    spec::Pod pod = object->as<spec::Pod>();
    pod.status.phase = phase;
    if (!pod.status.start_time) pod.status.start_time = clock_.now();
    if (pod.status.container_statuses.empty()) {
        spec::ContainerStatus status;
        status.name = pod.spec.containers.front().name;
        status.resources = pod.spec.containers.front().resources;
        pod.status.container_statuses.push_back(status);
    }
    spec::ContainerStatus& status = pod.status.container_statuses.front();
    if (status.ready && !ready) ++status.restart_count;
    status.ready = ready;
    spec::Condition condition;
    condition.type = "Ready";
    condition.status = ready ? "True" : "False";
    condition.last_transition_time = clock_.now();
    std::erase_if(pod.status.conditions, [](const auto& one) { return one.type == "Ready"; });
    pod.status.conditions.push_back(std::move(condition));
    static_cast<void>(store_.update_status(pod));
}

}  // namespace swell::simulation
