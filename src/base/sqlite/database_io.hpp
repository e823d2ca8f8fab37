#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace swell::sqlite {

/// What a file is and how it came to be so: `steps[n]` is the SQL that takes format n to n + 1. A
/// new file is format 0 and takes all steps; so old files and new ones go one way.
struct Format {
    std::string_view what;            ///< for messages: `store`, `journal`
    std::int32_t application_id = 0;  ///< tells one kind of file from another; not 0
    std::span<const char* const> steps;
};

enum class Access {
    alone,      ///< read and write; a second process, or a second opening, is refused
    shared,     ///< read and write; others may read meanwhile
    read_only,  ///< neither creates nor upgrades
};

/// A prepared statement. Bind, then next() until it says false; reset() before it is used again.
class Statement {
  public:
    void bind(int place, std::int64_t value);
    /// The text must live until the next reset().
    void bind(int place, std::string_view text);
    void bind_null(int place);

    /// Moves to the next row. Returns whether there is one; for a write: false when it is done.
    Result<bool> next();
    /// One write: next(), then reset(), whatever came of it.
    Result<void> run();
    void reset();

    std::int64_t integer(int column) const;
    /// Valid until next() or reset().
    std::string_view text(int column) const;
    bool is_null(int column) const;

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// An open file. One thread.
class Database {
  public:
    /// Creates the file (mode 0600) when it is not there, upgrades it when it is of an older
    /// format. Errors  invalid: not such a file, or of a newer format than this program knows;
    ///         unavailable: another process has it, or the disk fails; not_found with read_only.
    static Result<Database> open(const std::string& path, const Format& format, Access access);

    Result<Statement> prepare(std::string_view sql) const;
    /// One or more statements without results.
    Result<void> run(const char* sql) const;
    /// Commits what `writes` did, or nothing of it when it, or the commit, fails.
    Result<void> transaction(const std::function<Result<void>()>& writes) const;

    const std::string& path() const { return path_; }

  private:
    struct Close {
        void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
    };
    Database(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}

    Result<void> set_up(const Format& format, Access access) const;
    Result<void> upgrade(const Format& format, Access access) const;
    Result<std::int64_t> pragma(const char* sql) const;

    std::unique_ptr<sqlite3, Close> db_;
    std::string path_;
};

}  // namespace swell::sqlite
