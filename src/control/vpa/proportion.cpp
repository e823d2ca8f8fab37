#include "control/vpa/proportion.hpp"

#include <limits>

namespace swell::control::vpa {

namespace {

__extension__ using Wide = __int128;

bool is_zero(const Quantity& amount) { return amount.sign() == 0; }

/// amount * to / base, rounded to minus infinity; whether there was a remainder.
struct Quotient {
    std::int64_t value;
    bool has_rest;
};
Quotient divided(std::int64_t amount, std::int64_t to, std::int64_t base) {
    const Wide product = static_cast<Wide>(amount) * to;
    Wide quotient = product / base;
    Wide rest = product % base;
    if (rest < 0) {
        quotient -= base > 0 ? 1 : -1;
        rest = 1;
    }
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (quotient > most || quotient < -Wide{most} - 1) return {most, false};
    return {static_cast<std::int64_t>(quotient), rest != 0};
}

}  // namespace

Quantity scaled(const std::string& resource, const Proportion& of, Rounding rounding) {
    if (is_zero(of.base)) return of.amount;
    const Quantity::Format format = of.amount.format();
    if (resource == "cpu") {
        const auto [milli, has_rest] =
            divided(of.amount.milli_value(), of.to.milli_value(), of.base.milli_value());
        return Quantity::from_milli(milli + (has_rest && rounding == Rounding::up ? 1 : 0), format);
    }
    const std::int64_t value = divided(of.amount.value(), of.to.value(), of.base.value()).value;
    const bool falls_below = value == 0 && rounding == Rounding::down_to_unit;
    return Quantity::from_value(falls_below ? -1 : value, format);
}

ProportionalLimit proportional_limit(
    const std::string& resource,
    Demand demand,
    const Quantity& recommended,
    const Quantity& default_limit
) {
    if (is_zero(demand.limit)) demand.limit = default_limit;
    if (is_zero(demand.limit))
        return {{}, resource + ": limit NOT set since originalLimit is nil or 0"};
    if (is_zero(recommended))
        return {{}, resource + ": limit NOT set since recommendedRequest is nil or 0"};
    // A limit without a request is a request of the same.
    if (is_zero(demand.request) || demand.request.milli_value() == demand.limit.milli_value())
        return {recommended, ""};
    return {
        scaled(resource, {demand.limit, demand.request, recommended}, Rounding::down),
        "",
    };
}

Quantity boundary_request(
    const std::string& resource, Demand demand, const Quantity& bound, const Quantity& default_limit
) {
    if (is_zero(demand.limit)) demand.limit = default_limit;
    if (is_zero(demand.limit)) return {};
    if (is_zero(demand.request)) return bound;
    return scaled(resource, {demand.request, demand.limit, bound}, Rounding::down);
}

void Sum::add(const Quantity& amount) {
    const auto plus = [](std::int64_t& sum, std::int64_t more) {
        if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::int64_t>::max();
    };
    plus(whole_, amount.value());
    plus(milli_, amount.milli_value());
    all_whole_ = all_whole_ && Quantity::from_value(amount.value()) == amount;
}

Quantity Sum::quantity() const {
    return all_whole_ ? Quantity::from_value(whole_) : Quantity::from_milli(milli_);
}

Quantity amount_of(const spec::ResourceList& list, const std::string& resource) {
    const auto found = list.find(resource);
    if (found != list.end()) return found->second;
    return Quantity::from_value(
        0, resource == "memory" ? Quantity::Format::binary_si : Quantity::Format::decimal_si
    );
}

}  // namespace swell::control::vpa
