#include "trial/load/plan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "http/codec.hpp"

namespace swell::trial {

namespace {

struct Target {
    std::string address, host, base;
};

Result<Target> target_of(const spec::LoadTarget& target, const std::string& service_address) {
    if (target.url.empty()) {
        return Target{.address = service_address, .host = target.service, .base = ""};
    }
    constexpr std::string_view scheme = "http://";
    const auto bad = [&](const char* why) {
        return fail(Code::invalid, "spec.target.url: " + std::string(why) + ", got " + target.url);
    };
    std::string_view rest = target.url;
    if (!rest.starts_with(scheme)) return bad("must start with http://");
    rest.remove_prefix(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string host(rest.substr(0, slash));
    if (host.empty()) return bad("must have a host");
    if (host.rfind(':') == std::string::npos || host.ends_with(']')) host += ":80";
    std::string_view base = rest.substr(slash);
    while (base.ends_with('/')) base.remove_suffix(1);
    Target out{.address = host, .host = host, .base = std::string(base)};
    constexpr std::string_view local = "localhost:";
    if (host.starts_with(local)) out.address = "127.0.0.1:" + host.substr(local.size());
    return out;
}

Template cut(std::string_view text) {
    constexpr std::string_view gap = "{n}";
    Template out;
    std::size_t at = text.find(gap);
    while (at != std::string_view::npos) {
        out.pieces.emplace_back(text.substr(0, at));
        text.remove_prefix(at + gap.size());
        at = text.find(gap);
    }
    out.pieces.emplace_back(text);
    return out;
}

Result<Template> template_of(
    const spec::LoadRequest& request, const Target& target, const std::string& field
) {
    std::vector<http::Header> headers;
    if (!request.headers.contains("Host"))
        headers.push_back({.name = "Host", .value = target.host});
    for (const auto& [name, value] : request.headers) {
        if (!http::is_token(name) || !http::is_field_value(value)) {
            return fail(Code::invalid, field + ".headers: not a header: " + name);
        }
        headers.push_back({.name = name, .value = value});
    }
    const std::string length = std::to_string(request.body.size());
    if (!request.body.empty()) headers.push_back({.name = "Content-Length", .value = length});
    std::string head;
    http::append_request_head(head, request.method, target.base + request.path, headers);
    http::RequestHead read;
    http::HeadScan scan;
    const auto parsed = http::parse_request(head, read, scan);
    if (parsed.step != http::Step::done || parsed.consumed != head.size()) {
        const std::string line = request.method + ' ' + request.path;
        return fail(Code::invalid, field + ": not a request: " + line);
    }
    // Only the path has gaps; a number in the body would make its length a lie.
    const std::size_t line_end = head.find('\r');
    Template out = cut(std::string_view(head).substr(0, line_end));
    out.pieces.back() += head.substr(line_end) + request.body;
    out.head = request.method == "HEAD";
    out.idempotent = http::is_idempotent(request.method);
    return out;
}

Result<Duration> duration_of(const std::string& text, const std::string& field) {
    const auto value = parse_duration(text);
    if (!value) return fail(Code::invalid, field + ": " + value.error().what);
    // Far below what the time line holds, far above what anybody waits for.
    constexpr Duration longest = std::chrono::hours{24 * 30};
    if (*value > longest) return fail(Code::invalid, field + ": must be <= 720h, got " + text);
    if (*value < Duration::zero())
        return fail(Code::invalid, field + ": must be >= 0, got " + text);
    return *value;
}

}  // namespace

void Template::append(std::string& out, std::uint64_t number) const {
    out += pieces.front();
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        char digits[20];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), number);
        out.append(digits, end.ptr);
        out += pieces[i];
    }
}

Result<Plan> make_plan(const spec::LoadTestSpec& spec, const std::string& service_address) {
    const auto target = target_of(spec.target, service_address);
    if (!target) return std::unexpected(target.error());
    Plan plan{.address = target->address};
    const std::vector<spec::LoadRequest> one(1);
    const auto& requests = spec.requests.empty() ? one : spec.requests;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const std::string field = "spec.requests[" + std::to_string(i) + ']';
        auto request = template_of(requests[i], *target, field);
        if (!request) return std::unexpected(request.error());
        plan.requests.push_back(std::move(*request));
    }
    const auto is_rate = [](double rate) { return std::isfinite(rate) && rate >= 0; };
    for (std::size_t i = 0; i < spec.stages.size(); ++i) {
        const std::string field = "spec.stages[" + std::to_string(i) + ']';
        const auto duration = duration_of(spec.stages[i].duration, field + ".duration");
        if (!duration) return std::unexpected(duration.error());
        if (!is_rate(spec.stages[i].rate))
            return fail(Code::invalid, field + ".rate: must be >= 0");
        plan.stages.push_back({.duration = *duration, .rate = spec.stages[i].rate});
    }
    if (!is_rate(spec.start_rate)) return fail(Code::invalid, "spec.startRate: must be >= 0");
    plan.start_rate = spec.start_rate;
    const auto timeout = duration_of(spec.timeout, "spec.timeout");
    if (!timeout) return std::unexpected(timeout.error());
    if (*timeout == Duration::zero()) return fail(Code::invalid, "spec.timeout: must be > 0");
    plan.timeout = *timeout;
    if (spec.max_connections < 1) return fail(Code::invalid, "spec.maxConnections: must be >= 1");
    plan.max_connections = static_cast<std::size_t>(spec.max_connections);
    plan.seed = spec.seed;
    return plan;
}

}  // namespace swell::trial
