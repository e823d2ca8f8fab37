// The main job: the quickstart's own manifests, with a shorter load and a faster HPA. It scales out
// under load and back in, ends by itself with a summary, and leaves nothing behind.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/server/state_dir_io.hpp"
#include "journal/journal_io.hpp"
#include "swell_io.hpp"

namespace swell::test {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// The example's manifests as they are but for the load test, and for the window that holds a
/// scale-in back.
std::vector<std::string> shortened(const Swell& swell) {
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(fs::path(SWELL_EXAMPLES) / "quickstart")) {
        if (entry.path().extension() != ".yaml") continue;
        std::string text = slurp(entry.path());
        if (text.find("kind: LoadTest") != std::string::npos) {
            const auto stages = text.find("  stages:");
            EXPECT_NE(stages, std::string::npos);
            auto end = text.find("\n  ", stages + 10);
            while (end != std::string::npos &&
                   (text.compare(end, 4, "\n   ") == 0 || text.compare(end, 5, "\n  - ") == 0 ||
                    text.compare(end, 4, "\n  #") == 0))
                end = text.find("\n  ", end + 1);
            text.replace(
                stages,
                end == std::string::npos ? text.size() - stages : end - stages,
                "  stages:\n  - {duration: 5s, rate: 120}\n  - {duration: 15s, rate: 120}\n"
            );
        }
        const std::string window = "stabilizationWindowSeconds: 30";
        if (const auto at = text.find(window); at != std::string::npos)
            text.replace(at, window.size(), "stabilizationWindowSeconds: 3");
        paths.push_back(swell.file(entry.path().filename().string(), text));
    }
    EXPECT_FALSE(paths.empty());
    return paths;
}

TEST(Quickstart, ScalesOutAndBackAndExplains) {
    const Swell swell;
    std::vector<std::string> words = {"up", "--hpa-sync-period", "1"};
    for (const auto& path : shortened(swell)) words.push_back(path);
    const auto up = swell.start(words);
    const auto code = up->wait(std::chrono::minutes(4));
    ASSERT_TRUE(code.has_value()) << up->output();
    EXPECT_EQ(*code, 0) << up->output();
    const std::string output = up->output();
    for (const char* word : {"Summary", "peak replicas", "requests", "errors           0", "p95"})
        EXPECT_NE(output.find(word), std::string::npos) << word << " in\n" << output;

    const auto journal =
        journal::SqliteJournal::open_to_read(app::StateDir{swell.state()}.journal());
    ASSERT_TRUE(journal.has_value());
    const auto entries =
        (*journal)->read({.controller = "hpa", .changes_only = true, .limit = 1000});
    ASSERT_TRUE(entries.has_value());
    ASSERT_GE(entries->size(), 2u) << output;
    int highest = 0;
    for (const auto& entry : *entries) {
        EXPECT_EQ(entry.outcome, "done") << entry.summary;
        EXPECT_FALSE(entry.steps.empty()) << entry.summary;
        highest = std::max(highest, entry.after.value("replicas", 0));
    }
    EXPECT_GT(highest, 2);
    EXPECT_EQ(entries->front().after.value("replicas", 0), 2) << "it did not come back";

    const auto explained = swell.run({"explain", "hpa/tiles"});
    EXPECT_EQ(explained.exit_code, 0) << explained.err;
    for (const char* word : {"hpa/tiles", "cpu", "ceil("})
        EXPECT_NE(
            swell.run({"history", "hpa/tiles", "-o", "json"}).out.find(word), std::string::npos
        ) << word;

    EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
    EXPECT_TRUE(swell.cgroups().empty());
    // What stays is the state that is meant to: the journal, and files that the next start reads.
    for (const auto& entry : fs::directory_iterator(swell.state())) {
        EXPECT_NE(entry.path().extension(), ".sock") << entry.path();
        if (entry.path().filename() == "pods") {
            EXPECT_TRUE(fs::is_empty(entry.path() / "pods")) << entry.path();
        }
    }
}

}  // namespace
}  // namespace swell::test
