#include "journal/journal_io.hpp"

namespace swell::journal {

namespace {

// The columns are what is searched by and what changes; `json` is the entry as it was written.
const char* const steps[] = {
    "CREATE TABLE entries("
    "  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, controller TEXT NOT NULL, subject TEXT NOT "
    "NULL,"
    "  action TEXT NOT NULL, json TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT '', outcome_at "
    "INTEGER);"
    "CREATE INDEX entries_by_subject ON entries(subject, id);",
};
const sqlite::Format format{"journal", 0x53774a6e, steps};  // "SwJn"

std::int64_t nanoseconds(Instant at) { return at.time_since_epoch().count(); }

Instant instant(std::int64_t nanoseconds) { return Instant(Duration(nanoseconds)); }

/// Each condition stands alone or is absent, so that the planner sees which index serves.
std::string select_for(const Filter& filter) {
    std::string sql = "SELECT id, json, outcome, outcome_at FROM entries WHERE id > ?1";
    if (!filter.subject.empty()) sql += " AND subject = ?2";
    if (!filter.controller.empty()) sql += " AND controller = ?3";
    if (filter.until) sql += " AND at <= ?4";
    if (filter.changes_only) sql += " AND action <> 'hold'";
    return sql + " ORDER BY id DESC LIMIT ?5";
}

}  // namespace

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(
    const std::string& path, const Options& options
) {
    auto database = sqlite::Database::open(path, format, sqlite::Access::shared);
    if (!database) return std::unexpected(database.error());
    if (options.max_file_bytes > 0) {
        constexpr std::int64_t page_bytes = 4096;  // SQLite's own default, and ours
        const std::string bound =
            "PRAGMA max_page_count=" + std::to_string(options.max_file_bytes / page_bytes);
        if (auto set = database->run(bound.c_str()); !set) return std::unexpected(set.error());
    }
    std::unique_ptr<SqliteJournal> journal(new SqliteJournal(*std::move(database), options));
    if (auto ready = journal->find_ends(); !ready) return std::unexpected(ready.error());
    if (auto ready = journal->prepare_writes(); !ready) return std::unexpected(ready.error());
    return journal;
}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open_to_read(const std::string& path) {
    auto database = sqlite::Database::open(path, format, sqlite::Access::read_only);
    if (!database) return std::unexpected(database.error());
    return std::unique_ptr<SqliteJournal>(new SqliteJournal(*std::move(database), {}));
}

Result<void> SqliteJournal::find_ends() {
    auto ends = database_.prepare("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM entries");
    if (!ends) return std::unexpected(ends.error());
    if (auto row = ends->next(); !row) return std::unexpected(row.error());
    first_id_ = static_cast<std::uint64_t>(ends->integer(0));
    last_id_ = static_cast<std::uint64_t>(ends->integer(1));
    return {};
}

Result<void> SqliteJournal::prepare_writes() {
    auto insert = database_.prepare(
        "INSERT INTO entries(id, at, controller, subject, action, json, outcome, outcome_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    );
    if (!insert) return std::unexpected(insert.error());
    auto set_outcome = database_.prepare(
        "UPDATE entries SET outcome = ?2, outcome_at = ?3 WHERE id = ?1 RETURNING id"
    );
    if (!set_outcome) return std::unexpected(set_outcome.error());
    writes_ = Writes{*std::move(insert), *std::move(set_outcome)};
    return {};
}

Result<std::uint64_t> SqliteJournal::write(Entry entry) {
    if (!writes_) return fail(Code::unavailable, database_.path() + ": opened to be read");
    entry.id = last_id_ + 1;
    if (auto kept = insert(entry); !kept) return std::unexpected(kept.error());
    last_id_ = entry.id;
    if (last_id_ + 1 - first_id_ > options_.keep + options_.batch) prune();
    return last_id_;
}

Result<void> SqliteJournal::insert(const Entry& entry) {
    const std::string text = to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace);
    sqlite::Statement& statement = writes_->insert;
    statement.bind(1, static_cast<std::int64_t>(entry.id));
    statement.bind(2, nanoseconds(entry.at));
    statement.bind(3, entry.controller);
    statement.bind(4, entry.subject);
    statement.bind(5, entry.action);
    statement.bind(6, text);
    statement.bind(7, entry.outcome);
    if (entry.outcome_at)
        statement.bind(8, nanoseconds(*entry.outcome_at));
    else
        statement.bind_null(8);
    return statement.run();
}

Result<void> SqliteJournal::outcome(std::uint64_t id, Instant at, const std::string& outcome) {
    if (!writes_) return fail(Code::unavailable, database_.path() + ": opened to be read");
    sqlite::Statement& statement = writes_->set_outcome;
    statement.bind(1, static_cast<std::int64_t>(id));
    statement.bind(2, outcome);
    statement.bind(3, nanoseconds(at));
    auto row = statement.next();
    // The write is done when the statement is: RETURNING gives its row first.
    const bool found = row && *row;
    if (found) row = statement.next();
    statement.reset();
    if (!row) return std::unexpected(row.error());
    if (!found) return fail(Code::not_found, "journal entry " + std::to_string(id) + " not found");
    return {};
}

/// Failing to prune loses nothing: the next write tries again.
void SqliteJournal::prune() {
    const std::uint64_t first_kept = last_id_ + 1 - options_.keep;
    const std::string sql = "DELETE FROM entries WHERE id < " + std::to_string(first_kept);
    if (database_.run(sql.c_str())) first_id_ = first_kept;
}

Result<std::vector<Entry>> SqliteJournal::read(const Filter& filter) const {
    auto rows = database_.prepare(select_for(filter));
    if (!rows) return std::unexpected(rows.error());
    rows->bind(1, static_cast<std::int64_t>(filter.after_id));
    if (!filter.subject.empty()) rows->bind(2, filter.subject);
    if (!filter.controller.empty()) rows->bind(3, filter.controller);
    if (filter.until) rows->bind(4, nanoseconds(*filter.until));
    rows->bind(5, static_cast<std::int64_t>(filter.limit));
    std::vector<Entry> found;
    for (;;) {
        const auto row = rows->next();
        if (!row) return std::unexpected(row.error());
        if (!*row) return found;
        const Json json = Json::parse(rows->text(1), nullptr, false);
        auto entry = entry_from_json(json);
        if (!entry) continue;
        entry->id = static_cast<std::uint64_t>(rows->integer(0));
        entry->outcome = rows->text(2);
        entry->outcome_at.reset();
        if (!rows->is_null(3)) entry->outcome_at = instant(rows->integer(3));
        found.push_back(*std::move(entry));
    }
}

}  // namespace swell::journal
