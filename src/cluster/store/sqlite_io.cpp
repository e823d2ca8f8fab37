#include "cluster/store/sqlite_io.hpp"

#include <charconv>

#include "spec/read.hpp"

namespace swell::cluster {

namespace {

// `unreadable` keeps what could not be read, so that another release, or a person, may.
const char* const steps[] = {
    "CREATE TABLE objects("
    "  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,"
    "  version INTEGER NOT NULL, json TEXT NOT NULL, UNIQUE(kind, ns, name));"
    "CREATE TABLE unreadable("
    "  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL,"
    "  version INTEGER NOT NULL, json TEXT NOT NULL, why TEXT NOT NULL);"
    "CREATE TABLE counters(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO counters VALUES ('version', 0);",
};
const sqlite::Format format{"store", 0x53774f62, steps};  // "SwOb"

/// Bytes that are no UTF-8 (a log line in a status message) are replaced; they must not lose a
/// write.
std::string text_of(const Object& object) {
    return object.to_json().dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Object> object_from(std::string_view text, const Key& key) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail(Code::invalid, "not JSON");
    auto object = spec::read_trusted_json(json);
    if (object && key_of(*object) != key)
        return fail(Code::invalid, "the row is of another object: " + to_text(key_of(*object)));
    return object;
}

}  // namespace

Result<std::unique_ptr<SqliteRows>> SqliteRows::open(
    const std::string& path, std::int64_t max_bytes
) {
    auto database = sqlite::Database::open(path, format, sqlite::Access::alone);
    if (!database) return std::unexpected(database.error());
    if (max_bytes > 0) {
        constexpr std::int64_t page_bytes = 4096;  // SQLite's own default, and ours
        const std::string bound = "PRAGMA max_page_count=" + std::to_string(max_bytes / page_bytes);
        if (auto set = database->run(bound.c_str()); !set) return std::unexpected(set.error());
    }
    auto put = database->prepare(
        "INSERT INTO objects(kind, ns, name, version, json) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(kind, ns, name) DO UPDATE SET version = excluded.version, json = "
        "excluded.json"
    );
    if (!put) return std::unexpected(put.error());
    auto take = database->prepare("DELETE FROM objects WHERE kind = ?1 AND ns = ?2 AND name = ?3");
    if (!take) return std::unexpected(take.error());
    auto set_version = database->prepare("UPDATE counters SET value = ?1 WHERE name = 'version'");
    if (!set_version) return std::unexpected(set_version.error());
    return std::unique_ptr<SqliteRows>(new SqliteRows(
        *std::move(database), {*std::move(put), *std::move(take), *std::move(set_version)}
    ));
}

Result<void> SqliteRows::commit(std::span<const Write> writes, std::uint64_t version) {
    return database_.transaction([&]() -> Result<void> {
        for (const Write& write : writes) {
            sqlite::Statement& statement =
                write.object != nullptr ? statements_.put : statements_.take;
            statement.bind(1, write.key.kind);
            statement.bind(2, write.key.ns);
            statement.bind(3, write.key.name);
            std::string text;
            if (write.object != nullptr) {
                text = text_of(*write.object);
                statement.bind(
                    4, static_cast<std::int64_t>(write.object->metadata().resource_version)
                );
                statement.bind(5, text);
            }
            if (auto done = statement.run(); !done) return done;
        }
        statements_.set_version.bind(1, static_cast<std::int64_t>(version));
        return statements_.set_version.run();
    });
}

Result<Loaded> SqliteRows::load() {
    // Rows put aside earlier get another try, unless their name has been taken since.
    const char* const try_again =
        "INSERT OR IGNORE INTO objects(kind, ns, name, version, json)"
        "  SELECT kind, ns, name, version, json FROM unreadable;"
        "DELETE FROM unreadable WHERE EXISTS (SELECT 1 FROM objects o WHERE o.kind = "
        "unreadable.kind"
        "  AND o.ns = unreadable.ns AND o.name = unreadable.name AND o.json = unreadable.json)";
    if (auto tried = database_.transaction([&] { return database_.run(try_again); }); !tried)
        return std::unexpected(tried.error());

    Loaded loaded;
    std::vector<std::pair<std::int64_t, std::string>> aside;
    auto rows = database_.prepare("SELECT id, kind, ns, name, json FROM objects");
    if (!rows) return std::unexpected(rows.error());
    for (;;) {
        const auto row = rows->next();
        if (!row) return std::unexpected(row.error());
        if (!*row) break;
        const std::string kind(rows->text(1));
        const Key key{kind, std::string(rows->text(2)), std::string(rows->text(3))};
        if (auto object = object_from(rows->text(4), key)) {
            loaded.objects.push_back(*std::move(object));
        } else {
            aside.emplace_back(rows->integer(0), object.error().what);
            loaded.unreadable.push_back(
                to_text(key) + ": put aside, cannot be read: " + object.error().what
            );
        }
    }
    rows->reset();
    const auto moved = database_.transaction([&]() -> Result<void> {
        for (const auto& [id, why] : aside)
            if (auto done = put_aside(id, why); !done) return done;
        return {};
    });
    if (!moved) return std::unexpected(moved.error());

    auto version = database_.prepare("SELECT value FROM counters WHERE name = 'version'");
    if (!version) return std::unexpected(version.error());
    const auto row = version->next();
    if (!row) return std::unexpected(row.error());
    if (!*row)
        return fail(Code::invalid, database_.path() + ": the store has lost its version counter");
    loaded.version = static_cast<std::uint64_t>(version->integer(0));
    return loaded;
}

Result<void> SqliteRows::put_aside(std::int64_t id, const std::string& why) {
    auto copy = database_.prepare(
        "INSERT INTO unreadable(kind, ns, name, version, json, why)"
        " SELECT kind, ns, name, version, json, ?2 FROM objects WHERE id = ?1"
    );
    if (!copy) return std::unexpected(copy.error());
    copy->bind(1, id);
    copy->bind(2, why);
    if (auto done = copy->run(); !done) return done;
    auto take = database_.prepare("DELETE FROM objects WHERE id = ?1");
    if (!take) return std::unexpected(take.error());
    take->bind(1, id);
    return take->run();
}

}  // namespace swell::cluster
