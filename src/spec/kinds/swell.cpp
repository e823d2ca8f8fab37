#include "spec/kinds/swell.hpp"

#include <charconv>

#include "spec/fields/kind.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {
namespace {

using fields::in_quotes;

void complete(LoadTest& test) {
    if (test.spec.requests.empty()) test.spec.requests.emplace_back();
}

std::string item(const char* list, std::size_t index) {
    return std::string("spec.") + list + "[" + std::to_string(index) + "]";
}

void validate_duration(const std::string& text, const std::string& path, Problems& problems) {
    if (text.empty()) return;
    const auto duration = parse_duration(text);
    if (!duration)
        problems.push_back({path, "must be a duration such as 30s or 1m30s, got " + in_quotes(text)}
        );
    else if (*duration <= Duration::zero())
        problems.push_back({path, "must be longer than 0s, got " + in_quotes(text)});
}

void validate_rate(double rate, const std::string& path, Problems& problems) {
    if (rate >= 0) return;
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, rate);
    problems.push_back({path, "must be >= 0, got " + std::string(text, end)});
}

void validate(const LoadTarget& target, Problems& problems) {
    const std::string path = "spec.target";
    if (target.service.empty() == target.url.empty())
        problems.push_back({path, "must have exactly one of service, url"});
    tell(problems, path + ".service", target.service, dns_1035_label);
    if (!target.url.empty() && (!target.url.starts_with("http://") || target.url.size() < 8))
        problems.push_back(
            {path + ".url", "must start with http:// and a host, got " + in_quotes(target.url)}
        );
    if (target.port.empty()) return;
    if (!target.url.empty())
        problems.push_back({path + ".port", "goes with service; a url has its port in it"});
    IntOrString port{.number = 0, .text = target.port};
    const char* const end = target.port.data() + target.port.size();
    const auto [stop, error] = std::from_chars(target.port.data(), end, port.number);
    if (error == std::errc{} && stop == end) port.text.clear();
    validate_port(port, path + ".port", problems);
}

void validate(const LoadRequest& request, const std::string& path, Problems& problems) {
    tell(problems, path + ".method", request.method, http_token);
    if (!request.path.starts_with('/'))
        problems.push_back({path + ".path", "must start with /, got " + in_quotes(request.path)});
    if (request.path.find_first_of(" \r\n\t") != std::string::npos)
        problems.push_back(
            {path + ".path", "must not contain spaces, got " + in_quotes(request.path)}
        );
    for (const auto& [name, value] : request.headers) {
        const std::string at = path + ".headers[" + name + "]";
        if (name.empty()) problems.push_back({at, "a header must have a name"});
        tell(problems, at, name, http_token);
        if (value.find_first_of("\r\n") != std::string::npos)
            problems.push_back({at, "must be one line, got " + in_quotes(value)});
    }
}

void validate(const LoadTest& test, Problems& problems) {
    const LoadTestSpec& spec = test.spec;
    validate(test.metadata, "metadata", problems);
    validate(spec.target, problems);
    for (std::size_t i = 0; i < spec.requests.size(); ++i)
        validate(spec.requests[i], item("requests", i), problems);
    for (std::size_t i = 0; i < spec.stages.size(); ++i) {
        validate_duration(spec.stages[i].duration, item("stages", i) + ".duration", problems);
        validate_rate(spec.stages[i].rate, item("stages", i) + ".rate", problems);
    }
    validate_rate(spec.start_rate, "spec.startRate", problems);
    validate_duration(spec.timeout, "spec.timeout", problems);
}

}  // namespace

template <>
const Kind& kind_of<LoadTest>() {
    static const Kind kind = fields::make_kind<LoadTest, complete, validate>(
        {"swell.dev/v1", "LoadTest", "loadtests", {"lt"}}
    );
    return kind;
}

}  // namespace swell::spec
