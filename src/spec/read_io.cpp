#include "spec/read_io.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>
#include <utility>

#include "base/fd_io.hpp"
#include "base/text.hpp"

namespace swell::spec {
namespace {

namespace fs = std::filesystem;

/// Standard input, and no byte beyond the limit.
Result<std::string> read_stdin(std::size_t limit) {
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno_error("standard input"));
        if (got == 0) return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > limit)
            return fail(Code::invalid, "is larger than the limit of " + binary_size(limit));
    }
}

bool is_manifest(const fs::path& path) {
    const std::string extension = path.extension().string();
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

class Reader {
  public:
    explicit Reader(const yaml::Limits& limits) : limits_(limits) {}

    void path(const std::string& path) {
        if (path == "-") return text("<stdin>", read_stdin(limits_.bytes));
        std::error_code error;
        if (fs::is_directory(path, error)) return folder(path);
        text(path, read_file(path, limits_.bytes));
    }

    Manifests take() { return std::move(all_); }

  private:
    void folder(const std::string& path) {
        std::error_code error;
        std::vector<std::string> files;
        for (fs::directory_iterator each(path, error), end; !error && each != end;
             each.increment(error))
            if (std::error_code ignored;
                is_manifest(each->path()) && each->is_regular_file(ignored))
                files.push_back(each->path().string());
        if (error) return find(path, "folder is not readable: " + error.message());
        if (files.empty()) return find(path, "no *.yaml, *.yml or *.json in this folder");
        std::sort(files.begin(), files.end());
        for (const std::string& file : files) this->path(file);
    }

    void text(const std::string& name, const Result<std::string>& text) {
        if (text) return add(read_text(*text, name, limits_));
        std::string what = text.error().what;
        if (what.starts_with(name + ": ")) what.erase(0, name.size() + 2);  // the finding says it
        find(name, std::move(what));
    }

    /// Objects of one key in two files: the later is at fault.
    void add(Manifests one) {
        std::move(one.findings.begin(), one.findings.end(), std::back_inserter(all_.findings));
        for (Manifests::Source& source : one.objects) {
            const Key key = key_of(source.object);
            const auto [first, fresh] = seen_.try_emplace(key, source.file);
            if (fresh || key.name.empty())
                all_.objects.push_back(std::move(source));
            else
                all_.findings.push_back(
                    {source.file,
                     source.at(),
                     "metadata.name",
                     to_text(key) + " is already defined in " + first->second}
                );
        }
    }

    void find(const std::string& path, std::string what) {
        all_.findings.push_back({path, {}, "", std::move(what)});
    }

    const yaml::Limits& limits_;
    Manifests all_;
    std::map<Key, std::string> seen_;
};

}  // namespace

Manifests read_paths(const std::vector<std::string>& paths, const yaml::Limits& limits) {
    Reader reader(limits);
    for (const std::string& path : paths) reader.path(path);
    return reader.take();
}

}  // namespace swell::spec
