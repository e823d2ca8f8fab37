#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace swell::metrics {

enum class Type { counter, gauge, histogram, untyped };

/// Label names and values in the order they are written.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Writes Prometheus' text format 0.0.4, family after family.
///
///     Exposition page;
///     page.family("scaling.replicas", Type::gauge, "Replicas a service has.");
///     page.sample({{"service", "tiles"}}, 3);
///     answer(200, Exposition::content_type, page.text());
///
/// Samples follow their family; the caller gives each family once and each label set once.
/// Source  prometheus.io/docs/instrumenting/exposition_formats
class Exposition {
  public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    void family(std::string_view name, Type type, std::string_view help);
    void sample(const Labels& labels, double value);
    /// A histogram's samples: `bounds` are the upper borders, rising, without +Inf; `counts` has
    /// one more number than there are bounds, each of its own bucket (this function adds them up).
    void histogram(
        const Labels& labels,
        const std::vector<double>& bounds,
        const std::vector<std::uint64_t>& counts,
        double sum
    );

    const std::string& text() const { return text_; }

  private:
    struct Suffix {
        std::string_view name;  // _bucket, _sum, _count
        std::string_view le;
    };
    void line(const Suffix& suffix, const Labels& labels, double value);

    std::string text_;
    std::string name_;
};

/// The name that Prometheus sees: `scaling.replicas` is `scaling_replicas`; a counter ends in
/// `_total`.
std::string prometheus_name(std::string_view name, Type type);

/// `12`, `0.25`, `1e+21`, `+Inf`, `-Inf`, `NaN`: the shortest text that reads back as the same.
std::string prometheus_number(double value);

}  // namespace swell::metrics
