#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "spec/kinds/swell.hpp"
#include "trial/load/schedule.hpp"

namespace swell::trial {

/// The bytes of a request, with gaps where its number goes.
struct Template {
    std::vector<std::string> pieces;  ///< never empty; a number stands between two of them
    bool head = false;                ///< HEAD: the answer has no body
    bool idempotent = false;          ///< may be sent again when its connection turns out dead

    void append(std::string& out, std::uint64_t number) const;
};

/// All that a load needs to know, checked.
struct Plan {
    std::string address;             ///< `127.0.0.1:8080`, or the path of a Unix socket
    std::vector<Template> requests;  ///< taken in turn, at least one
    double start_rate = 0;
    std::vector<Stage> stages;
    Arrivals arrivals = Arrivals::even;
    std::uint64_t seed = 1;
    Duration timeout = std::chrono::seconds{10};
    std::size_t max_connections = 256;
};

/// What a LoadTest says, for a service that listens at `service_address` (unused when the target is
/// a URL: `http://IP:PORT[/base path]` or `http://localhost:PORT`).
/// Errors  invalid: names the field.
Result<Plan> make_plan(const spec::LoadTestSpec& spec, const std::string& service_address);

}  // namespace swell::trial
