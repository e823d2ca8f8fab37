#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/sqlite/database_io.hpp"
#include "cluster/store/store.hpp"

namespace swell::cluster {

/// The rows of a store in a SQLite file: one row an object, as JSON; one transaction a batch.
///
/// WAL with synchronous=NORMAL: a commit is in the system's page cache when it is answered, so it
/// survives the death of the process, kill -9 too; a power cut may take the newest ones. The file
/// is this process's alone: a second one is refused.
class SqliteRows final : public Rows {
  public:
    /// `max_bytes` bounds the file; 0: the disk does.
    static Result<std::unique_ptr<SqliteRows>> open(
        const std::string& path, std::int64_t max_bytes
    );

    /// All objects. A row that cannot be read is put aside into a table of its own, with the
    /// reason.
    Result<Loaded> load();
    Result<void> commit(std::span<const Write> writes, std::uint64_t version) override;

  private:
    struct Statements {
        sqlite::Statement put, take, set_version;
    };
    SqliteRows(sqlite::Database database, Statements statements)
        : database_(std::move(database)), statements_(std::move(statements)) {}

    Result<void> put_aside(std::int64_t id, const std::string& why);

    sqlite::Database database_;
    Statements statements_;
};

}  // namespace swell::cluster
