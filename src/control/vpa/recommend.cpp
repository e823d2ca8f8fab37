#include "control/vpa/recommend.hpp"

#include <cmath>
#include <cstdio>

#include "control/vpa/exact_math.hpp"
#include "control/vpa/policy.hpp"

namespace swell::control::vpa {

namespace {

std::int64_t scale(std::int64_t amount, double factor) {
    return amount_from(static_cast<double>(amount) * factor);
}

/// How confidence widens a bound: (1 + multiplier / confidence)^exponent.
struct Widening {
    double multiplier;
    int exponent;
};
constexpr Widening upwards{1, 1};
constexpr Widening downwards{0.001, -2};

/// What the three estimates of a resource share.
struct Basis {
    const Histogram& histogram;
    double unit;  ///< amounts in one of the histogram's units
    double margin_fraction;
    double confidence;
    std::int64_t least;
};

Estimate estimate_one(const Basis& basis, double fraction, const Widening* widening) {
    Estimate made;
    made.fraction = fraction;
    made.used = amount_from(basis.histogram.percentile(fraction) * basis.unit);
    made.with_margin = made.used + scale(made.used, basis.margin_fraction);
    made.scaled = made.with_margin;
    if (widening != nullptr) {
        made.multiplier =
            exact_pow(1 + widening->multiplier / basis.confidence, widening->exponent);
        made.scaled = scale(made.with_margin, *made.multiplier);
    }
    made.least = basis.least;
    made.amount = std::max(made.scaled, made.least);
    return made;
}

ResourceEstimates estimate_resource(
    const Basis& basis, const RecommenderConfig::Percentiles& percentiles
) {
    return {
        estimate_one(basis, percentiles.target, nullptr),
        estimate_one(basis, percentiles.lower_bound, &downwards),
        estimate_one(basis, percentiles.upper_bound, &upwards),
        basis.confidence,
    };
}

/// 12345678 becomes 11.77Mi. Deprecated in the original, and so are its two decimals.
Quantity humanized(std::int64_t bytes) {
    constexpr std::pair<const char*, std::int64_t> units[] = {
        {"Ti", std::int64_t{1} << 40}, {"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}
    };
    for (const auto& [unit, size] : units) {
        if (bytes < size) continue;
        char text[64];
        const double count = static_cast<double>(bytes) / static_cast<double>(size);
        std::snprintf(text, sizeof text, "%.2f%s", count, unit);
        return Quantity::parse(text).value_or(Quantity{});
    }
    return Quantity::from_value(bytes);
}

std::int64_t rounded_up(std::int64_t amount, std::int64_t unit) {
    if (unit <= 1 || amount == 0) return amount;
    const double units = std::ceil(static_cast<double>(amount) / static_cast<double>(unit));
    return static_cast<std::int64_t>(units) * unit;
}

class Formatter {
  public:
    Formatter(const RecommenderConfig& config, bool whole_cores)
        : config_(config), whole_cores_(whole_cores) {}

    spec::ResourceList list(
        const ContainerEstimates& estimates, Estimate ResourceEstimates::* which
    ) const {
        spec::ResourceList made;
        if (estimates.cpu) made["cpu"] = cpu((*estimates.cpu.*which).amount);
        if (estimates.memory) made["memory"] = memory((*estimates.memory.*which).amount);
        return made;
    }

  private:
    Quantity cpu(std::int64_t milli) const {
        milli = rounded_up(milli, config_.round_cpu_milli);
        if (whole_cores_) milli = (milli + 999) / 1000 * 1000;
        return Quantity::from_milli(milli);
    }
    Quantity memory(std::int64_t bytes) const {
        bytes = rounded_up(bytes, config_.round_memory_bytes);
        if (config_.humanize_memory && bytes != 0) return humanized(bytes);
        return Quantity::from_value(bytes, Quantity::Format::binary_si);
    }

    const RecommenderConfig& config_;
    bool whole_cores_;
};

bool wants_whole_cores(const spec::ObjectMeta& metadata, const std::string& container) {
    const auto found =
        metadata.annotations.find("vpa-post-processor.kubernetes.io/" + container + "_integerCPU");
    return found != metadata.annotations.end() && found->second == "true";
}

void cap_all(
    spec::ResourceList& amounts, const spec::ResourceList& min, const spec::ResourceList& max
) {
    for (auto& [resource, amount] : amounts) cap(amount, resource, min, max);
}

}  // namespace

double confidence_of(const AggregateState& state, Duration interval) {
    if (!state.first_sample || !state.last_sample) return 0;
    const double lifespan =
        static_cast<double>((*state.last_sample - *state.first_sample).count()) /
        static_cast<double>(interval.count());
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(interval);
    const double interval_minutes = static_cast<double>(minutes.count()) +
                                    static_cast<double>((interval - minutes).count()) / 60e9;
    return std::min(lifespan, static_cast<double>(state.samples) / interval_minutes);
}

std::vector<ContainerEstimates> estimate(
    const AggregateStates& states, const spec::VpaSpec& spec, const RecommenderConfig& config
) {
    std::vector<std::pair<const std::string*, const AggregateState*>> wanted;
    for (const auto& [container, state] : states)
        if (!is_off(policy_of(container, spec.resource_policy)))
            wanted.emplace_back(&container, &state);
    const double part = 1.0 / static_cast<double>(wanted.size());
    const std::int64_t least_cpu =
        scale(amount_from(config.pod_min_cpu_milli * 0.001 * 1000), part);
    const std::int64_t least_memory =
        scale(amount_from(config.pod_min_memory_mib * 1024 * 1024), part);
    std::vector<ContainerEstimates> made;
    for (const auto& [container, state] : wanted) {
        const spec::ContainerResourcePolicy* policy = policy_of(*container, spec.resource_policy);
        ContainerEstimates& one = made.emplace_back();
        one.container = *container;
        one.samples = state->samples;
        one.first_sample = state->first_sample;
        one.last_sample = state->last_sample;
        const Basis cpu{
            state->cpu,
            1000,
            config.margin_fraction,
            confidence_of(*state, config.confidence_interval_cpu),
            least_cpu,
        };
        const Basis memory{
            state->memory_peaks,
            1,
            config.margin_fraction,
            confidence_of(*state, config.confidence_interval_memory),
            least_memory,
        };
        if (controls(policy, "cpu")) one.cpu = estimate_resource(cpu, config.cpu);
        if (controls(policy, "memory")) one.memory = estimate_resource(memory, config.memory);
    }
    return made;
}

spec::RecommendedPodResources recommend(
    const std::vector<ContainerEstimates>& estimates,
    const spec::VerticalPodAutoscaler& vpa,
    const RecommenderConfig& config
) {
    spec::RecommendedPodResources made;
    for (const ContainerEstimates& one : estimates) {
        const Formatter formatter(
            config, config.integer_cpu && wants_whole_cores(vpa.metadata, one.container)
        );
        spec::RecommendedContainerResources& shown = made.container_recommendations.emplace_back();
        shown.container_name = one.container;
        shown.target = formatter.list(one, &ResourceEstimates::target);
        shown.lower_bound = formatter.list(one, &ResourceEstimates::lower_bound);
        shown.upper_bound = formatter.list(one, &ResourceEstimates::upper_bound);
        shown.uncapped_target = shown.target;
        const auto* policy = policy_of(one.container, vpa.spec.resource_policy);
        const spec::ResourceList min =
            policy != nullptr ? policy->min_allowed : spec::ResourceList{};
        spec::ResourceList max = policy != nullptr ? policy->max_allowed : spec::ResourceList{};
        max.insert(config.max_allowed.begin(), config.max_allowed.end());
        cap_all(shown.target, min, max);
        cap_all(shown.lower_bound, min, max);
        cap_all(shown.upper_bound, min, max);
    }
    return made;
}

}  // namespace swell::control::vpa
