#include "metrics/instruments/registry.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace swell::metrics {

namespace {

bool is_word(std::string_view text, std::string_view also) {
    if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || also.find(c) != std::string_view::npos;
    });
}

std::unique_ptr<Counter> make(const Family<Counter>&) { return std::make_unique<Counter>(); }
std::unique_ptr<Gauge> make(const Family<Gauge>&) { return std::make_unique<Gauge>(); }
std::unique_ptr<BucketHistogram> make(const Family<BucketHistogram>& family) {
    return std::make_unique<BucketHistogram>(family.bounds());
}

Type type_of(const Family<Counter>&) { return Type::counter; }
Type type_of(const Family<Gauge>&) { return Type::gauge; }
Type type_of(const Family<BucketHistogram>&) { return Type::histogram; }

void write_one(Exposition& page, const Labels& labels, const Counter& counter) {
    page.sample(labels, counter.value());
}
void write_one(Exposition& page, const Labels& labels, const Gauge& gauge) {
    page.sample(labels, gauge.value());
}
void write_one(Exposition& page, const Labels& labels, const BucketHistogram& histogram) {
    histogram.write(page, labels);
}

}  // namespace

BucketHistogram::BucketHistogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
    CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void BucketHistogram::observe(double value) {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    const auto bucket = static_cast<std::size_t>(bound - bounds_.begin());
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

void BucketHistogram::write(Exposition& page, const Labels& labels) const {
    std::vector<std::uint64_t> counts;
    for (const auto& count : counts_) counts.push_back(count.load(std::memory_order_relaxed));
    page.histogram(labels, bounds_, counts, sum_.load(std::memory_order_relaxed));
}

std::vector<double> latency_bounds() {
    return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

template <class Instrument>
Instrument& Family<Instrument>::with(const std::vector<std::string>& values) {
    CHECK(values.size() == declaration_.labels.size());
    const std::lock_guard lock(mutex_);
    auto found = series_.find(values);
    if (found == series_.end()) {
        const bool room = series_.size() < declaration_.max_series;
        const auto& key = room ? values : std::vector<std::string>(values.size(), "other");
        found = series_.try_emplace(key).first;
        if (!found->second) found->second = make(*this);
    }
    return *found->second;
}

template <class Instrument>
void Family<Instrument>::remove(const std::vector<std::string>& values) {
    const std::lock_guard lock(mutex_);
    series_.erase(values);
}

template <class Instrument>
void Family<Instrument>::write(Exposition& page) const {
    const std::lock_guard lock(mutex_);
    if (series_.empty()) return;
    page.family(declaration_.name, type_of(*this), declaration_.help);
    for (const auto& [values, instrument] : series_) {
        Labels labels;
        for (std::size_t i = 0; i < values.size(); ++i) {
            labels.emplace_back(declaration_.labels[i], values[i]);
        }
        write_one(page, labels, *instrument);
    }
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<BucketHistogram>;

Registry::Entry& Registry::entry(const Declaration& declaration, Type type) {
    CHECK(is_word(declaration.name, "."));
    CHECK(!declaration.help.empty());
    for (const std::string& label : declaration.labels) {
        CHECK(is_word(label, "") && !label.starts_with("__") && label != "le");
    }
    Entry& entry = entries_[prometheus_name(declaration.name, type)];
    const bool fresh = !entry.counter && !entry.gauge && !entry.histogram;
    CHECK(fresh || entry.type == type);
    entry.type = type;
    return entry;
}

Family<Counter>& Registry::counter(Declaration declaration) {
    const std::lock_guard lock(mutex_);
    auto& family = entry(declaration, Type::counter).counter;
    if (!family) family = std::make_unique<Family<Counter>>(declaration, std::vector<double>{});
    CHECK(family->declaration() == declaration);
    return *family;
}

Family<Gauge>& Registry::gauge(Declaration declaration) {
    const std::lock_guard lock(mutex_);
    auto& family = entry(declaration, Type::gauge).gauge;
    if (!family) family = std::make_unique<Family<Gauge>>(declaration, std::vector<double>{});
    CHECK(family->declaration() == declaration);
    return *family;
}

Family<BucketHistogram>& Registry::histogram(Declaration declaration, std::vector<double> bounds) {
    const std::lock_guard lock(mutex_);
    auto& family = entry(declaration, Type::histogram).histogram;
    if (!family) family = std::make_unique<Family<BucketHistogram>>(declaration, bounds);
    CHECK(family->declaration() == declaration && family->bounds() == bounds);
    return *family;
}

void Registry::write(Exposition& page) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_) {
        if (entry.counter) entry.counter->write(page);
        if (entry.gauge) entry.gauge->write(page);
        if (entry.histogram) entry.histogram->write(page);
    }
}

std::string Registry::text() const {
    Exposition page;
    write(page);
    return page.text();
}

Scaling scaling(Registry& registry) {
    return {
        .replicas = registry.gauge(
            {.name = "scaling.replicas",
             .help = "Replicas that a service is scaled to.",
             .labels = {"service"}}
        ),
        .events = registry.counter(
            {.name = "scaling.events",
             .help = "Changes of a service's replica count.",
             .labels = {"service", "type"}}
        ),
    };
}

}  // namespace swell::metrics
