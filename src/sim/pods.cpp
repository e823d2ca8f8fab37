#include "sim/pods.hpp"

#include <cmath>

#include "spec/kinds/core.hpp"

namespace swell::sim {

namespace {

spec::Condition condition(const char* type, bool holds, Instant since) {
    spec::Condition made;
    made.type = type;
    made.status = holds ? "True" : "False";
    made.last_transition_time = since;
    return made;
}

cluster::Query all_pods() {
    cluster::Query query;
    query.kind = spec::kind_of<spec::Pod>().name;
    return query;
}

}  // namespace

SimPods::SimPods(
    SimClock& clock, cluster::Cluster& cluster, Rng rng, PodModel model, Measuring measuring
)
    : clock_(clock),
      cluster_(cluster),
      rng_(rng),
      model_(model),
      measuring_(measuring),
      began_(clock.now()) {}

SimPods::~SimPods() {
    clock_.cancel(scrape_timer_);
    for (auto& [key, life] : lives_) clock_.cancel(life.timer);
}

Service& SimPods::add(const spec::Deployment& deployment, Service service, MetricNames names) {
    auto place = std::make_unique<Place>(Place{
        deployment.metadata.ns,
        deployment.metadata.name,
        deployment.spec.pod_template.metadata.labels,
        *spec::Selector::from(deployment.spec.selector),  // validated with its manifest
        std::move(service),
        std::move(names)
    });
    only_places_.clear();
    auto& list = places_[deployment.metadata.ns];
    list.push_back(std::move(place));
    return list.back()->service;
}

void SimPods::start() {
    watching_ = cluster_.watch(
        all_pods(),
        cluster_.version(),
        [this](const cluster::Change& change) { on_pod(change); },
        [] {}
    );
    for (const cluster::Object& object : cluster_.list(all_pods()))
        begin(spec::key_of(object), object.as<spec::Pod>());
    scrape_timer_ = clock_.call_after(measuring_.period, [this] { scrape(); });
}

void SimPods::settle() {
    for (auto& [ns, places] : places_)
        for (auto& place : places) place->service.advance(clock_.now());
}

void SimPods::scrape() {
    scrape_timer_ = clock_.call_after(measuring_.period, [this] { scrape(); });
    for (auto& [ns, places] : places_)
        for (auto& place : places)
            place->service.scrape(clock_.now(), measuring_, [this] { return rng_.unit(); });
}

SimPods::Place* SimPods::place_of(const spec::Pod& pod) {
    const auto found = places_.find(pod.metadata.ns);
    if (found == places_.end()) return nullptr;
    for (auto& place : found->second)
        if (place->selector.matches(pod.metadata.labels)) return place.get();
    return nullptr;
}

Duration SimPods::around(Duration mean, double spread) {
    const double factor = 1 + spread * (2 * rng_.unit() - 1);
    return Duration(std::llround(static_cast<double>(mean.count()) * factor));
}

void SimPods::on_pod(const cluster::Change& change) {
    const spec::Key key = spec::key_of(change.object);
    const auto& pod = change.object.as<spec::Pod>();
    if (change.type == cluster::Change::Type::added) return begin(key, pod);
    const auto found = lives_.find(key);
    if (found == lives_.end()) return;
    Life& life = found->second;
    if (change.type == cluster::Change::Type::deleted) {
        clock_.cancel(life.timer);
        if (life.place != nullptr) life.place->service.remove_pod(key.name, clock_.now());
        lives_.erase(found);
        return;
    }
    if (life.place != nullptr)
        life.place->service.set_cores(key.name, cores_of(pod.spec), clock_.now());
    if (!pod.metadata.deletion_timestamp || life.ending) return;
    life.ending = true;
    clock_.cancel(life.timer);
    // The load balancer sends it nothing more from here on.
    if (life.place != nullptr) life.place->service.set_ready(key.name, false, clock_.now());
    life.timer = clock_.call_after(model_.shut_down, [this, key] { end(key); });
}

void SimPods::begin(const spec::Key& key, const spec::Pod& pod) {
    Life& life = lives_[key];
    life.place = place_of(pod);
    if (life.place != nullptr) {
        life.place->service.add_pod(key.name, clock_.now());
        life.place->service.set_cores(key.name, cores_of(pod.spec), clock_.now());
    }
    // The node writes its status a moment after it has seen the pod.
    life.timer = clock_.call_after(Duration{}, [this, key] {
        write_status(key);
        const auto again = lives_.find(key);
        if (again == lives_.end() || again->second.ending) return;
        // Time begins with pods that have been there for long.
        const Duration start_up =
            clock_.now() == began_ ? Duration{} : around(model_.start_up, model_.start_up_spread);
        again->second.timer = clock_.call_after(start_up, [this, key] { become_ready(key); });
    });
}

void SimPods::become_ready(const spec::Key& key) {
    const auto found = lives_.find(key);
    found->second.ready = true;
    write_status(key);
    if (found->second.place != nullptr)
        found->second.place->service.set_ready(key.name, true, clock_.now());
    if (model_.crashes_per_hour <= 0) return;
    const double hours = -std::log(1 - rng_.unit()) / model_.crashes_per_hour;
    const double most = 24.0 * 366 * 100;
    const Duration after(std::llround(std::min(hours, most) * 3600e9));
    found->second.timer = clock_.call_after(after, [this, key] { crash(key); });
}

void SimPods::crash(const spec::Key& key) {
    const auto found = lives_.find(key);
    found->second.ready = false;
    write_status(key);
    if (found->second.place != nullptr)
        found->second.place->service.set_ready(key.name, false, clock_.now());
    found->second.timer = clock_.call_after(model_.restart, [this, key] { become_ready(key); });
}

void SimPods::end(const spec::Key& key) {
    cluster::Cluster::Deletion now;
    now.grace_seconds = 0;
    // When the API refuses, the node tries again.
    if (cluster_.remove(key, now)) return;
    const auto found = lives_.find(key);
    if (found != lives_.end())
        found->second.timer = clock_.call_after(std::chrono::seconds(1), [this, key] { end(key); });
}

void SimPods::write_status(const spec::Key& key) {
    const auto object = cluster_.get(key);
    const auto found = lives_.find(key);
    if (!object || found == lives_.end() || found->second.ending) return;
    spec::Pod pod = object->as<spec::Pod>();
    pod.status.phase = "Running";
    if (!pod.status.start_time) pod.status.start_time = clock_.now();
    pod.status.conditions = {condition("Ready", found->second.ready, clock_.now())};
    if (cluster_.update_status(std::move(pod))) return;
    // When the API refuses, the node tries again, with what is true then.
    clock_.call_after(std::chrono::seconds(1), [this, key] { write_status(key); });
}

Result<std::vector<metrics::PodMetrics>> SimPods::pods(
    std::string_view ns,
    const std::function<bool(const std::map<std::string, std::string>&)>& matches
) const {
    if (metrics_lost_) return fail(Code::unavailable, "the metrics server does not answer");
    std::vector<metrics::PodMetrics> found;
    const auto list = places_.find(std::string(ns));
    if (list == places_.end()) return found;
    for (const auto& place : list->second)
        if (matches(place->labels)) place->service.read(clock_.now(), found, place->ns);
    return found;
}

const SimPods::Place* SimPods::place_of(std::string_view ns, const metrics::Described& object)
    const {
    const auto list = places_.find(std::string(ns));
    if (list == places_.end() || (object.kind != "Deployment" && object.kind != "Service"))
        return nullptr;
    std::optional<spec::Selector> pods;
    if (object.kind == "Service") {
        const auto found = cluster_.get(
            {spec::kind_of<spec::Service>().name, std::string(ns), std::string(object.name)}
        );
        if (found) pods = spec::Selector::from(found->as<spec::Service>().spec.selector);
    }
    for (const auto& place : list->second)
        if (pods ? pods->matches(place->labels) : place->name == object.name) return place.get();
    return nullptr;
}

Result<std::vector<metrics::MetricValue>> SimPods::of_pods(
    std::string_view ns, const metrics::Metric& metric, const metrics::Matches& matches
) const {
    if (metrics_lost_) return fail(Code::unavailable, "the metrics server does not answer");
    std::vector<metrics::MetricValue> found;
    const auto list = places_.find(std::string(ns));
    bool is_known = false;
    if (list != places_.end())
        for (const auto& place : list->second) {
            if (!matches(place->labels)) continue;
            const auto series = place->names.find(metric.name);
            const bool is_asked = !metric.matches || metric.matches(place->labels);
            is_known = is_known || series;
            if (series && is_asked) place->service.read(clock_.now(), *series, found);
        }
    if (!is_known) return std::unexpected(unknown_metric(metric.name, "pods"));
    return found;
}

Result<metrics::MetricValue> SimPods::of_object(
    std::string_view ns, const metrics::Metric& metric, const metrics::Described& object
) const {
    if (metrics_lost_) return fail(Code::unavailable, "the metrics server does not answer");
    const std::string named = std::string(object.kind) + " " + std::string(object.name);
    const Place* const place = place_of(ns, object);
    if (place == nullptr)
        return fail(
            Code::not_found, named + " has no metrics: there is no load for a Deployment behind it"
        );
    const auto series = place->names.find(metric.name);
    if (!series) return std::unexpected(unknown_metric(metric.name, named));
    const auto value = place->service.read(clock_.now(), *series);
    if (!value) return fail(Code::unavailable, "nothing was measured yet");
    return *value;
}

Result<std::vector<metrics::MetricValue>> SimPods::external(
    std::string_view ns, const metrics::Metric& metric
) const {
    if (metrics_lost_) return fail(Code::unavailable, "the metrics server does not answer");
    std::vector<metrics::MetricValue> found;
    const auto list = places_.find(std::string(ns));
    bool is_known = false;
    if (list != places_.end())
        for (const auto& place : list->second) {
            spec::Labels labels = place->labels;
            labels["deployment"] = place->name;
            const auto series = place->names.find(metric.name);
            is_known = is_known || series;
            if (!series || (metric.matches && !metric.matches(labels))) continue;
            if (const auto value = place->service.read(clock_.now(), *series))
                found.push_back(*value);
        }
    if (!is_known) return std::unexpected(unknown_metric(metric.name, ""));
    return found;
}

/// The one service that is meant, found once for each question; nullptr: none is, or several are.
const SimPods::Place* SimPods::only_place(
    std::string_view ns, const metrics::Matches& matches, std::string_view question
) const {
    std::string asked;
    asked.reserve(ns.size() + question.size() + 1);
    ((asked += ns) += '\n') += question;
    if (const auto known = only_places_.find(asked); known != only_places_.end())
        return known->second;
    const auto list = places_.find(std::string(ns));
    if (list == places_.end()) return nullptr;
    const Place* only = nullptr;
    for (const auto& place : list->second) {
        if (!matches(place->labels)) continue;
        if (only != nullptr) return nullptr;
        only = place.get();
    }
    if (only != nullptr && !question.empty()) only_places_.emplace(std::move(asked), only);
    return only;
}

Result<metrics::Metrics::Snapshot> SimPods::snapshot(
    std::string_view ns, const metrics::Matches& matches, std::string_view question
) const {
    const Place* const only = metrics_lost_ ? nullptr : only_place(ns, matches, question);
    if (only == nullptr) return Metrics::snapshot(ns, matches, question);
    return only->service.snapshot(clock_.now(), only->ns);
}

}  // namespace swell::sim
