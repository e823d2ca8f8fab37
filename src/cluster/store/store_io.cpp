#include "cluster/store/sqlite_io.hpp"
#include "cluster/store/store.hpp"

namespace swell::cluster {

Result<std::unique_ptr<Store>> Store::open(
    const std::string& path, Clock& clock, Rng rng, const Options& options
) {
    if (path.empty()) return std::make_unique<Store>(clock, rng, options, nullptr, Loaded{});
    auto rows = SqliteRows::open(path, options.max_file_bytes);
    if (!rows) return std::unexpected(rows.error());
    auto loaded = (*rows)->load();
    if (!loaded) return std::unexpected(loaded.error());
    return std::make_unique<Store>(clock, rng, options, *std::move(rows), *std::move(loaded));
}

}  // namespace swell::cluster
