// What the file keeps: through death at any moment, a full disk, rows nobody can read, other
// formats.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/sqlite/database_io.hpp"
#include "cluster/store/store.hpp"
#include "cluster/store/store_fixture.hpp"

namespace swell::cluster {
namespace {

using namespace fixture;

class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-store-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string file() const { return path_ + "/store.db"; }

  private:
    std::string path_;
};

/// A connection beside the store's, as a person with the sqlite3 program has.
void edit(const std::string& file, const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK) << why;
    sqlite3_close(db);
}

/// All objects, one a line.
std::string dump(const Store& store) {
    std::string all;
    for (const Object& object : store.list({})) all += object.to_json().dump() + '\n';
    return all;
}

TEST(Durability, EverythingIsThereAfterReopening) {
    const Folder folder;
    SimClock clock{start};
    std::string before;
    {
        const auto opened = Store::open(folder.file(), clock, Rng(1));
        ASSERT_TRUE(opened.has_value()) << opened.error().what;
        Store& store = **opened;
        const Object shop = store.create(deployment("shop")).value();
        ASSERT_TRUE(store.create(owned(pod("p"), shop)).has_value());
        ASSERT_TRUE(store.create(config("gone")).has_value());
        spec::Deployment reported = deployment("shop");
        reported.status.replicas = 1;
        ASSERT_TRUE(store.update_status(reported).has_value());
        store.event(shop, true, "Said", "hello");
        ASSERT_TRUE(store.remove(key("ConfigMap", "gone"), {}).has_value());
        EXPECT_EQ(store.version(), 6u);
        before = dump(store);
    }
    const auto opened = Store::open(folder.file(), clock, Rng(1));
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    Store& store = **opened;
    EXPECT_EQ(dump(store), before);
    EXPECT_EQ(store.version(), 6u) << "a deletion was the newest write";
    const Object shop = store.get(key("Deployment", "shop")).value();
    EXPECT_EQ(store.list({.kind = "Pod", .owner_uid = shop.metadata().uid}).size(), 1u);
    store.event(shop, true, "Said", "hello");
    ASSERT_EQ(store.list({.kind = "Event"}).size(), 1u);
    EXPECT_EQ(store.list({.kind = "Event"}).front().as<spec::Event>().count, 2);
    EXPECT_EQ(store.changes_since(5, {}, 10).error().code, Code::expired)
        << "history starts at the opening";
    const Object made = store.create(config("new")).value();
    EXPECT_EQ(made.metadata().resource_version, 8u);
    EXPECT_NE(made.metadata().uid, shop.metadata().uid) << "the same seed draws new uids";
}

TEST(Durability, TheFileIsOneProcesss) {
    const Folder folder;
    SimClock clock{start};
    const auto first = Store::open(folder.file(), clock, Rng(1));
    ASSERT_TRUE(first.has_value());
    const pid_t child = ::fork();
    if (child == 0) {
        const auto second = Store::open(folder.file(), clock, Rng(1));
        const bool refused =
            !second && second.error().code == Code::unavailable &&
            second.error().what.find("in use by another swell process") != std::string::npos;
        ::_exit(refused ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE((*first)->create(config("a")).has_value());
}

TEST(Durability, OtherFilesAndNewerFormatsAreRefused) {
    const Folder folder;
    SimClock clock{start};
    {
        ASSERT_TRUE(Store::open(folder.file(), clock, Rng(1)).has_value());
    }
    edit(folder.file(), "PRAGMA user_version=99");
    const auto newer = Store::open(folder.file(), clock, Rng(1));
    ASSERT_FALSE(newer.has_value());
    EXPECT_NE(
        newer.error().what.find("store of format 99, this swell knows formats up to"),
        std::string::npos
    ) << newer.error().what;
    edit(folder.file(), "PRAGMA application_id=5");
    const auto other = Store::open(folder.file(), clock, Rng(1));
    ASSERT_FALSE(other.has_value());
    EXPECT_NE(other.error().what.find("not a swell store"), std::string::npos)
        << other.error().what;
}

TEST(Durability, RowsThatCannotBeReadAreKeptAside) {
    const Folder folder;
    SimClock clock{start};
    {
        const auto store = Store::open(folder.file(), clock, Rng(1));
        for (const char* name : {"a", "b", "c", "d"})
            ASSERT_TRUE((*store)->create(config(name)).has_value());
    }
    edit(
        folder.file(),
        "CREATE TABLE healthy AS SELECT * FROM objects;"
        "UPDATE objects SET json = 'torn' WHERE name = 'a';"
        "UPDATE objects SET json = replace(json, 'ConfigMap', 'Gadget') WHERE name = 'b';"
        "UPDATE objects SET json = (SELECT json FROM healthy WHERE name = 'd') WHERE name = 'c'"
    );
    {
        const auto store = Store::open(folder.file(), clock, Rng(1));
        ASSERT_TRUE(store.has_value()) << store.error().what;
        EXPECT_EQ((*store)->size(), 1u);
        ASSERT_EQ((*store)->unreadable().size(), 3u);
        EXPECT_EQ((*store)->unreadable()[0], "configmap/a: put aside, cannot be read: not JSON");
        ASSERT_TRUE((*store)->create(config("a")).has_value()) << "the name is free";
    }
    // As if a release came that can read them.
    edit(
        folder.file(),
        "UPDATE unreadable SET json = (SELECT h.json FROM healthy h WHERE h.name = unreadable.name)"
    );
    {
        const auto store = Store::open(folder.file(), clock, Rng(1));
        EXPECT_EQ((*store)->size(), 4u);
        EXPECT_TRUE((*store)->unreadable().empty());
    }
    sqlite3* db = nullptr;
    sqlite3_open(folder.file().c_str(), &db);
    sqlite3_stmt* count = nullptr;
    sqlite3_prepare_v2(db, "SELECT count(*), min(name) FROM unreadable", -1, &count, nullptr);
    EXPECT_EQ(sqlite3_step(count), SQLITE_ROW);
    EXPECT_EQ(sqlite3_column_int(count, 0), 1) << "the one whose name was taken is still aside";
    sqlite3_finalize(count);
    sqlite3_close(db);
}

TEST(Durability, BytesThatAreNoTextDoNotLoseAWrite) {
    const Folder folder;
    SimClock clock{start};
    {
        const auto store = Store::open(folder.file(), clock, Rng(1));
        spec::Pod broken = pod("p");
        broken.status.message = "log: \xff\xfe";
        ASSERT_TRUE((*store)->create(broken).has_value());
    }
    const auto store = Store::open(folder.file(), clock, Rng(1));
    EXPECT_TRUE((*store)->get(key("Pod", "p")).has_value());
}

/// Writes until a write fails; returns how many did not.
int fill(Store& store) {
    for (int i = 0; i < 100'000; ++i) {
        const auto made = store.create(deployment("n" + std::to_string(i)));
        if (made) continue;
        EXPECT_EQ(made.error().code, Code::unavailable) << made.error().what;
        return i;
    }
    return -1;
}

TEST(Durability, AFullDiskFailsTheWriteAndChangesNothing) {
    const Folder folder;
    SimClock clock{start};
    int kept = 0;
    std::string before;
    {
        const auto opened =
            Store::open(folder.file(), clock, Rng(1), {.max_file_bytes = 128 * 1024});
        ASSERT_TRUE(opened.has_value()) << opened.error().what;
        Store& store = **opened;
        int told = 0;
        const auto watching = store.watch({}, 0, [&](const Change&) { ++told; }, {});
        kept = fill(store);
        ASSERT_GT(kept, 3);
        EXPECT_EQ(told, kept);
        EXPECT_EQ(store.size(), static_cast<std::size_t>(kept));
        EXPECT_EQ(store.version(), static_cast<std::uint64_t>(kept));
        before = dump(store);

        // A batch that does not fit: the part that was there before it stays as it was.
        const auto batch = store.write_batch([&]() -> Result<void> {
            EXPECT_TRUE(store.remove(key("Deployment", "n0"), {}).has_value());
            for (int i = 0; i < 100; ++i)
                EXPECT_TRUE(store.create(deployment("m" + std::to_string(i))).has_value());
            return {};
        });
        EXPECT_EQ(batch.error().code, Code::unavailable);
        EXPECT_NE(batch.error().what.find("the disk is full"), std::string::npos)
            << batch.error().what;
        EXPECT_EQ(dump(store), before);
        store.event(store.list({}).front(), true, "Said", std::string(100'000, 'x'));
        EXPECT_EQ(dump(store), before) << "an event is lost, nothing else";
        EXPECT_EQ(told, kept);
    }
    const auto store = Store::open(folder.file(), clock, Rng(1));
    EXPECT_EQ(dump(**store), before);
    EXPECT_TRUE((*store)->create(deployment("more")).has_value());
}

// The other way a disk refuses: the write call itself fails. Room comes back while the store is
// open.
TEST(Durability, ARefusedWriteIsNoneAndTheNextOneWorks) {
    const Folder folder;
    SimClock clock{start};
    const auto opened = Store::open(folder.file(), clock, Rng(1));
    Store& store = **opened;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit had{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &had), 0);
    struct rlimit tight = had;
    tight.rlim_cur = 256 * 1024;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const int kept = fill(store);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &had), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_GT(kept, 3);
    EXPECT_EQ(store.version(), static_cast<std::uint64_t>(kept));
    EXPECT_TRUE(store.create(deployment("more")).has_value());
    EXPECT_EQ(store.size(), static_cast<std::size_t>(kept) + 1);
}

/// One answered write, as the writer tells it: the name, and the version it got; version 0:
/// deleted.
struct Answer {
    std::uint64_t name = 0, version = 0;
};

/// The writer's life: creates, updates, deletions and batches, as a seed has it; each answer goes
/// into the pipe after the write came back.
[[noreturn]] void write_for_ever(const std::string& file, std::uint64_t seed, int pipe) {
    SimClock clock{start};
    auto opened = Store::open(file, clock, Rng(seed));
    if (!opened) ::_exit(2);
    Store& store = **opened;
    Rng rng(seed);
    const auto tell = [&](std::uint64_t name, std::uint64_t version) {
        const Answer answer{name, version};
        if (::write(pipe, &answer, sizeof answer) != static_cast<ssize_t>(sizeof answer))
            ::_exit(3);
    };
    const auto put = [&](std::uint64_t name) -> std::uint64_t {
        spec::ConfigMap wanted = config(std::to_string(name));
        wanted.data["key"] = std::to_string(rng.next());
        auto done = store.update(wanted);
        if (!done) done = store.create(wanted);
        return done ? done->metadata().resource_version : 0;
    };
    for (;;) {
        const std::uint64_t name = rng.below(50);
        const std::uint64_t what = rng.below(10);
        if (what == 0) {
            if (store.remove(key("ConfigMap", std::to_string(name)), {})) tell(name, 0);
        } else if (what == 1) {
            std::uint64_t first = 0, second = 0;
            const auto done = store.write_batch([&]() -> Result<void> {
                first = put(100 + name);
                second = put(200 + name);
                return {};
            });
            if (!done) ::_exit(4);
            tell(100 + name, first);
            tell(200 + name, second);
        } else {
            tell(name, put(name));
        }
    }
}

// Killed after a number of answers that a seed gives: each answered write is there, or a later one
// to the same name; a batch is there whole or not at all.
TEST(Durability, EveryAnsweredWriteSurvivesKill) {
    Rng rng(20);
    const Folder folder;
    std::map<std::uint64_t, std::uint64_t> answered;  // over all lives of the file
    for (std::uint64_t life = 1; life <= 25; ++life) {
        SCOPED_TRACE(life);
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            write_for_ever(folder.file(), life, ends[1]);
        }
        ::close(ends[1]);
        Answer answer;
        const auto hear = [&] {
            if (::read(ends[0], &answer, sizeof answer) != static_cast<ssize_t>(sizeof answer))
                return false;
            answered[answer.name] = answer.version;
            return true;
        };
        bool alive = true;
        for (std::uint64_t i = 1 + rng.below(400); i > 0 && alive; --i) alive = hear();
        ASSERT_TRUE(alive) << "the writer ended by itself";
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        while (hear()) {
        }
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));

        SimClock clock{start};
        const auto opened = Store::open(folder.file(), clock, Rng(1));
        ASSERT_TRUE(opened.has_value()) << opened.error().what;
        const Store& store = **opened;
        EXPECT_TRUE(store.unreadable().empty());
        // At most one write, or one batch, was done and not answered: its names may be newer, or
        // gone.
        int newer = 0;
        for (auto& [name, version] : answered) {
            const auto found = store.get(key("ConfigMap", std::to_string(name)));
            const std::uint64_t now = found ? found->metadata().resource_version : 0;
            if (now == version) continue;
            ++newer;
            EXPECT_TRUE(now == 0 || now > version)
                << name << ": " << version << " answered, " << now << " found";
            version = now;
        }
        EXPECT_LE(newer, 2);
        for (std::uint64_t name = 100; name < 150; ++name) {
            const auto first = store.get(key("ConfigMap", std::to_string(name)));
            const auto second = store.get(key("ConfigMap", std::to_string(name + 100)));
            ASSERT_EQ(first.has_value(), second.has_value()) << name;
            if (first) {
                EXPECT_EQ(
                    first->metadata().resource_version + 1, second->metadata().resource_version
                ) << name;
            }
        }
    }
}

}  // namespace
}  // namespace swell::cluster
