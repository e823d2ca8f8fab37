#include <charconv>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>

#include "run.hpp"

namespace {

using namespace swell::simulation;

constexpr const char* usage =
    "usage: simulation --seeds N [--from SEED] [--threads N]   plays N seeds\n"
    "       simulation --seed SEED                            plays one again, and tells all\n";

struct Wishes {
    std::uint64_t seeds = 0, from = 1;
    unsigned threads = 0;
    std::optional<std::uint64_t> seed;
};

template <class T>
bool read(const char* text, T& number) {
    const char* const end = text + std::strlen(text);
    const auto [at, error] = std::from_chars(text, end, number);
    return error == std::errc{} && at == end;
}

std::optional<Wishes> wishes(int argc, char** argv) {
    Wishes read_so_far;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string word = argv[i];
        bool ok = false;
        if (word == "--seeds") ok = read(argv[i + 1], read_so_far.seeds);
        if (word == "--from") ok = read(argv[i + 1], read_so_far.from);
        if (word == "--threads") ok = read(argv[i + 1], read_so_far.threads);
        if (word == "--seed") ok = read(argv[i + 1], read_so_far.seed.emplace());
        if (!ok) return std::nullopt;
    }
    const bool is_whole = argc % 2 == 1 && (read_so_far.seeds > 0) != read_so_far.seed.has_value();
    return is_whole ? std::optional(read_so_far) : std::nullopt;
}

int play_one(std::uint64_t seed) {
    const Scenario scenario = scenario_of(seed);
    const Verdict verdict = play(scenario, true);
    std::cout << to_text(scenario) << '\n';
    for (const std::string& line : verdict.told) std::cout << line << '\n';
    std::cout << '\n';
    for (const std::string& line : verdict.broken) std::cout << "broken: " << line << '\n';
    std::cout << "seed " << seed << (verdict.broken.empty() ? " held" : " failed") << ", digest "
              << std::hex << verdict.digest << '\n';
    return verdict.broken.empty() ? 0 : 1;
}

int play_many(const Wishes& wished) {
    std::uint64_t played = 0, held = 0;
    std::map<std::string, std::size_t> counts;
    play_seeds(wished.from, wished.seeds, wished.threads, [&](const Verdict& verdict) {
        ++played;
        for (const auto& [what, times] : verdict.counts) counts[what] += times;
        if (verdict.broken.empty()) {
            ++held;
            return true;
        }
        std::cout << "seed " << verdict.seed << " failed: " << verdict.broken.front() << '\n'
                  << "  again: ./test simulation --seed " << verdict.seed << std::endl;
        return played - held < 20;
    });
    for (const auto& [what, times] : counts) std::cout << what << ": " << times << '\n';
    std::cout << held << " of " << played << " seeds held\n";
    return held == played ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto wished = wishes(argc, argv);
    if (!wished) {
        std::cerr << usage;
        return 2;
    }
    return wished->seed ? play_one(*wished->seed) : play_many(*wished);
}
