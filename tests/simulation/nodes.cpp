#include "nodes.hpp"

#include <set>
#include <utility>
#include <vector>

namespace swell::simulation {

using namespace std::chrono_literals;
using Kind = Fault::Kind;

namespace {

constexpr Duration harm_period = 5s;

bool is_ready(const spec::Pod& pod) {
    for (const spec::Condition& condition : pod.status.conditions)
        if (condition.type == "Ready") return condition.status == "True";
    return false;
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
    for (auto& [key, life] : lives_) truth_.cancel(life.timer);
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

void Nodes::after(const spec::Key& key, Duration delay, void (Nodes::*then)(const spec::Key&)) {
    Life& life = lives_[key];
    truth_.cancel(life.timer);
    life.timer = truth_.call_after(delay, [this, key, then] { (this->*then)(key); });
}

void Nodes::on_pod(const cluster::Change& change) {
    if (change.type != cluster::Change::Type::deleted) return seen(change.object);
    const auto found = lives_.find(spec::key_of(change.object));
    if (found == lives_.end()) return;
    truth_.cancel(found->second.timer);
    lives_.erase(found);
}

void Nodes::seen(const cluster::Object& pod) {
    const spec::Key key = spec::key_of(pod);
    const auto [life, is_new] = lives_.try_emplace(key);
    if (is_new) after(key, some(50ms, 1s), &Nodes::accept);
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
        const Fault* const crash = faults_.of(Kind::pods_crash, load);
        const Fault* const fault = faults_.of(Kind::pods_fail, load);
        if (fault != nullptr && rng_.unit() < 0.03 * fault->strength) {
            lives_[key].failed = true;
            truth_.cancel(lives_[key].timer);
            set(key, "Failed", false);
        } else if (crash != nullptr && rng_.unit() < 0.2 * crash->strength) {
            const auto object = store_.get(key);
            if (!object || !is_ready(object->as<spec::Pod>())) continue;
            set(key, "Running", false);
            after(key, some(1s, 15s), &Nodes::become_ready);
        }
    }
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
        pod.status.container_statuses.push_back(status);
    }
    spec::ContainerStatus& status = pod.status.container_statuses.front();
    if (status.ready && !ready) ++status.restart_count;
    status.ready = ready;
    spec::Condition condition;
    condition.type = "Ready";
    condition.status = ready ? "True" : "False";
    condition.last_transition_time = clock_.now();
    pod.status.conditions = {condition};
    static_cast<void>(store_.update_status(pod));
}

}  // namespace swell::simulation
