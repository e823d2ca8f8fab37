#include "quantity.hpp"

#include <bit>

#include "base/quantity.hpp"

namespace swell::conformance {
namespace {

const char* word(Quantity::Format format) {
    switch (format) {
        case Quantity::Format::decimal_si:
            return "DecimalSI";
        case Quantity::Format::binary_si:
            return "BinarySI";
        case Quantity::Format::decimal_exponent:
            return "DecimalExponent";
    }
    return "";
}

}  // namespace

std::string check_quantity(const Json& recorded) {
    std::string difference;
    const auto expect = [&](const char* what, const Json& wanted, const Json& found) {
        if (wanted == found) return;
        difference +=
            std::string(what) + ": wanted " + wanted.dump() + ", got " + found.dump() + "\n";
    };
    const auto got = Quantity::parse(recorded.at("text").get<std::string>());
    expect("ok", recorded.at("ok"), got.has_value());
    if (!got) {
        expect("error", recorded.value("error", ""), got.error().what);
        return difference;
    }
    if (!difference.empty()) return difference;
    expect("canonical", recorded.at("canonical"), got->text());
    expect("format", recorded.at("format"), word(got->format()));
    expect("value", recorded.at("value"), got->value());
    expect("milliValue", recorded.at("milliValue"), got->milli_value());
    expect("sign", recorded.at("sign"), got->sign());
    // As bits, so that a last digit or the sign of a zero counts.
    const auto bits = [](double number) { return std::bit_cast<std::uint64_t>(number); };
    const double wanted = recorded.at("asApproximateFloat64").get<double>();
    if (bits(wanted) != bits(got->approximate())) {
        difference += "asApproximateFloat64: wanted " + Json(wanted).dump() + ", got " +
                      Json(got->approximate()).dump() + "\n";
    }
    return difference;
}

}  // namespace swell::conformance
