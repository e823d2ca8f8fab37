#include "kinds.hpp"

#include <algorithm>

#include "hpa.hpp"
#include "quantity.hpp"
#include "quota.hpp"
#include "vpa.hpp"

namespace swell::conformance {
namespace {

constexpr Kind table[] = {
    {"hpa", check_hpa},
    {"quantity", check_quantity},
    {"quota", check_quota},
    {"vpa", check_vpa},
};

}  // namespace

std::span<const Kind> kinds() { return table; }

const Kind* find_kind(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Kind::name);
    return found == std::end(table) ? nullptr : found;
}

}  // namespace swell::conformance
