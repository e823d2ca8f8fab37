#include "cluster/api/path.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "http/exchange.hpp"
#include "spec/registry.hpp"

namespace swell::cluster {

namespace {

const spec::Kind* kind_at(std::string_view api_version, std::string_view plural) {
    for (const spec::Kind* kind : spec::kinds())
        if (kind->api_version == api_version && kind->plural == plural) return kind;
    return nullptr;
}

}  // namespace

Result<ApiPath> parse_path(std::string_view target) {
    auto taken_apart = http::parse_target(target);
    if (!taken_apart) return std::unexpected(taken_apart.error());
    std::vector<std::string> parts;
    for (const std::string_view part : split(taken_apart->path, '/'))
        if (!part.empty()) parts.emplace_back(part);

    const auto missing = [&] {
        return fail(Code::not_found, "no such path: " + taken_apart->path);
    };
    // A slash that was encoded belongs to a name, and no name has one.
    if (std::ranges::count(target.substr(0, target.find('?')), '/') !=
        std::ranges::count(taken_apart->path, '/'))
        return missing();
    ApiPath path;
    path.query = std::move(taken_apart->query);
    std::size_t next = 0;
    std::string api_version;
    if (parts.size() >= 2 && parts[0] == "api") {
        api_version = parts[1];
        next = 2;
    } else if (parts.size() >= 3 && parts[0] == "apis") {
        api_version = parts[1] + "/" + parts[2];
        next = 3;
    } else {
        return missing();
    }
    if (next + 2 < parts.size() && parts[next] == "namespaces") {
        path.ns = parts[next + 1];
        next += 2;
    }
    if (next >= parts.size()) return missing();
    path.kind = kind_at(api_version, parts[next++]);
    if (!path.kind) return missing();
    if (next < parts.size()) path.name = parts[next++];
    if (next < parts.size()) path.subresource = parts[next++];
    if (next != parts.size()) return missing();
    return path;
}

std::string path_of(
    const spec::Kind& kind,
    const std::string& ns,
    const std::string& name,
    const std::string& subresource
) {
    std::string path = kind.api_version.find('/') == std::string_view::npos ? "/api/" : "/apis/";
    path += kind.api_version;
    if (kind.namespaced && !ns.empty()) path += "/namespaces/" + http::percent_encode(ns);
    path += "/" + std::string(kind.plural);
    if (!name.empty()) path += "/" + http::percent_encode(name);
    if (!subresource.empty()) path += "/" + subresource;
    return path;
}

}  // namespace swell::cluster
