#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/rng.hpp"
#include "cluster/admission/admit.hpp"
#include "cluster/cluster.hpp"
#include "cluster/store/events.hpp"
#include "cluster/store/history.hpp"
#include "cluster/store/memory.hpp"
#include "cluster/store/rules.hpp"
#include "cluster/store/watchers.hpp"

namespace swell::cluster {

/// The door to the disk: where a store keeps its rows. See sqlite_io.hpp.
class Rows {
  public:
    struct Write {
        Key key;
        const Object* object = nullptr;  ///< nullptr: it is gone
    };
    virtual ~Rows() = default;
    /// All of them, or none. Errors  unavailable.
    virtual Result<void> commit(std::span<const Write> writes, std::uint64_t version) = 0;
};

/// What rows said when they were read.
struct Loaded {
    std::vector<Object> objects;
    std::uint64_t version = 0;
    std::vector<std::string> unreadable;  ///< one sentence a row that was put aside
};

/// The embedded objects: in memory, and in a file when it has a path.
///
/// Quotas and limit ranges hold for every write, whoever makes it: an object that they refuse is
/// `forbidden`, and the status of a ResourceQuota is true after each batch, in the same batch.
///
/// A write is in the file before it is in memory for anybody but its batch: when the disk is full,
/// the write fails with `unavailable` and nothing has changed. After a death of the process at any
/// moment every write that was answered is there.
class Store final : public Cluster {
  public:
    struct Options {
        std::size_t history = 16384;              ///< writes that a watch can go back
        std::size_t events_per_namespace = 1000;  ///< the oldest are dropped
        Duration event_life = std::chrono::hours(1);
        bool keeps_events = true;  ///< false: nobody reads them, and they are dropped at once
        std::int64_t max_file_bytes = 0;  ///< a bound of the file, as a disk has; 0: none
    };

    /// Opens the file, or makes it; an empty path is a store in memory alone. The clock outlives
    /// the store. `rng` makes uids and names. Errors  invalid: no store, or of a newer format;
    /// unavailable: another process has it.
    static Result<std::unique_ptr<Store>> open(
        const std::string& path, Clock& clock, Rng rng, const Options& options
    );
    static Result<std::unique_ptr<Store>> open(const std::string& path, Clock& clock, Rng rng) {
        return open(path, clock, rng, Options());
    }

    Store(Clock& clock, Rng rng, const Options& options, std::unique_ptr<Rows> rows, Loaded loaded);

    Result<Object> get(const Key& key) const override;
    std::vector<Object> list(const Query& query) const override;
    std::uint64_t version() const override { return version_; }
    Result<Object> create(Object object) override;
    Result<Object> update(Object object) override;
    Result<Object> resize(Object pod) override;
    Result<Object> update_status(Object object) override;
    Result<void> remove(const Key& key, const Deletion& deletion) override;
    std::unique_ptr<Watching> watch(
        const Query& query,
        std::uint64_t since,
        std::function<void(const Change&)> on_change,
        std::function<void()> on_expired
    ) override;
    void event(
        const Object& about, bool warning, const std::string& reason, const std::string& message
    ) override;

    /// Several writes as one: all of them, or none when `writes` or the disk fails. Watchers are
    /// called after the commit. Writes within see each other; their answers hold once this has
    /// succeeded. A batch within a batch is part of it; when the inner one fails, it alone is
    /// undone.
    Result<void> write_batch(const std::function<Result<void>()>& writes);

    /// Changes after a version, for who asks instead of being called (the API server's watches).
    struct Changes {
        std::vector<Change> changes;
        std::uint64_t version = 0;  ///< ask from here next: everything up to it has been looked at
    };
    /// At most `max` changes; looks at no more than `history` writes.
    /// Errors  expired: history does not reach back to `since`; list again.
    Result<Changes> changes_since(std::uint64_t since, const Query& query, std::size_t max) const;

    /// Rows that could not be read when the file was opened. They stay in the file, out of the way,
    /// and are tried again at the next opening.
    const std::vector<std::string>& unreadable() const { return unreadable_; }
    std::size_t size() const { return memory_.size(); }

  private:
    Moment moment() const { return {clock_.now(), version_ + 1}; }
    void keep(Object object);
    void drop(const Object& last);
    Result<void> remove_one(const Object& stored, const Deletion& deletion);
    void settle(const Object& now);
    void cascade(std::string owner_uid);
    void release(const std::string& owner_uid);
    using Admit = Result<Object>(Object object, const Object& stored, const Policies& policies);
    Result<Object> replace(const Object& object, Admit& admit);
    Result<Object> apply(const Object& stored, Result<std::optional<Object>> next);
    Result<void> check_owners(const spec::ObjectMeta& metadata) const;
    Result<void> name_it(const Object& object, spec::ObjectMeta& metadata);
    Policies policies_of(const std::string& ns) const;
    void count_anew(std::size_t mark);
    bool changes_usage(const Written& written) const;
    void happen(const Object& about, const Happening& happening);
    void undo_to(std::size_t mark);
    Result<void> commit();
    void index_event(const std::optional<Object>& before, const Object* now);

    Clock& clock_;
    Rng rng_;
    Options options_;
    std::unique_ptr<Rows> rows_;
    std::vector<std::string> unreadable_;
    std::uint64_t version_;
    Memory memory_;
    EventIndex events_;
    History history_;
    Watchers watchers_;
    std::vector<Written> pending_;  // of the batch under way; its own undo log
    int depth_ = 0;                 // batches within each other
};

}  // namespace swell::cluster
