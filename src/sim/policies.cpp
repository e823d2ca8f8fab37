#include "sim/policies.hpp"

#include <algorithm>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/kinds/swell.hpp"

namespace swell::sim {

namespace {

using spec::Object;

template <class Kind>
bool has(const std::vector<Object>& objects) {
    return std::ranges::any_of(objects, [](const Object& one) { return one.is<Kind>(); });
}

/// Namespace, kind and name of what the part of an autoscaler is for; empty without such a part.
template <class Part>
std::string target_of(const Object& object, Part part_of) {
    const auto part = part_of(object);
    if (!part) return {};
    std::string kind, name;
    if constexpr (requires { part->spec.scale_target_ref; }) {
        kind = part->spec.scale_target_ref.kind;
        name = part->spec.scale_target_ref.name;
    } else {
        kind = part->spec.target_ref.kind;
        name = part->spec.target_ref.name;
    }
    return object.metadata().ns + "/" + kind + "/" + name;
}

/// An observer is in nobody's way, and nobody in its.
template <class Part>
bool gives_way(const Object& old, const std::vector<Object>& given, Part part_of) {
    const std::string target = target_of(old, part_of);
    if (target.empty() || spec::observes(old.metadata())) return false;
    return std::ranges::any_of(given, [&](const Object& one) {
        return target == target_of(one, part_of) && !spec::observes(one.metadata());
    });
}

bool is_replaced(const Object& old, const std::vector<Object>& given) {
    return std::ranges::any_of(given, [&](const Object& one) {
        if (key_of(old) == key_of(one)) return true;
        return old.is<spec::LoadTest>() && one.is<spec::LoadTest>() &&
               old.metadata().ns == one.metadata().ns &&
               old.as<spec::LoadTest>().spec.target.service ==
                   one.as<spec::LoadTest>().spec.target.service;
    });
}

/// What is left of an object beside another policy.
void keep(const Object& old, const std::vector<Object>& given, std::vector<Object>& side) {
    if (is_replaced(old, given)) return;
    const bool horizontal = gives_way(old, given, spec::horizontal_of);
    const bool vertical = gives_way(old, given, spec::vertical_of);
    if (!horizontal && !vertical) return side.push_back(old);
    if (!old.is<spec::Autoscaler>()) return;
    // The part that stays stands for itself.
    if (const auto part = spec::horizontal_of(old); part && !horizontal) side.emplace_back(*part);
    if (const auto part = spec::vertical_of(old); part && !vertical) side.emplace_back(*part);
}

}  // namespace

std::vector<Object> other_side(const std::vector<Object>& first, const std::vector<Object>& given) {
    std::vector<Object> side;
    const bool is_whole = has<spec::Deployment>(given);
    const bool has_loads = has<spec::LoadTest>(given);
    for (const Object& object : first) {
        if (is_whole && (has_loads || !object.is<spec::LoadTest>())) continue;
        keep(object, given, side);
    }
    side.insert(side.end(), given.begin(), given.end());
    return side;
}

std::pair<std::string, std::string> labels_of(const std::string& first, const std::string& other) {
    const auto last_part = [](std::string path) {
        while (path.size() > 1 && path.ends_with('/')) path.pop_back();
        return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    };
    std::string a = last_part(first), b = last_part(other);
    if (a == b) a = first, b = other;
    if (a == b) b += " (again)";
    return {a, b};
}

}  // namespace swell::sim
