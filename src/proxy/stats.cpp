#include "proxy/stats.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace swell::proxy {

namespace {

Json counts_json(const Counts& counts) {
    Json codes = Json::object();
    auto sorted = counts.codes;
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [status, count] : sorted) codes[std::to_string(status)] = count;
    Json errors = Json::object();
    for (std::size_t i = 0; i < reasons; ++i) {
        if (counts.errors[i] == 0) continue;
        errors[std::string(word(static_cast<Reason>(i)))] = counts.errors[i];
    }
    return {
        {"requests", counts.requests()},
        {"codes", std::move(codes)},
        {"errors", std::move(errors)},
        {"retries", counts.retries},
        {"bytes_in", counts.bytes_in},
        {"bytes_out", counts.bytes_out},
        {"in_flight", counts.in_flight},
        {"latency", metrics::to_json(counts.latency)},
    };
}

std::uint64_t number(const Json& json, const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text(const Json& json, const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Counts> counts_from(const Json& json) {
    if (!json.is_object()) return fail(Code::invalid, "stats: counts must be an object");
    Counts counts;
    if (json.contains("codes") && json["codes"].is_object()) {
        for (const auto& [code, count] : json["codes"].items()) {
            int status = 0;
            std::from_chars(code.data(), code.data() + code.size(), status);
            if (!count.is_number_unsigned()) return fail(Code::invalid, "stats.codes: not a count");
            counts.codes.emplace_back(status, count.get<std::uint64_t>());
        }
    }
    if (json.contains("errors") && json["errors"].is_object()) {
        for (std::size_t i = 0; i < reasons; ++i) {
            counts.errors[i] =
                number(json["errors"], std::string(word(static_cast<Reason>(i))).c_str());
        }
    }
    counts.retries = number(json, "retries");
    counts.bytes_in = number(json, "bytes_in");
    counts.bytes_out = number(json, "bytes_out");
    counts.in_flight = static_cast<std::uint32_t>(number(json, "in_flight"));
    if (!json.contains("latency")) return fail(Code::invalid, "stats.latency: missing");
    auto latency = metrics::histogram_from_json(json["latency"]);
    if (!latency) return std::unexpected(latency.error());
    counts.latency = std::move(*latency);
    return counts;
}

/// Names are free of quotes, backslashes and line ends: the snapshot's reader sees to that.
std::string labels(const ServiceKey& key, const std::string& more = "") {
    std::string out = "{namespace=\"" + key.ns + "\",service=\"" + key.name + "\"";
    if (!key.port_name.empty()) out += ",port=\"" + key.port_name + "\"";
    return out + more + "}";
}

std::string label(std::string_view name, std::string_view value) {
    return "," + std::string(name) + "=\"" + std::string(value) + "\"";
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    out.append(name).append(" ").append(type).append("\n");
}

std::string plain(double value) {
    // Fixed: `0.0005` is a label that people write in queries, and `5e-04` another.
    char digits[64];
    return {
        digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr
    };
}

void line(
    std::string& out, std::string_view name, const std::string& label_set, const std::string& value
) {
    out.append(name).append(label_set).append(" ").append(value).append("\n");
}

void histogram_lines(std::string& out, const ServiceStats& service) {
    const metrics::Histogram& latency = service.counts.latency;
    const std::string name = "swell_proxy_request_duration_seconds";
    for (const std::int64_t bound : LatencyBuckets::bounds_us) {
        const std::string le = label("le", plain(static_cast<double>(bound) / 1e6));
        const std::int64_t count = latency.count_at_or_below(bound);
        line(out, name + "_bucket", labels(service.key, le), std::to_string(count));
    }
    const std::string all = std::to_string(latency.count());
    line(out, name + "_bucket", labels(service.key, label("le", "+Inf")), all);
    line(out, name + "_sum", labels(service.key), plain(latency.sum() / 1e6));
    line(out, name + "_count", labels(service.key), all);
}

/// Calls `use(service, its counts)` under one head.
template <class Use>
void family(
    std::string& out,
    const Stats& stats,
    std::string_view name,
    std::string_view type,
    std::string_view help,
    Use use
) {
    head(out, name, type, help);
    for (const ServiceStats& service : stats.services) use(service);
}

void endpoint_histogram(std::string& out, const ServiceStats& service) {
    const std::string name = "swell_proxy_endpoint_request_duration_seconds";
    for (const EndpointStats& endpoint : service.endpoints) {
        for (std::size_t each = 0; each < endpoint.counts.by_class.size(); ++each) {
            const LatencyBuckets& latency = endpoint.counts.by_class[each];
            if (latency.count() == 0) continue;
            const std::string of =
                label("endpoint", endpoint.id) + label("code", std::to_string(each) + "xx");
            std::uint64_t below = 0;
            for (std::size_t i = 0; i < LatencyBuckets::bounds_us.size(); ++i) {
                below += latency.counts[i];
                const double bound = static_cast<double>(LatencyBuckets::bounds_us[i]) / 1e6;
                const std::string le = label("le", plain(bound));
                line(out, name + "_bucket", labels(service.key, of + le), std::to_string(below));
            }
            const std::string all = std::to_string(latency.count());
            line(out, name + "_bucket", labels(service.key, of + label("le", "+Inf")), all);
            line(out, name + "_sum", labels(service.key, of), plain(latency.sum_us / 1e6));
            line(out, name + "_count", labels(service.key, of), all);
        }
    }
}

void endpoint_families(std::string& out, const Stats& stats) {
    const std::string requests = "swell_proxy_endpoint_requests_total";
    family(
        out,
        stats,
        requests,
        "counter",
        "Responses by endpoint and status.",
        [&](const ServiceStats& s) {
            for (const EndpointStats& endpoint : s.endpoints) {
                for (const auto& [status, count] : endpoint.counts.codes) {
                    const std::string more =
                        label("endpoint", endpoint.id) + label("code", std::to_string(status));
                    line(out, requests, labels(s.key, more), std::to_string(count));
                }
            }
        }
    );
    family(
        out,
        stats,
        "swell_proxy_endpoint_request_duration_seconds",
        "histogram",
        "From the request's head to the end of its response, by endpoint and status class.",
        [&](const ServiceStats& s) { endpoint_histogram(out, s); }
    );
    const std::string in_flight = "swell_proxy_endpoint_requests_in_flight";
    family(
        out,
        stats,
        in_flight,
        "gauge",
        "Requests under way, by endpoint.",
        [&](const ServiceStats& s) {
            for (const EndpointStats& endpoint : s.endpoints) {
                const std::string more = label("endpoint", endpoint.id);
                line(
                    out, in_flight, labels(s.key, more), std::to_string(endpoint.counts.in_flight)
                );
            }
        }
    );
}

void service_families(std::string& out, const Stats& stats) {
    const std::string requests = "swell_proxy_requests_total";
    family(out, stats, requests, "counter", "Responses by status.", [&](const ServiceStats& s) {
        for (const auto& [status, count] : s.counts.codes) {
            const std::string more = label("code", std::to_string(status));
            line(out, requests, labels(s.key, more), std::to_string(count));
        }
    });
    const std::string errors = "swell_proxy_errors_total";
    family(
        out,
        stats,
        errors,
        "counter",
        "What the proxy itself answered or broke off.",
        [&](const ServiceStats& s) {
            for (std::size_t i = 0; i < reasons; ++i) {
                const std::string more = label("reason", word(static_cast<Reason>(i)));
                if (s.counts.errors[i] == 0) continue;
                line(out, errors, labels(s.key, more), std::to_string(s.counts.errors[i]));
            }
        }
    );
    struct Plain {
        const char* name;
        const char* type;
        const char* help;
        std::uint64_t (*value)(const Counts&);
    };
    static constexpr Plain plains[] = {
        {"swell_proxy_retries_total",
         "counter",
         "Requests sent again on another connection.",
         [](const Counts& c) { return c.retries; }},
        {"swell_proxy_request_bytes_total",
         "counter",
         "Bytes of requests.",
         [](const Counts& c) { return c.bytes_in; }},
        {"swell_proxy_response_bytes_total",
         "counter",
         "Bytes of responses.",
         [](const Counts& c) { return c.bytes_out; }},
        {"swell_proxy_requests_in_flight",
         "gauge",
         "Requests under way.",
         [](const Counts& c) { return std::uint64_t{c.in_flight}; }},
    };
    for (const Plain& one : plains) {
        family(out, stats, one.name, one.type, one.help, [&](const ServiceStats& s) {
            line(out, one.name, labels(s.key), std::to_string(one.value(s.counts)));
        });
    }
}

}  // namespace

void Counts::count(int status) {
    for (auto& [code, times] : codes) {
        if (code == status) {
            ++times;
            return;
        }
    }
    codes.emplace_back(status, 1);
}

void Counts::count(int status, Duration took) {
    count(status);
    latency.record(took);
    const auto each = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
    by_class[each].record(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

void LatencyBuckets::record(std::int64_t latency_us) {
    const auto at = std::lower_bound(bounds_us.begin(), bounds_us.end(), latency_us);
    ++counts[static_cast<std::size_t>(at - bounds_us.begin())];
    sum_us += static_cast<double>(latency_us);
}

std::uint64_t LatencyBuckets::count() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void LatencyBuckets::add(const LatencyBuckets& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum_us += other.sum_us;
}

std::uint64_t Counts::requests() const {
    std::uint64_t all = 0;
    for (const auto& [status, times] : codes) all += times;
    return all;
}

void Counts::add(const Counts& other) {
    for (const auto& [status, times] : other.codes) {
        count(status);
        for (auto& [code, mine] : codes) {
            if (code == status) mine += times - 1;
        }
    }
    for (std::size_t i = 0; i < reasons; ++i) errors[i] += other.errors[i];
    retries += other.retries;
    bytes_in += other.bytes_in;
    bytes_out += other.bytes_out;
    in_flight += other.in_flight;
    latency.add(other.latency);
    for (std::size_t i = 0; i < by_class.size(); ++i) by_class[i].add(other.by_class[i]);
}

Json to_json(const Stats& stats) {
    Json services = Json::array();
    for (const ServiceStats& service : stats.services) {
        Json json = {
            {"namespace", service.key.ns},
            {"name", service.key.name},
            {"port_name", service.key.port_name},
        };
        json.update(counts_json(service.counts));
        json["endpoints"] = Json::array();
        for (const EndpointStats& endpoint : service.endpoints) {
            const bool ready = endpoint.state == EndpointState::ready;
            Json one = {{"id", endpoint.id}, {"state", ready ? "ready" : "draining"}};
            one.update(counts_json(endpoint.counts));
            json["endpoints"].push_back(std::move(one));
        }
        services.push_back(std::move(json));
    }
    return {
        {"version", stats.version},
        {"clients", stats.clients},
        {"upstreams", stats.upstreams},
        {"services", std::move(services)},
    };
}

Result<Stats> stats_from_json(const Json& json) {
    if (!json.is_object() || !json.contains("services") || !json["services"].is_array()) {
        return fail(Code::invalid, "stats.services: must be an array");
    }
    Stats stats;
    stats.version = static_cast<std::int64_t>(number(json, "version"));
    stats.clients = static_cast<std::uint32_t>(number(json, "clients"));
    stats.upstreams = static_cast<std::uint32_t>(number(json, "upstreams"));
    for (const Json& item : json["services"]) {
        auto counts = counts_from(item);
        if (!counts) return std::unexpected(counts.error());
        ServiceStats service;
        service.key = {text(item, "namespace"), text(item, "name"), text(item, "port_name")};
        service.counts = std::move(*counts);
        const auto endpoints = item.find("endpoints");
        for (const Json& one : endpoints == item.end() ? Json::array() : *endpoints) {
            auto own = counts_from(one);
            if (!own) return std::unexpected(own.error());
            const bool ready = text(one, "state") == "ready";
            service.endpoints.push_back(
                {text(one, "id"),
                 ready ? EndpointState::ready : EndpointState::draining,
                 std::move(*own)}
            );
        }
        stats.services.push_back(std::move(service));
    }
    return stats;
}

std::string to_prometheus(const Stats& stats) {
    std::string out;
    service_families(out, stats);
    family(
        out,
        stats,
        "swell_proxy_request_duration_seconds",
        "histogram",
        "From the request's head to the end of its response.",
        [&out](const ServiceStats& service) { histogram_lines(out, service); }
    );
    endpoint_families(out, stats);
    return out;
}

}  // namespace swell::proxy
