#include "control/services/decide.hpp"

#include <cstdint>

namespace swell::control::services {

namespace {

// The last octet runs from 1 to 254, the one before from 0 to 255.
constexpr std::uint32_t last_octets = 254;
constexpr std::uint32_t addresses = 256 * last_octets;

std::uint32_t fnv1a(const std::string& text) {
    std::uint32_t sum = 2166136261u;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        sum *= 16777619u;
    }
    return sum;
}

}  // namespace

bool wants_address(const spec::Service& service) {
    return service.spec.cluster_ip.empty() && service.spec.type != "ExternalName";
}

std::optional<std::string> address(
    const spec::Service& service, const std::set<std::string>& in_use, const Config& config
) {
    const std::uint32_t first = fnv1a(service.metadata.ns + "/" + service.metadata.name);
    for (std::uint32_t i = 0; i < addresses; ++i) {
        const std::uint32_t slot = (first % addresses + i) % addresses;
        std::string candidate = config.prefix + std::to_string(slot / last_octets) + "." +
                                std::to_string(slot % last_octets + 1);
        if (!in_use.contains(candidate)) return candidate;
    }
    return std::nullopt;
}

}  // namespace swell::control::services
