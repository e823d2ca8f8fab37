// The house rules, as a test: docs and style say them, this file makes them true.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = SWELL_SOURCE_DIR;

// The sentence. A folder includes only itself and what stands before it.
const std::vector<std::string> sentence = {
    "base",
    "http",
    "metrics",
    "resilience",
    "stores",
    "spec",
    "journal",
    "cluster",
    "control",
    "proxy",
    "sim",
    "trial",
    "app",
};

struct Source {
    std::string path;  // below the root
    std::vector<std::string> lines;
};

std::vector<Source> sources_below(const std::string& folder) {
    std::vector<Source> found;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".hpp" && extension != ".cpp") continue;
        Source source{fs::relative(entry.path(), root).string(), {}};
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line);) source.lines.push_back(line);
        found.push_back(std::move(source));
    }
    std::sort(found.begin(), found.end(), [](const Source& a, const Source& b) {
        return a.path < b.path;
    });
    return found;
}

std::string code_of(const std::string& line) {
    const auto comment = line.find("//");
    return comment == std::string::npos ? line : line.substr(0, comment);
}

std::size_t rank(const std::string& folder) {
    const auto at = std::find(sentence.begin(), sentence.end(), folder);
    return static_cast<std::size_t>(at - sentence.begin());
}

bool ends_with_word(const std::string& path, const std::string& word) {
    const std::string stem = fs::path(path).stem().string();
    return stem.size() >= word.size() && stem.ends_with(word);
}

/// Files that may wait: `*_io`, and tests, benches and fuzzers, which stand in for the world.
bool may_wait(const std::string& path) {
    for (const char* suffix : {"_io", "_test", "_bench", "_fuzz"})
        if (ends_with_word(path, suffix)) return true;
    return path.starts_with("src/app/");
}

std::string place(const Source& source, std::size_t line) {
    return source.path + ":" + std::to_string(line + 1) + ": ";
}

std::vector<std::string> wrong_layers(const std::vector<Source>& sources) {
    static const std::regex include(R"(^\s*#include "([a-z_]+)/)");
    std::vector<std::string> found;
    for (const Source& source : sources) {
        const std::string rest = source.path.substr(std::string("src/").size());
        const std::string folder = rest.substr(0, rest.find('/'));
        for (std::size_t i = 0; i < source.lines.size(); ++i) {
            std::smatch match;
            if (!std::regex_search(source.lines[i], match, include)) continue;
            if (rank(match[1]) > rank(folder))
                found.push_back(place(source, i) + folder + " must not include " + match[1].str());
        }
    }
    return found;
}

std::vector<std::string> waits_outside_io(const std::vector<Source>& sources) {
    static const std::regex waiting(
        R"(#include <(sys/(socket|epoll|stat|wait|mount|un|eventfd|timerfd|signalfd)\.h|sys/types\.h|unistd\.h|fcntl\.h|signal\.h|csignal|fstream|filesystem|netinet/.*|netdb\.h|sqlite3\.h|poll\.h|thread)>)"
        R"(|#include "[a-z_/]*_io\.hpp"|\b(system_clock|steady_clock|random_device)\b)"
    );
    std::vector<std::string> found;
    for (const Source& source : sources) {
        if (may_wait(source.path)) continue;
        for (std::size_t i = 0; i < source.lines.size(); ++i)
            if (std::regex_search(code_of(source.lines[i]), waiting))
                found.push_back(
                    place(source, i) + "only *_io files may do this: " + source.lines[i]
                );
    }
    return found;
}

std::vector<std::string> banned_calls(const std::vector<Source>& sources) {
    struct Ban {
        std::regex what;
        const char* instead;
    };
    static const std::array bans = {
        Ban{std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\s*\()"), "a timer of the Clock"
        },
        Ban{std::regex(R"(\.detach\(\))"), "a jthread or task that its owner joins"},
        Ban{std::regex(R"((^|[^_\w.:>])(s?rand)\s*\()"), "the Rng door"},
        Ban{std::regex(R"(\bstd::(endl|regex)\b)"), "'\\n'; a hand-written scan"},
        Ban{std::regex(R"(\busing namespace std\s*;)"), "names in full"},
        Ban{std::regex(R"(\b(sprintf|strcpy|strcat|gets)\s*\()"), "snprintf or std::string"},
    };
    std::vector<std::string> found;
    for (const Source& source : sources)
        for (std::size_t i = 0; i < source.lines.size(); ++i)
            for (const Ban& ban : bans)
                if (std::regex_search(code_of(source.lines[i]), ban.what))
                    found.push_back(
                        place(source, i) + "use " + ban.instead + ": " + source.lines[i]
                    );
    return found;
}

TEST(Tidy, FoldersIncludeOnlyWhatStandsBeforeThem) {
    for (const auto& fault : wrong_layers(sources_below("src"))) ADD_FAILURE() << fault;
}

TEST(Tidy, OnlyIoFilesWait) {
    for (const auto& fault : waits_outside_io(sources_below("src"))) ADD_FAILURE() << fault;
}

TEST(Tidy, NoBannedCalls) {
    for (const auto& fault : banned_calls(sources_below("src"))) ADD_FAILURE() << fault;
}

TEST(Tidy, EveryFolderHasAReadmeLine) {
    for (const auto& entry : fs::recursive_directory_iterator(root / "src")) {
        if (!entry.is_directory()) continue;
        std::ifstream in(entry.path() / "README.md");
        std::string line;
        std::getline(in, line);
        EXPECT_TRUE(line.starts_with("**"))
            << entry.path() << ": README.md must start with `**name** — what it is.`";
    }
}

TEST(Tidy, EveryTopFolderIsInTheSentence) {
    for (const auto& entry : fs::directory_iterator(root / "src")) {
        if (!entry.is_directory()) continue;
        EXPECT_LT(rank(entry.path().filename().string()), sentence.size()) << entry.path();
    }
}

TEST(Tidy, EverySourceIsListedInItsFolder) {
    for (const Source& source : sources_below("src")) {
        const fs::path path = root / source.path;
        std::string lists;
        for (fs::path folder = path.parent_path(); folder != root; folder = folder.parent_path()) {
            std::ifstream in(folder / "CMakeLists.txt");
            std::ostringstream text;
            text << in.rdbuf();
            lists += text.str();
        }
        EXPECT_NE(lists.find(path.filename().string()), std::string::npos)
            << source.path << " is in no CMakeLists.txt";
    }
}

TEST(Tidy, HeadersSayPragmaOnceFirst) {
    for (const Source& source : sources_below("src")) {
        if (!source.path.ends_with(".hpp") || source.lines.empty()) continue;
        EXPECT_EQ(source.lines.front(), "#pragma once") << source.path;
    }
}

// The rules themselves can fail: each is shown a file that breaks it.
TEST(Tidy, TheRulesBite) {
    EXPECT_EQ(wrong_layers({{"src/base/a.hpp", {"#include \"app/x.hpp\""}}}).size(), 1u);
    EXPECT_EQ(wrong_layers({{"src/app/a.hpp", {"#include \"base/x.hpp\""}}}).size(), 0u);
    EXPECT_EQ(waits_outside_io({{"src/spec/a.cpp", {"#include <fstream>"}}}).size(), 1u);
    EXPECT_EQ(waits_outside_io({{"src/spec/a_io.cpp", {"#include <fstream>"}}}).size(), 0u);
    EXPECT_EQ(waits_outside_io({{"src/spec/a.cpp", {"// not <fstream>"}}}).size(), 0u);
    EXPECT_EQ(banned_calls({{"src/spec/a.cpp", {"    thread.detach();"}}}).size(), 1u);
    EXPECT_EQ(banned_calls({{"src/spec/a.cpp", {"int x = rand();"}}}).size(), 1u);
}

}  // namespace
