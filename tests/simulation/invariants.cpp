#include "invariants.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

#include "control/replicaset/pods.hpp"

namespace swell::simulation {

namespace {

using spec::kind_of;

constexpr std::size_t most_broken = 20;

/// Entries of runs in which the metrics were not asked.
bool was_asked(const journal::Entry& entry) {
    static const std::set<std::string> others = {
        "above-max-replicas", "below-min-replicas", "disabled", "target-unreadable", "no-number"
    };
    return std::ranges::none_of(entry.steps, [](const journal::Step& step) {
        return others.contains(step.rule);
    });
}

template <class T>
std::vector<T> all_of(const cluster::Store& store, const std::string& ns) {
    cluster::Query query;
    query.kind = kind_of<T>().name;
    query.ns = ns;
    std::vector<T> all;
    for (const cluster::Object& object : store.list(query)) all.push_back(object.as<T>());
    return all;
}

std::string change_text(std::int32_t from, std::int32_t to) {
    return std::to_string(from) + " → " + std::to_string(to);
}

bool is_live(const spec::Pod& pod) { return control::replicaset::is_active(pod); }

}  // namespace

Invariants::Invariants(
    const ShiftedClock& clock,
    const cluster::Store& store,
    const journal::MemoryJournal& journal,
    const Measured& measured,
    const Faults& faults
)
    : clock_(clock), store_(store), journal_(journal), measured_(measured), faults_(faults) {}

void Invariants::break_(const char* invariant, const std::string& what) {
    if (broken_.size() >= most_broken) return;
    broken_.push_back(swell::to_text(faults_.elapsed()) + " " + invariant + ": " + what);
}

std::size_t Invariants::load_of(const std::string& ns, const std::string& name) const {
    const std::vector<Load>& loads = faults_.scenario().loads;
    std::size_t i = 0;
    while (i < loads.size() && (loads[i].ns != ns || loads[i].name != name)) ++i;
    return i;
}

std::vector<spec::Pod> Invariants::pods_in(const std::string& ns) const {
    return all_of<spec::Pod>(store_, ns);
}

void Invariants::wrote(const Write& write) {
    using Act = Write::Act;
    const cluster::Object& object = write.after != nullptr ? *write.after : *write.before;
    if (write.act == Act::status) return;
    if (write.controller == "hpa" && write.act == Act::update && object.is<spec::Deployment>())
        return scaled(write.before->as<spec::Deployment>(), write.after->as<spec::Deployment>());
    if (object.is<spec::ReplicaSet>() && write.after != nullptr) {
        const auto& after = write.after->as<spec::ReplicaSet>();
        const bool is_sized =
            write.before == nullptr ||
            write.before->as<spec::ReplicaSet>().spec.replicas != after.spec.replicas;
        if (is_sized) sized(after);
    }
    if (!object.is<spec::Pod>()) return;
    if (write.controller == "vpa" && write.act == Act::update)
        resized(write.before->as<spec::Pod>(), write.after->as<spec::Pod>());
    if (write.act == Act::create) created(object.as<spec::Pod>());
    if (write.act == Act::remove) removed(write.controller, object.as<spec::Pod>());
}

void Invariants::stepped() {
    read_journal();
    if (store_.version() == checked_) return;
    checked_ = store_.version();
    check_quotas();
}

void Invariants::clock_was_set_back(Duration by) {
    constexpr Duration longest = std::chrono::seconds(300);  // period or window of a scenario
    sure_from_ = std::max(sure_from_, clock_.now() + by + longest);
    used_.clear();
    refused_.clear();
}

void Invariants::begins() {
    for (const spec::Pod& pod : pods_in(""))
        if (is_live(pod) && in_force(pod) != pod.spec.containers.front().resources)
            count("restart in a resize");
    disturbed_.clear();
    refused_.clear();
}

void Invariants::read_journal() {
    const auto& entries = journal_.entries();
    auto entry = entries.rbegin();
    while (entry != entries.rend() && entry->id > read_) ++entry;
    for (auto next = entry.base(); next != entries.end(); ++next) {
        read_ = next->id;
        if (next->controller != "hpa" && next->controller != "vpa") continue;
        heard(*next);
        if (next->controller == "hpa") heard_of_hpa(*next);
    }
}

void Invariants::heard(const journal::Entry& entry) {
    if (entry.observation.value("observes", false)) {
        observed_.insert(entry.controller + entry.observation.value("uid", ""));
        if (entry.action == "observe") count("observed by " + entry.controller);
        if (entry.action != "observe" && entry.action != "hold")
            break_("observe", entry.subject + " observes, and its entry says " + entry.action);
    }
    const std::string target = entry.observation.value("target", "");
    const std::string name = target.substr(target.find('/') + 1);
    // Of a target that is not there nothing is known.
    if (!store_.get({kind_of<spec::Deployment>().name, entry.ns, name})) return;
    const bool is_contested = entry.controller == "hpa" ? is_contested_with_vpa(entry, name)
                                                        : is_contested_with_hpa(entry, name);
    const bool is_told =
        std::ranges::find(entry.steps, "resource-contention", &journal::Step::rule) !=
        entry.steps.end();
    if (is_told) count("contention told by " + entry.controller);
    if (is_told != is_contested)
        break_(
            "contention",
            entry.subject + (is_contested ? " does not tell that" : " tells that") +
                " another autoscaler acts on the same resource"
        );
}

bool Invariants::is_contested_with_vpa(const journal::Entry& entry, const std::string& target)
    const {
    const std::vector<Vertical> others = verticals(store_, entry.ns, target);
    if (others.empty()) return false;
    for (const Horizontal& own : horizontals(store_, entry.ns, target))
        if (spec::to_text(own.key) == entry.subject)
            return std::ranges::any_of(others, [&](const Vertical& other) {
                return !other.observes() && !contested(own, other).empty();
            });
    return false;
}

bool Invariants::is_contested_with_hpa(const journal::Entry& entry, const std::string& target)
    const {
    for (const Vertical& own : verticals(store_, entry.ns, target))
        if (spec::to_text(own.key) == entry.subject) return !contested(store_, own).empty();
    return false;
}

// What each HPA recommended.
void Invariants::heard_of_hpa(const journal::Entry& entry) {
    if (entry.action == "hold") count("hold");
    if (entry.observation.contains("error")) return count("hpa error");
    if (!was_asked(entry)) return;
    const std::string uid = entry.observation.value("uid", "");
    Past& past = pasts_[uid];
    past.recommended.push_back({entry.observation.value("recommended", 0), entry.at});
}

/// The newest entry of this moment that names an item in a list of what it changes.
const journal::Entry* Invariants::entry_of(
    const std::string& controller, const char* list, const Json& item
) const {
    for (const journal::Entry& entry : std::views::reverse(journal_.entries())) {
        if (entry.at != clock_.now()) return nullptr;
        if (entry.controller != controller || !entry.after.contains(list)) continue;
        const Json& items = entry.after[list];
        if (std::ranges::find(items, item) != items.end()) return &entry;
    }
    return nullptr;
}

void Invariants::scaled(const spec::Deployment& before, const spec::Deployment& after) {
    const std::int32_t from = before.spec.replicas, to = after.spec.replicas;
    if (from == to) return;
    const std::string name = after.metadata.ns + "/" + after.metadata.name;
    const std::string change = name + " " + change_text(from, to);
    count(to > from ? "scale up" : "scale down");
    if (journal_.refuses()) break_("journaled", change + " while the journal refuses");
    const journal::Entry* const entry =
        journal_.entries().empty() ? nullptr : &journal_.entries().back();
    const bool is_told =
        entry != nullptr && entry->controller == "hpa" && entry->action == "scale" &&
        entry->at == clock_.now() && entry->ns == after.metadata.ns &&
        entry->observation.value("target", "") == "Deployment/" + after.metadata.name &&
        entry->before.value("replicas", -1) == from && entry->after.value("replicas", -1) == to;
    if (!is_told) return break_("journaled", change + " without a word");
    const auto all = horizontals(store_, entry->ns, after.metadata.name);
    const auto one = std::ranges::find(all, entry->subject, [](const Horizontal& horizontal) {
        return spec::to_text(horizontal.key);
    });
    if (one == all.end()) return break_("bounds", change + " by an HPA that is not there");
    if (one->observes()) break_("observe", change + " by " + entry->subject + ", which observes");
    if (one->key.kind == "Autoscaler") count("scale by an Autoscaler");
    const Hpa& hpa = one->part;
    read_journal();
    Past& past = pasts_[hpa.metadata.uid];
    const std::int32_t min = hpa.spec.min_replicas.value_or(1), max = hpa.spec.max_replicas;
    if (to < min || to > max)
        break_(
            "bounds", change + ", outside " + std::to_string(min) + " to " + std::to_string(max)
        );
    if (from > max || (from < min && from != 0)) {
        count("back into bounds");
    } else {
        if (clock_.now() >= sure_from_) {
            check_rate(hpa, past, from, to);
            check_window(hpa, past, from, to);
        }
        if (to < from) check_metrics(hpa, to);
    }
    past.changes.push_back({to - from, clock_.now()});
}

void Invariants::check_rate(const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to) {
    const Instant now = clock_.now();
    const std::int64_t high = highest_allowed(hpa, from, past.changes, now);
    const std::int64_t low = lowest_allowed(hpa, from, past.changes, now);
    const std::string change = hpa.metadata.name + " " + change_text(from, to);
    if (to > from && to > high && to != hpa.spec.min_replicas.value_or(1))
        break_("rate", change + ", allowed is " + std::to_string(high));
    if (to < from && to < low) break_("rate", change + ", allowed is " + std::to_string(low));
    if ((to > from && to == high) || (to < from && to == low)) count("as far as the rate allows");
}

void Invariants::check_window(
    const Hpa& hpa, const Past& past, std::int32_t from, std::int32_t to
) {
    if (!faults_.scenario().tells_all || from == 0) return;
    const bool up = to > from;
    if (up && !hpa.spec.behavior) return;
    const Instant cutoff = clock_.now() - window(hpa, up);
    for (const Recommended& one : past.recommended) {
        if (one.at <= cutoff) continue;
        if (up ? to > std::max(one.replicas, hpa.spec.min_replicas.value_or(1))
               : to < std::min(one.replicas, hpa.spec.max_replicas))
            return break_(
                "window",
                hpa.metadata.name + " " + change_text(from, to) + ", but " +
                    std::to_string(one.replicas) + " was recommended " +
                    swell::to_text(clock_.now() - one.at) + " ago"
            );
    }
    if (!past.recommended.empty()) count("window checked");
}

void Invariants::check_metrics(const Hpa& hpa, std::int32_t to) {
    const std::size_t index = load_of(hpa.metadata.ns, hpa.spec.scale_target_ref.name);
    const Load& load = faults_.scenario().loads.at(index);
    const std::string change = hpa.metadata.name + " shrinks to " + std::to_string(to);
    std::int32_t missing = 0, believed = 0;
    std::set<std::int64_t> requests;
    for (const spec::Pod& pod : measured_.pods_of(load)) {
        if (!is_live(pod) || pod.status.phase != "Running") continue;
        ++(measured_.is_believable(index, pod.metadata.name) ? believed : missing);
        const auto& resources = pod.spec.containers.front().resources;
        requests.insert(amount(resources.requests, "cpu", 0));
        requests.insert(-amount(resources.requests, "memory", 0));
    }
    for (const spec::MetricSpec& metric : hpa.spec.metrics) {
        if (metric.object || metric.external) {
            if (!measured_.is_believable(index))
                break_("metrics", change + " without its " + metric.type + " metric");
            continue;
        }
        if (believed == 0) break_("metrics", change + " without its " + metric.type + " metric");
        // Each that is missing counts as one that has as much to do as it should have.
        if (requests.size() <= 2 && to < std::min(missing, hpa.spec.max_replicas))
            break_(
                "metrics", change + ", but of " + std::to_string(missing) + " pods nothing is known"
            );
        if (missing > 0) count("shrinks with some pods missing");
    }
}

void Invariants::sized(const spec::ReplicaSet& after) {
    const std::string& name = after.metadata.name;
    for (const journal::Entry& entry : std::views::reverse(journal_.entries())) {
        if (entry.at != clock_.now()) break;
        if (entry.controller == "deployment" && entry.after.value(name, -1) == after.spec.replicas)
            return;
    }
    break_(
        "journaled",
        name + " was sized to " + std::to_string(after.spec.replicas) + " without a word"
    );
}

void Invariants::created(const spec::Pod& pod) {
    count("pod created");
    const std::string& name = pod.metadata.name;
    if (journal_.refuses()) break_("journaled", name + " was created while the journal refuses");
    if (entry_of("replicaset", "created", name) == nullptr)
        break_("journaled", name + " was created without a word");
    check_limits(pod);
    check_size(pod);
}

void Invariants::check_limits(const spec::Pod& pod) {
    const auto& resources = pod.spec.containers.front().resources;
    for (const auto& range : all_of<spec::LimitRange>(store_, pod.metadata.ns))
        for (const auto& item : range.spec.limits)
            for (const char* resource : {"cpu", "memory"}) {
                const std::int64_t request = amount(resources.requests, resource, 0);
                const std::int64_t limit = amount(resources.limits, resource, request);
                if (request < amount(item.min, resource, request) ||
                    limit > amount(item.max, resource, limit))
                    break_("limits", pod.metadata.name + ": " + resource);
            }
}

void Invariants::removed(const std::string& controller, const spec::Pod& pod) {
    const std::string& name = pod.metadata.name;
    if (journal_.refuses()) break_("journaled", name + " was deleted while the journal refuses");
    if (controller == "vpa") return evicted(pod);
    count("pod deleted");
    if (entry_of("replicaset", "deleted", name) == nullptr)
        break_("journaled", name + " was deleted without a word");
}

void Invariants::check_quotas() {
    const Instant now = clock_.now();
    for (const auto& quota : all_of<spec::ResourceQuota>(store_, "")) {
        const std::vector<spec::Pod> pods = pods_in(quota.metadata.ns);
        const bool is_still = std::ranges::none_of(pods, [](const spec::Pod& pod) {
            return pod.metadata.deletion_timestamp.has_value();
        });
        for (const auto& [resource, hard] : quota.spec.hard) {
            const std::int64_t used = used_of(resource, pods, now);
            const auto [before, is_first] =
                used_.try_emplace(quota.metadata.ns + " " + resource, used);
            if (used > hard.milli_value() && used > before->second)
                break_(
                    "quota",
                    resource + " used " + std::to_string(used) + " of " +
                        std::to_string(hard.milli_value()) + " milli"
                );
            before->second = used;
            if (used == hard.milli_value()) count("quota full");
            const std::int64_t told = amount(quota.status.used, resource, -1);
            if (is_still && told != used)
                break_(
                    "quota",
                    resource + ": status says " + std::to_string(told) + " milli, used are " +
                        std::to_string(used)
                );
        }
    }
}

}  // namespace swell::simulation
