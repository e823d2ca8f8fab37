#include "base/sqlite/database_io.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace swell::sqlite {
namespace {

class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-sqlite-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string file() const { return path_ + "/rows.db"; }

  private:
    std::string path_;
};

const char* const one_step[] = {"CREATE TABLE t(a INTEGER)"};
const char* const three_steps[] = {
    "CREATE TABLE t(a INTEGER)",
    "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'old'",
    "UPDATE t SET a = a * 10",
};
const char* const broken_second_step[] = {
    "CREATE TABLE t(a INTEGER)", "UPDATE t SET a = a + 1; UPDATE nowhere SET a = 1"
};
const Format first{"ledger", 42, one_step};
const Format third{"ledger", 42, three_steps};
const Format broken{"ledger", 42, broken_second_step};
const Format other{"diary", 43, one_step};

std::int64_t sum(const Database& db) {
    auto statement = db.prepare("SELECT coalesce(sum(a), 0) FROM t");
    EXPECT_TRUE(statement.has_value());
    EXPECT_TRUE(statement->next().value_or(false));
    return statement->integer(0);
}

TEST(Database, AnOldFileTakesTheStepsItLacks) {
    const Folder folder;
    {
        const auto db = Database::open(folder.file(), first, Access::alone);
        ASSERT_TRUE(db.has_value()) << db.error().what;
        ASSERT_TRUE(db->run("INSERT INTO t VALUES (1), (2)").has_value());
    }
    const auto reader = Database::open(folder.file(), third, Access::read_only);
    ASSERT_FALSE(reader.has_value());
    EXPECT_NE(
        reader.error().what.find("ledger of format 1, this swell reads format 3"), std::string::npos
    ) << reader.error().what;

    for (int time = 0; time < 2; ++time) {  // the second opening has nothing left to do
        const auto db = Database::open(folder.file(), third, Access::alone);
        ASSERT_TRUE(db.has_value()) << db.error().what;
        EXPECT_EQ(sum(*db), 30);
        auto old = db->prepare("SELECT count(*) FROM t WHERE b = 'old'");
        ASSERT_TRUE(old->next().value_or(false));
        EXPECT_EQ(old->integer(0), 2);
    }
    const auto newer = Database::open(folder.file(), first, Access::alone);
    ASSERT_FALSE(newer.has_value());
    EXPECT_EQ(newer.error().code, Code::invalid);
    EXPECT_NE(
        newer.error().what.find("ledger of format 3, this swell knows formats up to 1"),
        std::string::npos
    ) << newer.error().what;
}

TEST(Database, AFailedUpgradeChangesNothing) {
    const Folder folder;
    {
        const auto db = Database::open(folder.file(), first, Access::alone);
        ASSERT_TRUE(db->run("INSERT INTO t VALUES (1)").has_value());
    }
    EXPECT_FALSE(Database::open(folder.file(), broken, Access::alone).has_value());
    const auto db = Database::open(folder.file(), first, Access::alone);
    ASSERT_TRUE(db.has_value()) << db.error().what;
    EXPECT_EQ(sum(*db), 1);
}

TEST(Database, AnotherKindOfFileIsRefused) {
    const Folder folder;
    ASSERT_TRUE(Database::open(folder.file(), first, Access::alone).has_value());
    const auto db = Database::open(folder.file(), other, Access::alone);
    ASSERT_FALSE(db.has_value());
    EXPECT_NE(db.error().what.find("not a swell diary"), std::string::npos) << db.error().what;
}

TEST(Database, ASecondOpeningOfOneThatIsAloneIsRefused) {
    const Folder folder;
    auto db = Database::open(folder.file(), first, Access::alone);
    ASSERT_TRUE(db.has_value()) << db.error().what;
    const auto second = Database::open(folder.file(), first, Access::alone);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::unavailable);
    EXPECT_NE(second.error().what.find("in use by another swell process"), std::string::npos)
        << second.error().what;
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (7)").has_value()) << "the first still has its lock";
    {
        const Database gone = std::move(*db);
    }
    EXPECT_TRUE(Database::open(folder.file(), first, Access::alone).has_value());
}

TEST(Database, ReadersSeeASharedFileWhileItIsWritten) {
    const Folder folder;
    const auto writer = Database::open(folder.file(), first, Access::shared);
    ASSERT_TRUE(writer->run("INSERT INTO t VALUES (1)").has_value());
    const auto reader = Database::open(folder.file(), first, Access::read_only);
    ASSERT_TRUE(reader.has_value()) << reader.error().what;
    ASSERT_TRUE(writer->run("INSERT INTO t VALUES (2)").has_value());
    EXPECT_EQ(sum(*reader), 3);
    EXPECT_FALSE(reader->run("INSERT INTO t VALUES (4)").has_value());
}

TEST(Database, FilesArePrivate) {
    const Folder folder;
    const auto db = Database::open(folder.file(), first, Access::shared);
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1)").has_value());
    for (const char* end : {"", "-wal", "-shm"}) {
        struct stat about{};
        ASSERT_EQ(::stat((folder.file() + end).c_str(), &about), 0) << end;
        EXPECT_EQ(about.st_mode & 0777, 0600u) << end;
    }
}

TEST(Database, AReaderDoesNotCreate) {
    const Folder folder;
    const auto db = Database::open(folder.file(), first, Access::read_only);
    ASSERT_FALSE(db.has_value());
    EXPECT_EQ(db.error().code, Code::not_found);
    EXPECT_FALSE(std::filesystem::exists(folder.file()));
}

TEST(Database, AFullDiskUndoesTheTransaction) {
    const Folder folder;
    const auto db = Database::open(folder.file(), first, Access::alone);
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1); PRAGMA max_page_count=3").has_value());
    const auto full = db->transaction([&] {
        return db->run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) INSERT "
            "INTO t SELECT i FROM n"
        );
    });
    ASSERT_FALSE(full.has_value());
    EXPECT_EQ(full.error().code, Code::unavailable);
    EXPECT_NE(full.error().what.find("the disk is full"), std::string::npos) << full.error().what;
    EXPECT_EQ(sum(*db), 1);
    ASSERT_TRUE(db->run("PRAGMA max_page_count=1000").has_value());
    EXPECT_TRUE(db->transaction([&] { return db->run("INSERT INTO t VALUES (2)"); }).has_value());
    EXPECT_EQ(sum(*db), 3);
}

}  // namespace
}  // namespace swell::sqlite
