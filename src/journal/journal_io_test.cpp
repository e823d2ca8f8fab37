#include "journal/journal_io.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "journal/memory.hpp"

namespace swell::journal {
namespace {

class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-journal-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string file() const { return path_ + "/journal.db"; }

  private:
    std::string path_;
};

Instant second(std::int64_t n) { return Instant(std::chrono::seconds(n)); }

Entry entry_at(std::int64_t n, const char* controller, const char* subject, const char* action) {
    Entry entry;
    entry.at = second(n);
    entry.controller = controller;
    entry.subject = subject;
    entry.action = action;
    entry.summary = "number " + std::to_string(n);
    entry.steps = {{"usage-ratio", "ceil(4 × 140 % / 70 %) = 8", {{"result", 8}}}};
    entry.before = {{"replicas", 4}};
    entry.after = {{"replicas", 8}};
    return entry;
}

std::vector<std::uint64_t> ids(const Journal& journal, const Filter& filter) {
    const auto entries = journal.read(filter);
    EXPECT_TRUE(entries.has_value()) << entries.error().what;
    std::vector<std::uint64_t> found;
    for (const Entry& entry : *entries) found.push_back(entry.id);
    return found;
}

void fill(Journal& journal) {
    const Entry entries[] = {
        entry_at(1, "hpa", "hpa/shop", "scale"),
        entry_at(2, "deployment", "deployment/shop", "create-pod"),
        entry_at(3, "hpa", "hpa/shop", "hold"),
        entry_at(4, "hpa", "hpa/prod/shop", "scale"),
    };
    for (const Entry& entry : entries) ASSERT_TRUE(journal.write(entry).has_value());
}

void check_filters(const Journal& journal) {
    using Ids = std::vector<std::uint64_t>;
    const struct {
        const char* why;
        Filter filter;
        Ids ids;
    } cases[] = {
        {"newest first", {}, {4, 3, 2, 1}},
        {"by subject", {.subject = "hpa/shop"}, {3, 1}},
        {"by controller", {.controller = "hpa"}, {4, 3, 1}},
        {"until includes the moment", {.until = second(2)}, {2, 1}},
        {"after an id", {.after_id = 2}, {4, 3}},
        {"changes only", {.controller = "hpa", .changes_only = true}, {4, 1}},
        {"limit keeps the newest", {.limit = 2}, {4, 3}},
        {"all at once",
         {.subject = "hpa/shop", .controller = "hpa", .until = second(3), .changes_only = true},
         {1}},
        {"none", {.subject = "hpa/other"}, {}},
    };
    for (const auto& c : cases) EXPECT_EQ(ids(journal, c.filter), c.ids) << c.why;
}

TEST(Journal, FiltersAreTheSameInMemoryAndInAFile) {
    const Folder folder;
    MemoryJournal memory;
    fill(memory);
    check_filters(memory);
    const auto file = SqliteJournal::open(folder.file());
    ASSERT_TRUE(file.has_value()) << file.error().what;
    fill(**file);
    check_filters(**file);
}

TEST(Journal, TheOutcomeIsAppended) {
    const Folder folder;
    const auto file = SqliteJournal::open(folder.file());
    MemoryJournal memory;
    for (Journal* journal : {static_cast<Journal*>(file->get()), static_cast<Journal*>(&memory)}) {
        fill(*journal);
        EXPECT_EQ(journal->read({})->front().outcome, "");
        ASSERT_TRUE(journal->outcome(4, second(9), "failed: no room").has_value());
        const Entry newest = journal->read({})->front();
        EXPECT_EQ(newest.outcome, "failed: no room");
        EXPECT_EQ(newest.outcome_at, second(9));
        EXPECT_EQ(newest.steps.front().numbers, Json({{"result", 8}}));
        for (const std::uint64_t missing : {0U, 5U}) {
            const auto unknown = journal->outcome(missing, second(9), "done");
            ASSERT_FALSE(unknown.has_value());
            EXPECT_EQ(unknown.error().code, Code::not_found);
        }
    }
}

TEST(Journal, IsThereAfterReopeningAndIdsGoOn) {
    const Folder folder;
    {
        const auto journal = SqliteJournal::open(folder.file());
        fill(**journal);
        ASSERT_TRUE((*journal)->outcome(2, second(5), "done").has_value());
    }
    const auto journal = SqliteJournal::open(folder.file());
    check_filters(**journal);
    EXPECT_EQ((*journal)->read({.limit = 3})->back().outcome, "done");
    EXPECT_EQ((*journal)->write(entry_at(5, "hpa", "hpa/shop", "hold")), 5u);
}

TEST(Journal, AReaderReadsBesideTheWriterAndAfterIt) {
    const Folder folder;
    EXPECT_EQ(SqliteJournal::open_to_read(folder.file()).error().code, Code::not_found);
    auto writer = SqliteJournal::open(folder.file());
    fill(**writer);
    const auto beside = SqliteJournal::open_to_read(folder.file());
    ASSERT_TRUE(beside.has_value()) << beside.error().what;
    ASSERT_TRUE((*writer)->write(entry_at(5, "hpa", "hpa/shop", "hold")).has_value());
    EXPECT_EQ(ids(**beside, {.limit = 1}), std::vector<std::uint64_t>{5});
    EXPECT_EQ((*beside)->write(Entry{}).error().code, Code::unavailable);
    EXPECT_EQ((*beside)->outcome(1, second(1), "done").error().code, Code::unavailable);
    writer->reset();
    const auto after = SqliteJournal::open_to_read(folder.file());
    ASSERT_TRUE(after.has_value()) << after.error().what;
    EXPECT_EQ(ids(**after, {.limit = 1}), std::vector<std::uint64_t>{5});
}

TEST(Journal, IsPrivate) {
    const Folder folder;
    const auto journal = SqliteJournal::open(folder.file());
    struct stat about{};
    ASSERT_EQ(::stat(folder.file().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST(Journal, OldEntriesArePrunedInBatches) {
    const Folder folder;
    {
        const auto journal = SqliteJournal::open(folder.file(), {.keep = 10, .batch = 5});
        for (int i = 1; i <= 15; ++i)
            ASSERT_TRUE((*journal)->write(entry_at(i, "hpa", "hpa/shop", "hold")).has_value());
        EXPECT_EQ(ids(**journal, {}).size(), 15u);
        EXPECT_EQ((*journal)->write(entry_at(16, "hpa", "hpa/shop", "hold")), 16u);
        EXPECT_EQ(ids(**journal, {}).size(), 10u);
        EXPECT_EQ(ids(**journal, {}).back(), 7u);
    }
    const auto journal = SqliteJournal::open(folder.file(), {.keep = 10, .batch = 5});
    EXPECT_EQ((*journal)->write(entry_at(17, "hpa", "hpa/shop", "hold")), 17u);

    MemoryJournal memory(10);
    for (int i = 1; i <= 15; ++i)
        ASSERT_TRUE(memory.write(entry_at(i, "hpa", "hpa/shop", "hold")).has_value());
    EXPECT_EQ(ids(memory, {}).size(), 10u);
    EXPECT_EQ(memory.outcome(5, second(1), "done").error().code, Code::not_found);
    EXPECT_TRUE(memory.outcome(6, second(1), "done").has_value());
}

TEST(Journal, AFullDiskIsAnErrorAndLosesNothing) {
    const Folder folder;
    std::uint64_t kept = 0;
    {
        const auto journal = SqliteJournal::open(folder.file(), {.max_file_bytes = 64 * 1024});
        ASSERT_TRUE(journal.has_value()) << journal.error().what;
        Result<std::uint64_t> last = 0;
        for (int i = 0; i < 10'000 && last; ++i) {
            kept = *last;
            last = (*journal)->write(entry_at(i, "hpa", "hpa/shop", "scale"));
        }
        ASSERT_FALSE(last.has_value());
        EXPECT_EQ(last.error().code, Code::unavailable);
        EXPECT_EQ(ids(**journal, {.limit = 1}), std::vector<std::uint64_t>{kept});
    }
    const auto journal = SqliteJournal::open(folder.file());
    EXPECT_EQ(ids(**journal, {.limit = 1'000'000}).size(), kept);
    EXPECT_EQ((*journal)->write(entry_at(1, "hpa", "hpa/shop", "scale")), kept + 1);
}

// The writer is killed after a number of answers that a seed gives; each answered entry must be
// there.
TEST(Journal, EveryAnsweredEntrySurvivesKill) {
    for (const int answers : {1, 7, 64, 199}) {
        const Folder folder;
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto journal = SqliteJournal::open(folder.file());
            for (int i = 1;; ++i) {
                const auto id = (*journal)->write(entry_at(i, "hpa", "hpa/shop", "scale"));
                if (!id || ::write(ends[1], &*id, sizeof *id) != sizeof *id) ::_exit(1);
            }
        }
        ::close(ends[1]);
        std::uint64_t last = 0;
        for (int i = 0; i < answers; ++i)
            ASSERT_EQ(::read(ends[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        std::uint64_t id = 0;
        while (::read(ends[0], &id, sizeof id) == static_cast<ssize_t>(sizeof id)) last = id;
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));

        const auto journal = SqliteJournal::open(folder.file());
        ASSERT_TRUE(journal.has_value()) << journal.error().what;
        const auto found = ids(**journal, {.limit = 1'000'000});
        ASSERT_GE(found.size(), last);
        EXPECT_GE(found.front(), last);
        EXPECT_EQ(found.back(), 1u);
    }
}

}  // namespace
}  // namespace swell::journal
