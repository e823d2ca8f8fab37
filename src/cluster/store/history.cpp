#include "cluster/store/history.hpp"

#include "cluster/store/rules.hpp"
#include "cluster/store/select.hpp"

namespace swell::cluster {

std::optional<Change> as_seen_by(const Query& query, const Written& written) {
    const Change& change = written.change;
    if (!in_scope(query, change.object)) return std::nullopt;
    if (!is_selective(query)) return change;

    const bool was = written.before && matches(query, *written.before);
    const bool is = change.type != Change::Type::deleted && matches(query, change.object);
    if (is && was) return change;
    if (is) return Change{Change::Type::added, change.object, change.version};
    if (!was) return std::nullopt;
    if (change.type == Change::Type::deleted) return change;
    return Change{
        Change::Type::deleted, at_version(*written.before, change.version), change.version
    };
}

}  // namespace swell::cluster
