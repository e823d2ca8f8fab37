#include "base/sqlite/database_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/check.hpp"
#include "base/fd_io.hpp"

namespace swell::sqlite {

namespace {

/// What SQLite says, with its own code word, in our codes. A full disk is `unavailable`.
std::unexpected<Error> failed(sqlite3* db, const std::string& doing) {
    const int code = sqlite3_errcode(db) & 0xff;
    const char* file = sqlite3_db_filename(db, "main");
    const std::string where = file != nullptr && *file != '\0' ? std::string(file) + ": " : "";
    if (code == SQLITE_FULL)
        return fail(Code::unavailable, where + "the disk is full (" + doing + ")");
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return fail(
            Code::unavailable,
            where +
                "in use by another swell process; stop it first, or give this one a place of its "
                "own"
        );
    if (code == SQLITE_NOTADB) return fail(Code::invalid, where + "not a database");
    return fail(
        code == SQLITE_CONSTRAINT || code == SQLITE_CORRUPT ? Code::invalid : Code::unavailable,
        where + sqlite3_errmsg(db) + " (" + doing + ")"
    );
}

/// Makes the file with mode 0600 before SQLite makes it with the umask's; -wal and -shm follow it.
///
/// A file that is there is not opened: closing any descriptor of it would drop the locks that this
/// process may hold on it (POSIX record locks).
Result<void> make_private(const std::string& path) {
    const Fd made(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (made) return {};
    if (errno != EEXIST) return std::unexpected(errno_error(path));
    if (::chmod(path.c_str(), 0600) != 0) return std::unexpected(errno_error(path));
    return {};
}

}  // namespace

void Statement::bind(int place, std::int64_t value) {
    CHECK(sqlite3_bind_int64(statement_.get(), place, value) == SQLITE_OK);
}

void Statement::bind(int place, std::string_view text) {
    // An empty view may hold a null pointer, which SQLite would take for NULL.
    const char* start = text.data() != nullptr ? text.data() : "";
    CHECK(
        sqlite3_bind_text64(
            statement_.get(), place, start, text.size(), SQLITE_STATIC, SQLITE_UTF8
        ) == SQLITE_OK
    );
}

void Statement::bind_null(int place) {
    CHECK(sqlite3_bind_null(statement_.get(), place) == SQLITE_OK);
}

Result<bool> Statement::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return failed(sqlite3_db_handle(statement_.get()), sqlite3_sql(statement_.get()));
}

Result<void> Statement::run() {
    const Result<bool> done = next();
    reset();
    if (!done) return std::unexpected(done.error());
    return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const unsigned char* start = sqlite3_column_text(statement_.get(), column);
    if (start == nullptr) return {};
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(start), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::string& path, const Format& format, Access access) {
    if (access != Access::read_only) {
        if (auto made = make_private(path); !made) return std::unexpected(made.error());
    } else if (::access(path.c_str(), F_OK) != 0) {
        return std::unexpected(errno_error(path));
    }
    sqlite3* db = nullptr;
    // A WAL file cannot be read without its index, so a reader too may have to write that.
    const int code =
        sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    CHECK(db != nullptr);
    Database database(db, path);
    if (code != SQLITE_OK) return failed(db, "open");
    if (auto ready = database.set_up(format, access); !ready) return std::unexpected(ready.error());
    return database;
}

Result<void> Database::set_up(const Format& format, Access access) const {
    // Readers and the writer of a shared file meet for microseconds; two writers who are alone
    // never end.
    sqlite3_busy_timeout(db_.get(), access == Access::alone ? 0 : 2000);
    if (access == Access::alone)
        if (auto set = run("PRAGMA locking_mode=EXCLUSIVE"); !set) return set;
    if (access != Access::read_only) {
        // BEGIN IMMEDIATE takes the lock of an exclusive file now, so that the second opening fails
        // here.
        const char* words =
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;"
            "BEGIN IMMEDIATE; COMMIT";
        if (auto set = run(words); !set) return set;
    }
    if (auto upgraded = upgrade(format, access); !upgraded) return upgraded;
    if (access == Access::read_only) return run("PRAGMA query_only=ON");
    return {};
}

Result<void> Database::upgrade(const Format& format, Access access) const {
    const auto known = static_cast<std::int64_t>(format.steps.size());
    const auto version = pragma("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    const auto id = pragma("PRAGMA application_id");
    if (!id) return std::unexpected(id.error());

    const std::string what(format.what);
    const bool fresh = *version == 0 && *id == 0;
    if (!fresh && *id != format.application_id)
        return fail(Code::invalid, path_ + ": not a swell " + what);
    if (*version > known) {
        return fail(
            Code::invalid,
            path_ + ": " + what + " of format " + std::to_string(*version) +
                ", this swell knows formats up to " + std::to_string(known) +
                "; use the newer swell that wrote it"
        );
    }
    if (*version == known) return {};
    if (access == Access::read_only) {
        return fail(
            Code::invalid,
            path_ + ": " + what + " of format " + std::to_string(*version) +
                ", this swell reads format " + std::to_string(known) +
                "; the next `swell up` upgrades it"
        );
    }
    return transaction([&]() -> Result<void> {
        for (auto step = *version; step < known; ++step)
            if (auto done = run(format.steps[static_cast<std::size_t>(step)]); !done) return done;
        const std::string stamp = "PRAGMA application_id=" + std::to_string(format.application_id) +
                                  "; PRAGMA user_version=" + std::to_string(known);
        return run(stamp.c_str());
    });
}

Result<std::int64_t> Database::pragma(const char* sql) const {
    auto statement = prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->next();
    if (!row) return std::unexpected(row.error());
    return statement->integer(0);
}

Result<Statement> Database::prepare(std::string_view sql) const {
    sqlite3_stmt* statement = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v3(
            db_.get(), sql.data(), size, SQLITE_PREPARE_PERSISTENT, &statement, nullptr
        ) != SQLITE_OK)
        return failed(db_.get(), std::string(sql));
    return Statement(statement);
}

Result<void> Database::run(const char* sql) const {
    if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed(db_.get(), sql);
    return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& writes) const {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    auto done = writes();
    if (done) done = run("COMMIT");
    // Some failures (a full disk among them) have rolled back already; others, and a failed commit,
    // have not.
    if (!done && sqlite3_get_autocommit(db_.get()) == 0) CHECK(run("ROLLBACK").has_value());
    return done;
}

}  // namespace swell::sqlite
