#include "cluster/store/store.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <set>

#include "cluster/admission/refusal.hpp"
#include "cluster/admission/resize.hpp"
#include "cluster/store/rules.hpp"
#include "spec/registry.hpp"

namespace swell::cluster {

namespace {

/// Of the two draws that a restart with the same seed would repeat, uids must not: the version
/// moves the generator on.
Rng moved_on(Rng rng, std::uint64_t version) {
    return Rng(rng.next() ^ (version * 0x9e3779b97f4a7c15ULL));
}

}  // namespace

Store::Store(
    Clock& clock, Rng rng, const Options& options, std::unique_ptr<Rows> rows, Loaded loaded
)
    : clock_(clock),
      rng_(moved_on(rng, loaded.version)),
      options_(options),
      rows_(std::move(rows)),
      unreadable_(std::move(loaded.unreadable)),
      version_(loaded.version),
      history_(options.history, loaded.version),
      watchers_(clock, history_) {
    for (const Object& object : loaded.objects) index_event(memory_.put(object), &object);
}

// Reading.

Result<Object> Store::get(const Key& key) const {
    const Object* found = memory_.find(key);
    if (found == nullptr) return std::unexpected(not_found(key));
    return *found;
}

std::vector<Object> Store::list(const Query& query) const { return memory_.list(query); }

std::unique_ptr<Watching> Store::watch(
    const Query& query,
    std::uint64_t since,
    std::function<void(const Change&)> on_change,
    std::function<void()> on_expired
) {
    return watchers_.add(query, since, std::move(on_change), std::move(on_expired));
}

Result<Store::Changes> Store::changes_since(
    std::uint64_t since, const Query& query, std::size_t max
) const {
    if (!history_.reaches(since)) {
        return fail(
            Code::expired,
            "too old resource version: " + std::to_string(since) + " (the newest is " +
                std::to_string(history_.newest()) + "); list again"
        );
    }
    Changes found{{}, since};
    while (found.version < history_.newest() && found.changes.size() < max)
        if (auto change = as_seen_by(query, history_.at(++found.version)))
            found.changes.push_back(*std::move(change));
    return found;
}

// Writing: each public call is a batch of its own, or part of the one under way.

Result<Object> Store::create(Object object) {
    Key key;
    const auto done = write_batch([&]() -> Result<void> {
        auto metadata = created(object, moment());
        if (!metadata) return std::unexpected(metadata.error());
        if (auto owned = check_owners(*metadata); !owned) return owned;
        // Before the name is looked at, as in Kubernetes: of two reasons to refuse, policy is told.
        auto made = admit_new(object.with_metadata(*metadata), policies_of(metadata->ns));
        if (!made) return std::unexpected(made.error());
        metadata = made->metadata();
        if (auto named = name_it(*made, *metadata); !named) return named;
        made = made->with_metadata(*std::move(metadata));
        key = key_of(*made);
        keep(*std::move(made));
        return {};
    });
    if (!done) return std::unexpected(done.error());
    return *memory_.find(key);
}

/// Kubernetes takes a dependent whose owners are all gone, and collects it a moment later. Refusing
/// tells its writer.
Result<void> Store::check_owners(const spec::ObjectMeta& metadata) const {
    const auto& owners = metadata.owner_references;
    if (owners.empty()) return {};
    for (const spec::OwnerReference& owner : owners)
        if (memory_.with_uid(owner.uid) != nullptr) return {};
    return fail(
        Code::invalid,
        "metadata.ownerReferences[0].uid: there is no " + owners[0].kind + " " + owners[0].name +
            " with uid " + owners[0].uid
    );
}

Result<void> Store::name_it(const Object& object, spec::ObjectMeta& metadata) {
    const bool made_up = metadata.name.empty();
    const auto taken = [&] {
        return memory_.find({object.kind().name, metadata.ns, metadata.name}) != nullptr;
    };
    constexpr int tries = 8;  // of 14 million names; as Kubernetes does
    for (int i = 0; i < (made_up ? tries : 1); ++i) {
        if (made_up) metadata.name = make_name(metadata.generate_name, rng_);
        if (!taken()) break;
    }
    if (taken()) return std::unexpected(already_exists(object.kind(), metadata.name));
    do metadata.uid = make_uid(rng_);
    while (memory_.with_uid(metadata.uid) != nullptr);
    return {};
}

Result<Object> Store::update(Object object) { return replace(object, admit_change); }

Result<Object> Store::resize(Object pod) {
    CHECK(pod.is<spec::Pod>());
    const Object* stored = memory_.find(key_of(pod));
    if (stored == nullptr) return std::unexpected(not_found(key_of(pod)));
    spec::Pod next = pod.as<spec::Pod>();
    next.spec = with_resources_of(stored->as<spec::Pod>().spec, next.spec);
    return replace(std::move(next), admit_resize);
}

Result<Object> Store::replace(const Object& object, Admit& admit) {
    const Object* stored = memory_.find(key_of(object));
    if (stored == nullptr) return std::unexpected(not_found(key_of(object)));
    auto next = updated(*stored, object, moment());
    if (!next || !*next) return apply(*stored, std::move(next));
    auto admitted = admit(**std::move(next), *stored, policies_of(stored->metadata().ns));
    if (!admitted) return std::unexpected(admitted.error());
    return apply(*stored, *std::move(admitted));
}

Result<Object> Store::update_status(Object object) {
    const Object* stored = memory_.find(key_of(object));
    if (stored == nullptr) return std::unexpected(not_found(key_of(object)));
    return apply(*stored, status_updated(*stored, std::move(object), moment()));
}

Result<Object> Store::apply(const Object& stored, Result<std::optional<Object>> next) {
    if (!next) return std::unexpected(next.error());
    if (!*next) return stored;
    const Object now = **std::move(next);
    const auto done = write_batch([&]() -> Result<void> {
        settle(now);
        return {};
    });
    if (!done) return std::unexpected(done.error());
    // A quota has been counted anew since; an object that is gone is answered as it last was.
    const Object* kept = memory_.find(key_of(now));
    return kept != nullptr && kept->metadata().uid == now.metadata().uid ? *kept : now;
}

Result<void> Store::remove(const Key& key, const Deletion& deletion) {
    const Object* stored = memory_.find(key);
    if (stored == nullptr) return std::unexpected(not_found(key));
    return write_batch([&] { return remove_one(Object(*stored), deletion); });
}

Result<void> Store::remove_one(const Object& stored, const Deletion& deletion) {
    const auto next = removed(stored, deletion, moment());
    if (!next) return std::unexpected(next.error());
    if (deletion.propagation == Propagation::orphan) release(stored.metadata().uid);
    // After release() has written, the version that was planned is taken.
    if (*next)
        settle(
            (*next)->metadata().resource_version == version_ + 1 ? **next
                                                                 : at_version(**next, version_ + 1)
        );
    return {};
}

/// Keeps an object, or lets it go when nothing holds it any more, and what it owns with it.
void Store::settle(const Object& now) {
    if (!is_gone(now.metadata())) return keep(now);
    drop(now);
    cascade(now.metadata().uid);
}

/// Dependents go with their last owner; one that has another owner left only loses the reference. A
/// list of work and no recursion: chains of owners are as long as their writers like.
void Store::cascade(std::string owner_uid) {
    std::deque<std::string> gone{std::move(owner_uid)};
    for (; !gone.empty(); gone.pop_front()) {
        for (const Key& key : memory_.owned_by(gone.front())) {
            const Object dependent = *memory_.find(key);
            bool owned = false;
            for (const spec::OwnerReference& owner : dependent.metadata().owner_references)
                owned |= owner.uid != gone.front() && memory_.with_uid(owner.uid) != nullptr;
            if (owned) {
                keep(disowned(dependent, gone.front(), moment()));
                continue;
            }
            const auto next = removed(dependent, {}, moment());
            if (!next || !*next) continue;  // it is going already
            if (is_gone((*next)->metadata())) {
                drop(**next);
                gone.push_back(dependent.metadata().uid);
            } else {
                keep(**next);
            }
        }
    }
}

void Store::release(const std::string& owner_uid) {
    for (const Key& key : memory_.owned_by(owner_uid))
        keep(disowned(*memory_.find(key), owner_uid, moment()));
}

// Events.

void Store::event(
    const Object& about, bool warning, const std::string& reason, const std::string& message
) {
    if (!options_.keeps_events) return;
    // An event that the disk has no room for is lost; what it tells of is in the journal.
    (void)write_batch([&]() -> Result<void> {
        happen(about, {warning, reason, message});
        return {};
    });
}

void Store::happen(const Object& about, const Happening& happening) {
    const Instant now = clock_.now();
    for (const Key& old : events_.before(now - options_.event_life))
        drop(at_version(*memory_.find(old), version_ + 1));

    if (const auto same = events_.same(about, happening)) {
        const spec::Event& known = memory_.find(*same)->as<spec::Event>();
        keep(at_version(Object(seen_again(known, now)), version_ + 1));
        return;
    }
    const Object made(make_event(about, happening, now, rng_));
    auto metadata = created(made, moment());
    if (!metadata || !name_it(made, *metadata)) return;
    const std::string ns = metadata->ns;
    keep(made.with_metadata(*std::move(metadata)));
    for (const Key& old : events_.over(ns, options_.events_per_namespace))
        drop(at_version(*memory_.find(old), version_ + 1));
}

// Batches.

/// A write into memory: of an object that carries the next version.
void Store::keep(Object object) {
    CHECK(object.metadata().resource_version == version_ + 1);
    ++version_;
    auto before = memory_.put(object);
    index_event(before, &object);
    const auto type = before ? Change::Type::modified : Change::Type::added;
    pending_.push_back({{type, std::move(object), version_}, std::move(before)});
}

void Store::drop(const Object& last) {
    CHECK(last.metadata().resource_version == version_ + 1);
    ++version_;
    auto before = memory_.take(key_of(last));
    index_event(before, nullptr);
    pending_.push_back({{Change::Type::deleted, last, version_}, std::move(before)});
}

void Store::index_event(const std::optional<Object>& before, const Object* now) {
    if (before && before->is<spec::Event>()) events_.taken(before->as<spec::Event>());
    if (now != nullptr && now->is<spec::Event>()) events_.added(now->as<spec::Event>());
}

void Store::undo_to(std::size_t mark) {
    for (; pending_.size() > mark; pending_.pop_back()) {
        const Written& written = pending_.back();
        const auto now = memory_.take(key_of(written.change.object));
        if (written.before) memory_.put(*written.before);
        index_event(now, written.before ? &*written.before : nullptr);
        --version_;
    }
}

Result<void> Store::write_batch(const std::function<Result<void>()>& writes) {
    const std::size_t mark = pending_.size();
    ++depth_;
    auto done = writes();
    --depth_;
    if (done)
        count_anew(mark);
    else
        undo_to(mark);
    if (depth_ > 0) return done;
    if (auto kept = commit(); !kept) return kept;
    watchers_.deliver();
    return done;
}

// Policies.

Policies Store::policies_of(const std::string& ns) const {
    Policies policies{.limit_ranges = {}, .quotas = {}, .now = clock_.now()};
    const auto all = [&](const spec::Kind& kind) {
        return memory_.list({.kind = kind.name, .ns = ns});
    };
    for (const Object& range : all(spec::kind_of<spec::LimitRange>()))
        policies.limit_ranges.push_back(range.as<spec::LimitRange>());
    for (const Object& quota : all(spec::kind_of<spec::ResourceQuota>()))
        policies.quotas.push_back(quota.as<spec::ResourceQuota>());
    return policies;
}

/// Writes what the quotas of a namespace now count, for the namespaces that were written to since
/// `mark`. Counted from the objects and not summed up change by change, so that a status can not
/// drift.
void Store::count_anew(std::size_t mark) {
    const std::string_view quota_kind = spec::kind_of<spec::ResourceQuota>().name;
    if (!memory_.has(quota_kind)) return;
    std::set<std::string> changed;
    for (std::size_t i = mark; i < pending_.size(); ++i)
        if (changes_usage(pending_[i])) changed.insert(pending_[i].change.object.metadata().ns);
    for (const std::string& ns : changed) {
        for (const Object& object : memory_.list({.kind = quota_kind, .ns = ns})) {
            spec::ResourceQuota quota = object.as<spec::ResourceQuota>();
            std::vector<Object> counted;
            const auto count = [&](const spec::Kind& kind) {
                const auto counts = [&](const auto& hard) { return is_counted(kind, hard.first); };
                if (!std::ranges::any_of(quota.spec.hard, counts)) return;
                std::ranges::copy(
                    memory_.list({.kind = kind.name, .ns = ns}), std::back_inserter(counted)
                );
            };
            for (const spec::Kind* kind : spec::kinds()) count(*kind);
            count(spec::kind_of<spec::PersistentVolumeClaim>());  // no kind of the registry
            spec::ResourceQuotaStatus status = status_of(quota, counted, clock_.now());
            if (status == quota.status) continue;
            quota.status = std::move(status);
            keep(at_version(Object(std::move(quota)), version_ + 1));
        }
    }
}

/// Most writes are statuses and events, which no quota counts.
bool Store::changes_usage(const Written& written) const {
    const Object& now = written.change.object;
    if (now.is<spec::Event>()) return false;
    if (now.is<spec::ResourceQuota>() || written.change.type != Change::Type::modified) return true;
    const Object& before = *written.before;
    return !now.kind().same_spec(before.value(), now.value()) ||
           usage_of(before, clock_.now()) != usage_of(now, clock_.now());
}

Result<void> Store::commit() {
    if (pending_.empty()) return {};
    if (rows_) {
        // The last write of a key is what its row shall say.
        std::map<Key, const Object*> last;
        for (const Written& written : pending_) {
            const Change& change = written.change;
            last[key_of(change.object)] =
                change.type == Change::Type::deleted ? nullptr : &change.object;
        }
        std::vector<Rows::Write> writes;
        writes.reserve(last.size());
        for (const auto& [key, object] : last) writes.push_back({key, object});
        if (auto kept = rows_->commit(writes, version_); !kept) {
            undo_to(0);
            return kept;
        }
    }
    for (Written& written : pending_) history_.add(std::move(written));
    pending_.clear();
    return {};
}

}  // namespace swell::cluster
