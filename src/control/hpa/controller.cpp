#include "control/hpa/controller.hpp"

#include <algorithm>
#include <limits>

#include "control/hpa/reading.hpp"
#include "control/hpa/record.hpp"
#include "control/hpa/room.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/mode.hpp"

namespace swell::control::hpa {

namespace {

using spec::kind_of;

cluster::Query all_of(const spec::Kind& kind) {
    cluster::Query query;
    query.kind = kind.name;
    return query;
}

/// Beyond the original: what cannot be true counts as missing, so that it never shrinks a target.
Trust trust_of(Instant now, std::size_t pods) {
    // A utilization multiplies the sum of all usages by 100; twice the pods, for those that have
    // just gone are counted as well.
    const auto terms = static_cast<std::int64_t>(200 * (pods + 1));
    return {
        .not_before = now - HpaController::stale_after,
        .refuse_negative = true,
        .at_most = std::numeric_limits<std::int64_t>::max() / terms,
    };
}

/// Which series a metric's selector picks. Errors  invalid: the selector.
Result<metrics::Metric> series_of(const spec::MetricIdentifier& metric) {
    if (!metric.selector) return metrics::Metric{metric.name, {}};
    auto selector = spec::Selector::from(*metric.selector);
    if (!selector) return std::unexpected(selector.error());
    return metrics::Metric{
        metric.name,
        [selector = *std::move(selector)](const spec::Labels& labels) {
            return selector.matches(labels);
        }
    };
}

/// Whether anything but the metrics has changed.
bool is_news(const spec::HpaStatus& now, const spec::HpaStatus& before) {
    return now.desired_replicas != before.desired_replicas ||
           now.current_replicas != before.current_replicas ||
           now.last_scale_time != before.last_scale_time ||
           now.observed_generation != before.observed_generation ||
           now.conditions != before.conditions;
}

}  // namespace

HpaController::HpaController(World world, Config config)
    : world_(world),
      config_(config),
      queue_(world.clock, [this](const spec::Key& key) { return reconcile(key); }) {
    config_.caps_overflow = true;
}

HpaController::~HpaController() {
    for (const auto& [kind, following] : following_) world_.clock.cancel(following.relist);
}

void HpaController::start() {
    for (const spec::Kind* kind : spec::horizontal_kinds()) list_and_watch(*kind);
}

void HpaController::list_and_watch(const spec::Kind& kind) {
    Following& following = following_[&kind];
    following.relist = 0;
    const std::uint64_t version = world_.cluster.version();
    for (const cluster::Object& object : world_.cluster.list(all_of(kind))) {
        changed({cluster::Change::Type::added, object, version});
    }
    const auto again = [this, &kind] { list_and_watch(kind); };
    following.watching = world_.cluster.watch(
        all_of(kind),
        version,
        [this](const cluster::Change& change) { changed(change); },
        [this, &following, again] { following.relist = world_.clock.call_after(Duration{}, again); }
    );
}

// New and changed specs are looked at now; our own status writes leave the period as it is.
void HpaController::changed(const cluster::Change& change) {
    const spec::Key key = spec::key_of(change.object);
    if (change.type == cluster::Change::Type::deleted) {
        queue_.remove(key);
        kept_.erase(key);
        ++selectors_;
        return;
    }
    const spec::ObjectMeta& metadata = change.object.metadata();
    Kept& kept = kept_[key];
    if (kept.uid != metadata.uid) kept = Kept{};
    const bool observes = spec::observes(metadata);
    const bool is_news = kept.generation != metadata.generation || kept.observes != observes;
    if (kept.subject.empty()) kept.subject = spec::to_text(key);
    kept.uid = metadata.uid;
    kept.generation = metadata.generation;
    kept.observes = observes;
    if (is_news) {
        ++selectors_;
        queue_.add(key);
    } else {
        queue_.add_after(key, config_.sync_period);
    }
}

Result<void> HpaController::reconcile(const spec::Key& key) {
    const Result<cluster::Object> object = world_.cluster.get(key);
    if (!object) {
        kept_.erase(key);
        return {};
    }
    // First, so that nothing below can lose the next run. An earlier one that is asked for stays.
    queue_.add_after(key, config_.sync_period);
    // An HPA is not copied: there are many.
    const auto part = object->is<Hpa>() ? std::nullopt : spec::horizontal_of(*object);
    const Hpa& hpa = part ? *part : object->as<Hpa>();
    ++evaluations_;
    Kept& kept = kept_[key];
    if (kept.uid != hpa.metadata.uid) {  // made anew, and its watch has not told yet
        kept = Kept{};
        kept.subject = spec::to_text(key);
        kept.uid = hpa.metadata.uid;
        kept.observes = spec::observes(hpa.metadata);
    }
    Result<TargetScale> scale =
        read_scale(world_.cluster, hpa.metadata.ns, hpa.spec.scale_target_ref);
    const Observation seen = observe(key, hpa, scale, kept);
    State restored;
    if (!kept.state) {
        const auto replicas = scale ? std::optional(seen.replicas) : std::nullopt;
        restored = restore(newest_entry(kept), hpa, replicas, seen.at, config_);
    }
    const State& state = kept.state ? *kept.state : restored;
    Decision decision = decide(seen, hpa, state, config_, Words::none);
    std::optional<journal::Step> lack;
    if (scale && decision.desired > seen.status_replicas)
        lack = explain_room(world_.cluster, *scale, admit_, decision.desired, seen.at);
    tell_room(decision, lack, seen.at);
    // Nobody would know of what an observer decided.
    const bool is_told = (!config_.journal_holds && !decision.observed) ||
                         (decision.gist == kept.gist && seen.at < kept.told + config_.repeat_hold);
    if (decision.rescale || !is_told) {
        decision = decide(seen, hpa, state, config_);
        tell_room(decision, lack, seen.at);
    }
    if (decision.rescale) {
        act(hpa, std::move(*scale), seen, decision, kept);
    } else if (!is_told) {
        hold(hpa, seen, decision, kept);
        if (decision.observed && decision.desired != decision.current)
            decision.events.push_back(would_rescale(decision));
    }
    if (scale) kept.state = std::move(decision.state);
    tell(*object, hpa, decision);
    return {};
}

std::optional<journal::Entry> HpaController::newest_entry(const Kept& kept) const {
    journal::Filter filter;
    filter.subject = kept.subject;
    filter.controller = "hpa";
    filter.limit = 1;
    auto entries = world_.journal.read(filter);
    if (!entries || entries->empty()) return std::nullopt;
    return std::move(entries->front());
}

Observation HpaController::observe(
    const spec::Key& key, const Hpa& hpa, const Result<TargetScale>& scale, Kept& kept
) {
    Observation seen;
    seen.at = world_.clock.now();
    if (contention_) seen.contention = contention_(hpa);
    if (!scale) {
        seen.scale_error = scale.error().what;
        return seen;
    }
    seen.replicas = scale->replicas;
    seen.status_replicas = scale->status_replicas;
    // One that is off or out of bounds selects no pods, so that it is in nobody's way.
    if (asks_metrics(hpa, seen.replicas, config_)) observe_pods(key, hpa, *scale, kept, seen);
    return seen;
}

// The target's selector, read anew when the target may have another. Returns whether it is usable.
bool HpaController::know_selector(const TargetScale& scale, Kept& kept, Observation& seen) {
    using Fault = Observation::SelectorFault;
    const spec::ObjectMeta& target = scale.object.metadata();
    const bool is_known = kept.selector && kept.target_generation == target.generation &&
                          kept.target_uid == target.uid;
    if (is_known) return true;
    std::string text = selector_text(scale);
    if (text.empty()) {
        seen.selector_fault = Fault::missing;
        return false;
    }
    if (!kept.selector || kept.selector_text != text) {
        auto selector = spec::Selector::parse(text);
        if (!selector) {
            seen.selector_fault = Fault::invalid;
            seen.selector_text = selector.error().what;
            return false;
        }
        kept.selector = *std::move(selector);
        kept.selector_text = std::move(text);
        kept.query.kind = kind_of<spec::Pod>().name;
        kept.query.ns = target.ns;
        kept.query.labels = *kept.selector;
        ++selectors_;
    }
    kept.target_uid = target.uid;
    kept.target_generation = target.generation;
    return true;
}

void HpaController::observe_pods(
    const spec::Key& key, const Hpa& hpa, const TargetScale& scale, Kept& kept, Observation& seen
) {
    if (!know_selector(scale, kept, seen)) return;
    const std::vector<cluster::Object> objects = world_.cluster.list(kept.query);
    // Objects do not change, so the same ones, which are kept alive here, say the same.
    const auto value = &cluster::Object::value;
    const bool are_same = kept.read_generation == hpa.metadata.generation &&
                          std::ranges::equal(kept.pods, objects, {}, value, value);
    if (!are_same) {
        kept.read_generation = hpa.metadata.generation;
        kept.pods = objects;
        kept.of_pods.assign(hpa.spec.metrics.size(), std::nullopt);
    }
    if (const std::string other = also_selected_by(key, objects, are_same, kept); !other.empty()) {
        seen.selector_fault = Observation::SelectorFault::ambiguous;
        seen.selector_text = "pods by selector " + kept.selector_text +
                             " are controlled by more than one HPA (e.g. [" + key.ns + "/" +
                             key.name + " " + other + "])";
        return;
    }
    std::vector<const spec::Pod*> pods;
    pods.reserve(objects.size());
    for (const cluster::Object& object : objects) pods.push_back(&object.as<spec::Pod>());
    seen.readings.reserve(hpa.spec.metrics.size());
    for (std::size_t i = 0; i < hpa.spec.metrics.size(); ++i)
        seen.readings.push_back(read(hpa.spec.metrics[i], key, pods, kept, kept.of_pods[i]));
}

// The name of another autoscaler of the namespace whose selector, as of its last run, selects one
// of the pods. Only those that act are in each other's way.
std::string HpaController::also_selected_by(
    const spec::Key& key, const std::vector<cluster::Object>& pods, bool are_same, Kept& own
) {
    if (own.observes) return {};
    // Not anew while nothing has changed: a namespace may have thousands of autoscalers.
    const bool was_alone = own.alone_at == selectors_;
    if (was_alone && are_same) return {};
    // Pods of one template have the same labels: each set is looked at once.
    std::vector<const spec::Labels*> labels;
    for (const cluster::Object& pod : pods)
        if (labels.empty() || *labels.back() != pod.metadata().labels)
            labels.push_back(&pod.metadata().labels);
    const auto same = [](const spec::Labels& a, const spec::Labels* b) { return a == *b; };
    if (was_alone && std::ranges::equal(own.alone_with, labels, same)) return {};
    own.alone_at = 0;
    for (const spec::Kind* kind : spec::horizontal_kinds())
        for (auto at = kept_.lower_bound(spec::Key{kind->name, key.ns, ""});
             at != kept_.end() && at->first.kind == kind->name && at->first.ns == key.ns;
             ++at) {
            const auto& [other, kept] = *at;
            if (other == key || !kept.selector || kept.observes) continue;
            const bool selects = std::ranges::any_of(labels, [&](const spec::Labels* set) {
                return kept.selector->matches(*set);
            });
            if (selects) return other.ns + "/" + other.name;
        }
    own.alone_at = selectors_;
    own.alone_with.clear();
    for (const spec::Labels* set : labels) own.alone_with.push_back(*set);
    return {};
}

Reading HpaController::read(
    const spec::MetricSpec& metric,
    const spec::Key& key,
    std::span<const spec::Pod* const> pods,
    const Kept& kept,
    std::optional<Gathered>& of_pods
) {
    const std::string& ns = key.ns;
    const metrics::Matches of_target = [&](const spec::Labels& labels) {
        return kept.selector->matches(labels);
    };
    const Trust trust = trust_of(world_.clock.now(), pods.size());
    if (metric.type == "Pods" && metric.pods) {
        const auto series = series_of(metric.pods->metric);
        using Answer = Result<std::vector<metrics::MetricValue>>;
        return read_pods_values(
            series ? world_.metrics.of_pods(ns, *series, of_target)
                   : Answer(std::unexpected(series.error())),
            pods,
            trust
        );
    }
    if (metric.type == "Object" && metric.object)
        return read_series(ValueSource::custom, value_of(*metric.object, ns), pods, trust);
    if (metric.type == "External" && metric.external)
        return read_series(ValueSource::external, values_of(*metric.external, ns), pods, trust);
    return read_resource(
        metric, world_.metrics.snapshot(ns, of_target, kept.selector_text), pods, trust, &of_pods
    );
}

Result<std::vector<metrics::MetricValue>> HpaController::value_of(
    const spec::ObjectMetricSource& metric, const std::string& ns
) const {
    const auto series = series_of(metric.metric);
    if (!series) return std::unexpected(series.error());
    const metrics::Described object{metric.described_object.kind, metric.described_object.name};
    auto value = world_.metrics.of_object(ns, *series, object);
    if (!value) return std::unexpected(value.error());
    return std::vector{*std::move(value)};
}

Result<std::vector<metrics::MetricValue>> HpaController::values_of(
    const spec::ExternalMetricSource& metric, const std::string& ns
) const {
    const auto series = series_of(metric.metric);
    if (!series) return std::unexpected(series.error());
    return world_.metrics.external(ns, *series);
}

// Reasons before acts: without an entry nothing is done, and the next run decides anew.
void HpaController::act(
    const Hpa& hpa, TargetScale scale, const Observation& seen, Decision& decision, Kept& kept
) {
    journal::Entry entry = entry_of(seen, hpa, decision, config_.journal_windows);
    entry.subject = kept.subject;
    const Result<std::uint64_t> id = world_.journal.write(entry);
    if (!id) {
        conclude(
            decision,
            hpa,
            {seen.at, "the decision could not be journaled: " + id.error().what},
            config_
        );
        return;
    }
    const Result<void> written = write_scale(
        world_.cluster,
        hpa.metadata.ns,
        hpa.spec.scale_target_ref,
        std::move(scale),
        decision.desired
    );
    const Instant now = world_.clock.now();
    conclude(decision, hpa, {now, written ? "" : written.error().what}, config_);
    entry.id = *id;
    entry.outcome = written ? "done" : "failed: " + written.error().what;
    entry.outcome_at = now;
    // The entry alone tells what was wanted; a lost outcome is found out from the replicas.
    (void)world_.journal.outcome(*id, now, entry.outcome);
    kept.gist.clear();
    kept.told = now;
    if (on_decision_) on_decision_(entry);
}

void HpaController::hold(
    const Hpa& hpa, const Observation& seen, const Decision& decision, Kept& kept
) {
    journal::Entry entry = entry_of(seen, hpa, decision, config_.journal_windows);
    entry.subject = kept.subject;
    const Result<std::uint64_t> id = world_.journal.write(entry);
    if (!id) return;
    entry.id = *id;
    kept.gist = decision.gist;
    kept.told = seen.at;
    if (on_decision_) on_decision_(entry);
}

void HpaController::tell(const cluster::Object& object, const Hpa& hpa, Decision& decision) {
    const bool is_written = config_.status_of_metrics ? decision.status != hpa.status
                                                      : is_news(decision.status, hpa.status);
    if (is_written) {
        const Result<cluster::Object> written =
            world_.cluster.update_status(spec::with_status(object, std::move(decision.status)));
        if (!written) status_failed(decision, hpa.metadata.name, written.error().what);
    }
    for (const auto* events : {&decision.events, &decision.events_after})
        for (const Said& said : *events)
            world_.cluster.event(object, said.warning, said.reason, said.message);
}

}  // namespace swell::control::hpa
