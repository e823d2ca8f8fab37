#include "sim/service.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace swell::sim {

Service::Service(Workload workload, Trace load, Instant start, std::string container)
    : workload_(workload),
      load_(std::move(load)),
      start_(start),
      now_(start),
      scraped_(start),
      container_(std::move(container)) {}

Service::Pod* Service::find(const std::string& name) {
    const auto at = std::ranges::lower_bound(pods_, name, {}, &Pod::name);
    return at == pods_.end() || at->name != name ? nullptr : &*at;
}

void Service::add_pod(const std::string& name, Instant at) {
    advance(at);
    const auto place = std::ranges::lower_bound(pods_, name, {}, &Pod::name);
    if (place != pods_.end() && place->name == name) return;
    Pod pod;
    pod.name = name;
    pod.since = at;
    pods_.insert(place, std::move(pod));
    weigh();
}

void Service::weigh() {
    weight_ = ready_weight_ = 0;
    for (const Pod& pod : pods_) {
        weight_ += pod.weight;
        if (pod.ready) ready_weight_ += pod.weight;
    }
}

void Service::set_cores(const std::string& name, double cores, Instant at) {
    Pod* const pod = find(name);
    const double weight = cores / workload_.cores_per_pod;
    if (pod == nullptr || pod->weight == weight) return;
    advance(at);
    settle(*pod);
    pod->weight = weight;
    weigh();
}

void Service::settle(Pod& pod) {
    if (pod.ready) pod.used += (share_ - pod.used_from) * pod.weight;
    pod.used_from = share_;
}

void Service::set_ready(const std::string& name, bool ready, Instant at) {
    advance(at);
    Pod* const pod = find(name);
    if (pod == nullptr || pod->ready == ready) return;
    settle(*pod);
    pod->ready = ready;
    ready_ += ready ? 1 : static_cast<std::size_t>(-1);
    weigh();
}

void Service::remove_pod(const std::string& name, Instant at) {
    advance(at);
    Pod* const pod = find(name);
    if (pod == nullptr) return;
    if (pod->ready) --ready_;
    pods_.erase(pods_.begin() + (pod - pods_.data()));
    weigh();
}

void Service::advance(Instant at) {
    CHECK(at >= now_);
    while (now_ < at) {
        const Duration since = now_ - start_;
        const Duration change = load_.next_change(since);
        const Instant until = change == Duration::max() ? at : std::min(at, start_ + change);
        const Duration length = until - now_;
        const auto servers = static_cast<double>(ready_);
        Workload mean = workload_;
        if (ready_ > 0) mean.cores_per_pod *= ready_weight_ / servers;
        const Served served = serve(mean, load_.rate_at(since), servers, queue_, length);
        if (ready_ > 0) share_ += served.cpu_seconds / ready_weight_;
        total_ += served;
        recent_ += served;
        pod_seconds_ += static_cast<double>(pods_.size()) * seconds(length);
        core_seconds_ += weight_ * workload_.cores_per_pod * seconds(length);
        now_ = until;
    }
}

void Service::begin_sample(Instant) {
    std::swap(before_, newest_);  // the names of the pods are most often the same again
    measured_ = 0;
}

void Service::measure(Pod& pod, Instant at, double factor) {
    settle(pod);
    const double window = seconds(at - pod.since);
    // A pod younger than half a window has no rate yet, as with two scrapes of a counter.
    const bool measurable = 2 * (at - pod.since) >= at - scraped_ && window > 0;
    if (measurable) {
        const double cores = std::min(
            pod.used / window + workload_.idle_cores, workload_.cores_per_pod * pod.weight
        );
        const double requests = pod.used / workload_.cpu_seconds_per_request / window;
        if (measured_ == newest_.pods.size()) newest_.pods.emplace_back();
        Measured& measured = newest_.pods[measured_++];
        measured.name = pod.name;
        measured.cpu_milli = std::llround(cores * factor * 1000);
        measured.requests_per_second = requests;
    }
    pod.used = 0;
    pod.since = at;
}

void Service::end_sample(Instant at, Instant readable) {
    newest_.pods.resize(measured_);
    newest_.at = at;
    newest_.readable = readable;
    newest_.window = at - scraped_;
    const double served = total_.served - scraped_total_.served;
    const double latency = total_.latency_sum - scraped_total_.latency_sum;
    newest_.observed = {
        .requests_per_second = (total_.arrived - scraped_total_.arrived) / seconds(newest_.window),
        .requests_in_flight = latency / seconds(newest_.window),
        .queue_length = queue_.waiting,
        .latency_seconds = served > 0 ? latency / served : 0,
    };
    scraped_total_ = total_;
    scraped_ = at;
}

void Service::read(Instant now, std::vector<metrics::PodMetrics>& into, const std::string& ns)
    const {
    const Sample& sample = readable(now);
    const auto memory = static_cast<std::int64_t>(workload_.memory_bytes);
    into.reserve(into.size() + sample.pods.size());
    for (const Measured& measured : sample.pods) {
        metrics::PodMetrics& pod = into.emplace_back();
        pod.name = measured.name;
        pod.ns = ns;
        pod.timestamp = sample.at;
        pod.window = sample.window;
        metrics::ContainerUsage& usage = pod.containers.emplace_back();
        usage.name = container_;
        usage.usage.emplace("cpu", Quantity::from_milli(measured.cpu_milli));
        usage.usage.emplace("memory", Quantity::from_value(memory, Quantity::Format::binary_si));
    }
}

void Service::read(Instant now, MetricNames::Series series, std::vector<metrics::MetricValue>& into)
    const {
    using Series = MetricNames::Series;
    const Sample& sample = readable(now);
    const auto pods = static_cast<double>(sample.pods.size());
    for (const Measured& measured : sample.pods) {
        double value = measured.requests_per_second;
        if (series == Series::requests_in_flight) value *= sample.observed.latency_seconds;
        if (series == Series::queue_length) value = sample.observed.queue_length / pods;
        if (series == Series::latency_seconds) value = sample.observed.latency_seconds;
        into.push_back({measured.name, value, sample.at, sample.window});
    }
}

std::optional<metrics::MetricValue> Service::read(Instant now, MetricNames::Series series) const {
    const Sample& sample = readable(now);
    if (sample.window == Duration{}) return std::nullopt;
    return metrics::MetricValue{"", value_of(series, sample.observed), sample.at, sample.window};
}

metrics::Metrics::Snapshot Service::snapshot(Instant now, const std::string& ns) const {
    const Sample& sample = readable(now);
    if (told_ && told_at_ == sample.at) return told_;
    told_at_ = sample.at;
    const auto same = [](const metrics::PodMetrics& told, const Measured& measured) {
        return told.name == measured.name;
    };
    // Nobody else has it, and the pods are the same: only the numbers are new.
    if (told_ && told_.use_count() == 1 && std::ranges::equal(*told_, sample.pods, same)) {
        for (std::size_t i = 0; i < sample.pods.size(); ++i) {
            metrics::PodMetrics& told = (*told_)[i];
            told.timestamp = sample.at;
            told.window = sample.window;
            // `cpu` comes before `memory`: it is not looked for.
            told.containers.front().usage.begin()->second =
                Quantity::from_milli(sample.pods[i].cpu_milli);
        }
    } else {
        told_ = std::make_shared<std::vector<metrics::PodMetrics>>();
        read(now, *told_, ns);
    }
    return told_;
}

Served Service::take_recent() { return std::exchange(recent_, {}); }

}  // namespace swell::sim
