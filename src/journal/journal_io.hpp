#pragma once

#include <memory>
#include <string>

#include "base/sqlite/database_io.hpp"
#include "journal/entry.hpp"

namespace swell::journal {

/// The journal in a SQLite file of its own (mode 0600), one transaction an entry.
///
/// Bounded: when there are more than `keep` entries and a batch more, the oldest are pruned. Others
/// may read the file while it is written, and when nobody writes it.
class SqliteJournal final : public Journal {
  public:
    struct Options {
        std::uint64_t keep = 200'000;  ///< entries; about 200 MB at a kilobyte each
        std::uint64_t batch = 2'000;   ///< entries over `keep` before they are pruned, all at once
        std::int64_t max_file_bytes = 0;  ///< a bound of the file, as a disk has; 0: none
    };

    /// Errors  invalid: no journal, or of a newer format; unavailable: the disk.
    static Result<std::unique_ptr<SqliteJournal>> open(
        const std::string& path, const Options& options
    );
    static Result<std::unique_ptr<SqliteJournal>> open(const std::string& path) {
        return open(path, Options());
    }
    /// For readers, with or without a writer. write() and outcome() answer `unavailable`.
    /// Errors  not_found, invalid: of another format; unavailable.
    static Result<std::unique_ptr<SqliteJournal>> open_to_read(const std::string& path);

    Result<std::uint64_t> write(Entry entry) override;
    Result<void> outcome(std::uint64_t id, Instant at, const std::string& outcome) override;
    /// An entry that cannot be read is left out.
    Result<std::vector<Entry>> read(const Filter& filter) const override;

  private:
    SqliteJournal(sqlite::Database database, const Options& options)
        : database_(std::move(database)), options_(options) {}
    Result<void> find_ends();
    Result<void> prepare_writes();
    Result<void> insert(const Entry& entry);
    void prune();

    struct Writes {
        sqlite::Statement insert, set_outcome;
    };

    sqlite::Database database_;
    Options options_;
    std::optional<Writes> writes_;  // none for a reader
    std::uint64_t first_id_ = 1;
    std::uint64_t last_id_ = 0;
};

}  // namespace swell::journal
