#include "app/view/model.hpp"

namespace swell::app {

namespace {

Json optional(const std::optional<int>& value) { return value ? Json(*value) : Json(nullptr); }

Json json(const WorkloadView& w) {
    return {
        {"name", w.name},
        {"wanted", w.wanted},
        {"ready", w.ready},
        {"pods", w.pods},
        {"min", optional(w.min)},
        {"max", optional(w.max)},
        {"metric", w.metric},
        {"currentPercent", optional(w.current_percent)},
        {"targetPercent", optional(w.target_percent)},
        {"cpuMilli", w.cpu_milli}
    };
}

Json json(const TrafficView& t) {
    return {
        {"name", t.name},
        {"url", t.url},
        {"requestsPerSecond", t.requests_per_second},
        {"errorsPerSecond", t.errors_per_second},
        {"p50Ms", t.p50_ms},
        {"p95Ms", t.p95_ms},
        {"p99Ms", t.p99_ms},
        {"requests", t.requests},
        {"errors", t.errors},
        {"inFlight", t.in_flight}
    };
}

Json json(const LoadView& l) {
    return {
        {"name", l.name},
        {"phase", l.phase},
        {"rateWanted", l.rate_wanted},
        {"rateDone", l.rate_done},
        {"elapsedSeconds", seconds(l.elapsed)},
        {"totalSeconds", seconds(l.total)},
        {"requests", l.requests},
        {"errors", l.errors},
        {"dropped", l.dropped},
        {"p50Ms", l.p50_ms},
        {"p95Ms", l.p95_ms},
        {"p99Ms", l.p99_ms}
    };
}

Json json(const DecisionView& d) {
    return {{"at", to_rfc3339(d.at)}, {"subject", d.subject}, {"summary", d.summary}};
}

template <class T>
Json list(const std::vector<T>& values) {
    Json array = Json::array();
    for (const T& value : values) array.push_back(json(value));
    return array;
}

}  // namespace

Json to_json(const View& view) {
    return {
        {"now", to_rfc3339(view.now)},
        {"upForSeconds", seconds(view.up_for)},
        {"state", view.state},
        {"workloads", list(view.workloads)},
        {"traffic", list(view.traffic)},
        {"loads", list(view.loads)},
        {"decisions", list(view.decisions)},
        {"warnings", view.warnings}
    };
}

Json to_json(const Summary& summary) {
    return {
        {"tookSeconds", seconds(summary.took)},
        {"peakReplicas", summary.peak_replicas},
        {"requests", summary.requests},
        {"errors", summary.errors},
        {"dropped", summary.dropped},
        {"decisions", summary.decisions},
        {"seed", summary.seed},
        {"p50Ms", summary.p50_ms},
        {"p95Ms", summary.p95_ms},
        {"p99Ms", summary.p99_ms},
        {"scalings", list(summary.scalings)}
    };
}

}  // namespace swell::app
