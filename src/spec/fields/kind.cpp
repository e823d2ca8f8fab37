#include "spec/fields/kind.hpp"

namespace swell::spec::fields {
namespace {

/// Whether `path` is `outer` or a part of it.
bool within(std::string_view path, std::string_view outer) {
    if (!path.starts_with(outer)) return false;
    return path.size() == outer.size() || outer.empty() || path[outer.size()] == '.' ||
           path[outer.size()] == '[';
}

}  // namespace

void add_new(Problems& problems, Problems more) {
    const std::size_t before = problems.size();
    for (Problem& problem : more) {
        if (!has_room(problems, problem.warning)) continue;
        bool told = false;
        for (std::size_t i = 0; i < before && !told; ++i)
            told = !problems[i].warning && (within(problem.path, problems[i].path) ||
                                            within(problems[i].path, problem.path));
        if (!told) problems.push_back(std::move(problem));
    }
}

}  // namespace swell::spec::fields
