#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

// How numbers are written for people.

namespace swell::control::hpa {

std::string number(std::int64_t value);
/// Four significant digits: enough to tell 1.1 from 1.101.
std::string ratio(double value);
/// `1 pod`, `2 pods`.
std::string count(std::int64_t n, const std::string& one);
/// Milli-units of a resource (`cpu`, `memory`, or empty): `284m`, `312Mi`, `12.6`.
std::string amount(std::int64_t milli, const std::string& resource);
/// `08:04:50`
std::string time_of_day(Instant at);

}  // namespace swell::control::hpa
