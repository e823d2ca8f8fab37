#include "control/vpa/updater.hpp"

#include <algorithm>
#include <set>

#include "control/vpa/phase.hpp"
#include "control/vpa/policy.hpp"
#include "spec/kinds/apps.hpp"

namespace swell::control::vpa {

namespace {

/// `app: cpu 63m, memory 500Mi; `
std::string targets_in_words(const Candidate& candidate) {
    std::string text;
    if (!candidate.capped.recommendation) return text;
    for (const auto& one : candidate.capped.recommendation->container_recommendations)
        text += one.container_name + ": " + in_words(one.target) + "; ";
    return text;
}

using Governors = std::vector<const Governor*>;

/// Those that change pods that run.
Governors updating(const std::vector<Governor>& all) {
    Governors found;
    for (const Governor& one : all) {
        const UpdateMode mode = update_mode(one.vpa().spec);
        const bool updates =
            mode == UpdateMode::recreate || mode == UpdateMode::in_place_or_recreate;
        if (updates && one.fault.empty()) found.push_back(&one);
    }
    return found;
}

/// Among whom it is asked which one is in charge of a pod: one that observes is in nobody's way.
Governors beside(const Governor& one, const Governors& active) {
    if (one.observes()) return {&one};
    Governors acting;
    for (const Governor* other : active)
        if (!other->observes()) acting.push_back(other);
    return acting;
}

}  // namespace

Resize resize_through(cluster::Cluster& cluster) {
    return [&cluster](const spec::Pod& wanted) -> Result<void> {
        const auto stored = cluster.get(spec::key_of(cluster::Object(wanted)));
        if (!stored) return std::unexpected(stored.error());
        spec::Pod next = stored->as<spec::Pod>();
        if (next.metadata.uid != wanted.metadata.uid)
            return fail(Code::conflict, "another pod took its place");
        for (spec::Container& container : next.spec.containers) {
            const auto& all = wanted.spec.containers;
            const auto one = std::ranges::find(all, container.name, &spec::Container::name);
            if (one != all.end()) container.resources = one->resources;
        }
        for (const auto& [key, value] : wanted.metadata.annotations)
            next.metadata.annotations[key] = value;
        const auto written = cluster.resize(std::move(next));
        if (!written) return std::unexpected(written.error());
        return {};
    };
}

// One autoscaler's part of the loop.
struct Updater::Work {
    const Governor& governor;
    std::vector<const spec::Pod*> pods;
    LimitRanges ranges;
    Disruption disruption;
    Instant now;
    const OnDecision& on_decision;

    std::vector<Candidate> candidates(
        const UpdaterConfig& config, const std::function<bool(const spec::Pod&)>& may
    ) const {
        std::vector<Candidate> made;
        for (const spec::Pod* pod : pods)
            if (may(*pod))
                made.push_back(judge(governor.vpa(), *pod, ranges, now, config, governor.contested)
                );
        return update_order(std::move(made));
    }
};

void Updater::run(
    const std::vector<Governor>& all, const LimitRangesOf& limit_ranges, const OnDecision& said
) {
    const Governors active = updating(all);
    std::set<std::string> live;
    for (const Governor* governor : active) {
        const Governors peers = beside(*governor, active);
        cluster::Query query;
        query.kind = spec::kind_of<spec::Pod>().name;
        query.ns = governor->selection.ns;
        query.labels = governor->selection.selector;
        const std::vector<cluster::Object> objects = world_.cluster.list(query);
        std::vector<const spec::Pod*> pods;
        for (const cluster::Object& object : objects) {
            const spec::Pod& pod = object.as<spec::Pod>();
            if (!is_updatable(pod)) continue;
            const auto topmost = topmost_controller(world_.cluster, pod.metadata);
            if (in_charge(peers, pod, topmost) != governor) continue;
            pods.push_back(&pod);
            live.insert(pod.metadata.uid);
        }
        const std::string& ns = governor->selection.ns;
        Disruption disruption(pods, governor->vpa(), config_, [&](const Creator& creator) {
            return replicas(ns, creator);
        });
        LimitRanges ranges = limit_ranges ? limit_ranges(ns) : LimitRanges{};
        Work work{
            *governor,
            std::move(pods),
            std::move(ranges),
            std::move(disruption),
            world_.clock.now(),
            said,
        };
        update(work);
    }
    std::erase_if(resizing_since_, [&](const auto& one) { return !live.contains(one.first); });
    std::erase_if(refusals_, [&](const auto& one) { return !live.contains(one.first); });
    std::erase_if(told_, [&](const auto& one) { return !live.contains(one.first.second); });
}

void Updater::update(Work& work) {
    if (update_mode(work.governor.vpa().spec) == UpdateMode::in_place_or_recreate)
        return resize_or_evict(work);
    const auto may_evict = [&](const spec::Pod& pod) {
        return work.disruption.can_evict(pod, work.now, resizing_since_);
    };
    for (const Candidate& one : work.candidates(config_, may_evict))
        if (may_evict(*one.pod) && !evict(work, one)) return;
}

void Updater::resize_or_evict(Work& work) {
    const auto decision = [&](const spec::Pod& pod) {
        return work.disruption.can_resize(pod, work.governor.vpa(), work.now, resizing_since_);
    };
    const auto not_deferred = [&](const spec::Pod& pod) {
        return decision(pod) != ResizeDecision::deferred;
    };
    std::vector<Candidate> to_evict;
    for (const Candidate& one : work.candidates(config_, not_deferred)) {
        const ResizeDecision now = decision(*one.pod);
        if (now == ResizeDecision::deferred) continue;
        if (now == ResizeDecision::evict || !resize_) {
            to_evict.push_back(one);
            continue;
        }
        if (is_refused(one, work.now)) continue;
        const Result<void> done = resize(work, one);
        if (done) continue;
        if (done.error().code == Code::forbidden)
            refused(work, one, done.error().what);
        else
            to_evict.push_back(one);
    }
    for (const Candidate& one : to_evict)
        if (work.disruption.can_evict(*one.pod, work.now, resizing_since_) && !evict(work, one))
            return;
}

// Reasons before acts: without an entry nothing is done, and the next loop decides anew.
Result<void> Updater::journaled(
    Work& work, const Candidate& candidate, Act act, const std::function<Result<void>()>& do_it
) {
    const Disruption::Group* group = work.disruption.group_of(*candidate.pod);
    journal::Entry entry = entry_of(
        work.governor, candidate, group == nullptr ? Disruption::Group{} : *group, act, work.now
    );
    const Result<std::uint64_t> id = world_.journal.write(entry);
    if (!id) return std::unexpected(id.error());
    const Result<void> done = do_it();
    entry.id = *id;
    entry.outcome = done ? "done" : "failed: " + done.error().what;
    entry.outcome_at = world_.clock.now();
    (void)world_.journal.outcome(*id, *entry.outcome_at, entry.outcome);
    if (work.on_decision) work.on_decision(entry);
    return done;
}

// What would be done counts as done for the rest of the loop.
void Updater::observe(Work& work, const Candidate& candidate, Act act) {
    const spec::Pod& pod = *candidate.pod;
    const Disruption::Group* group = work.disruption.group_of(pod);
    journal::Entry entry = entry_of(
        work.governor, candidate, group == nullptr ? Disruption::Group{} : *group, act, work.now
    );
    if (act == Act::evict) work.disruption.evicted(pod);
    if (act == Act::resize) work.disruption.resized(pod);
    Told& told = told_[{work.governor.object.metadata().uid, pod.metadata.uid}];
    const std::string gist = gist_of(entry);
    if (told.gist == gist && work.now < told.at + repeat_observation) return;
    const Result<std::uint64_t> id = world_.journal.write(entry);
    if (!id) return;
    told = {gist, work.now};
    entry.id = *id;
    world_.cluster.event(
        work.governor.object,
        false,
        act == Act::evict ? "ObservedEviction" : "ObservedResize",
        "VPA Updater " + entry.summary + "; nothing was changed (swell.dev/mode: Observe)"
    );
    if (work.on_decision) work.on_decision(entry);
}

// Returns false when nothing more is to be tried: nothing can be journaled.
bool Updater::evict(Work& work, const Candidate& candidate) {
    if (work.governor.observes()) {
        observe(work, candidate, Act::evict);
        return true;
    }
    const spec::Pod& pod = *candidate.pod;
    bool tried = false;
    const auto done = journaled(work, candidate, Act::evict, [&] {
        tried = true;
        return world_.cluster.remove(
            {spec::kind_of<spec::Pod>().name, pod.metadata.ns, pod.metadata.name}, {}
        );
    });
    if (!done) return tried;
    world_.cluster.event(
        pod,
        false,
        "EvictedByVPA",
        "Pod was evicted by VPA Updater to apply resource recommendation."
    );
    world_.cluster.event(
        work.governor.object,
        false,
        "EvictedPod",
        "VPA Updater evicted Pod " + pod.metadata.name + " to apply resource recommendation."
    );
    work.disruption.evicted(pod);
    return true;
}

Result<void> Updater::resize(Work& work, const Candidate& candidate) {
    if (work.governor.observes()) {
        observe(work, candidate, Act::resize);
        return {};
    }
    const spec::Pod& pod = *candidate.pod;
    const auto done = journaled(work, candidate, Act::resize, [&] {
        return resize_(resized(work.governor.vpa(), pod, work.ranges, work.governor.contested));
    });
    if (!done) return done;
    world_.cluster.event(
        pod, false, "InPlaceResizedByVPA", "Pod was resized in place by VPA Updater."
    );
    work.disruption.resized(pod);
    return {};
}

bool Updater::is_refused(const Candidate& candidate, Instant now) const {
    const auto found = refusals_.find(candidate.pod->metadata.uid);
    return found != refusals_.end() && now < found->second.at + refused_hold &&
           found->second.targets == targets_in_words(candidate);
}

void Updater::refused(Work& work, const Candidate& candidate, const std::string& why) {
    const spec::Pod& pod = *candidate.pod;
    refusals_[pod.metadata.uid] = {targets_in_words(candidate), work.now};
    world_.cluster.event(
        work.governor.object,
        true,
        "InPlaceResizeSkipped",
        "VPA Updater skipped the in-place resize of Pod " + pod.metadata.name + ": " + why
    );
}

std::optional<std::int32_t> Updater::replicas(const std::string& ns, const Creator& creator) const {
    if (creator.kind != spec::kind_of<spec::ReplicaSet>().name) return std::nullopt;
    const auto object =
        world_.cluster.get({spec::kind_of<spec::ReplicaSet>().name, ns, creator.name});
    if (!object) return std::nullopt;
    return object->as<spec::ReplicaSet>().spec.replicas;
}

}  // namespace swell::control::vpa
