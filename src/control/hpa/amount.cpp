#include "control/hpa/amount.hpp"

#include <cmath>
#include <cstdio>

namespace swell::control::hpa {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string ratio(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string count(std::int64_t n, const std::string& one) {
    return number(n) + " " + one + (n == 1 ? "" : "s");
}

std::string amount(std::int64_t milli, const std::string& resource) {
    if (resource == "cpu" && std::abs(milli) < 10'000) return number(milli) + "m";
    double value = static_cast<double>(milli) / 1000;
    const char* unit = "";
    if (resource == "memory") {
        for (const char* next : {"Ki", "Mi", "Gi", "Ti"}) {
            if (std::abs(value) < 1024) break;
            value /= 1024;
            unit = next;
        }
    }
    return ratio(value) + unit;
}

std::string time_of_day(Instant at) { return to_rfc3339_seconds(at).substr(11, 8); }

}  // namespace swell::control::hpa
