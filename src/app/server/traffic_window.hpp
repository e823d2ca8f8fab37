#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "proxy/stats.hpp"

namespace swell::app {

/// What went through the proxy within a window.
struct TrafficRates {
    double requests_per_second = 0;  ///< answered, by whomever and however
    double requests_in_flight = 0;   ///< mean of the samples
    double latency_seconds = 0;      ///< mean of those answered in full; 0 when none was
    Instant at{};                    ///< end of the window
    Duration window{};               ///< > 0; the longest, of several
};

/// The last seconds of what the proxy counts, of each Service port and of each endpoint.
///
/// A window spans `length`, or less when it is young; when the proxy was silent meanwhile, more, by
/// one sample. It begins anew where counts begin anew: all of them when the proxy was restarted (a
/// Service has counted less than before) or silent for `silence`; an endpoint's when that was gone
/// in between. So no rate is negative.
class TrafficWindow {
  public:
    /// The window of Kubernetes' resource metrics, with its default scrape.
    static constexpr Duration length = std::chrono::seconds(15);
    static constexpr Duration silence = std::chrono::seconds(30);

    /// What is counted at `at`. Not later than the last time: left out.
    void take(Instant at, const proxy::Stats& stats);

    /// When it was last told; nothing before.
    std::optional<Instant> taken() const { return taken_; }

    /// Of all ports of the Services that are wanted, together; of those that have two samples.
    /// What endpoints did that are gone is in it. Nothing: none has.
    std::optional<TrafficRates> of_services(
        const std::function<bool(const proxy::ServiceKey&)>& wanted
    ) const;

    /// Of an endpoint of any of them: `ns/pod`.
    std::optional<TrafficRates> of_endpoint(const std::string& id) const;

  private:
    struct Sample {
        Instant at{};
        std::uint64_t requests = 0;
        std::int64_t timed = 0;  // requests whose latency is known
        double latency_us = 0;   // their sum
        double in_flight = 0;
    };
    using Samples = std::deque<Sample>;  // oldest first
    using Services = std::map<proxy::ServiceKey, Samples>;
    struct Sum;

    static Samples with(Samples samples, Instant at, const proxy::Counts& counts);
    bool is_anew(Instant at, const proxy::Stats& stats) const;

    std::optional<Instant> taken_;
    Services services_;
    std::map<std::string, Services> endpoints_;  // by their ids
};

}  // namespace swell::app
