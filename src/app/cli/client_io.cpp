#include "app/cli/client_io.hpp"

#include "app/cli/words.hpp"
#include "cluster/api/path.hpp"
#include "http/client_io.hpp"
#include "spec/read.hpp"

namespace swell::app {

namespace {

constexpr Duration patience = std::chrono::seconds(30);

Code code_of(int status) {
    switch (status) {
        case 404:
            return Code::not_found;
        case 409:
            return Code::conflict;
        case 410:
            return Code::expired;
        case 429:
        case 503:
            return Code::unavailable;
        case 504:
            return Code::timeout;
        default:
            return Code::invalid;
    }
}

Result<http::Response> ask(
    const std::string& socket, http::Request request, http::Client::OnData on_data = {}
) {
    request.address = socket;
    const std::string target = request.target;
    bool heard = false;
    if (on_data)
        on_data = [&heard, then = std::move(on_data)](std::string_view data) {
            heard = true;
            then(data);
        };
    auto response = http::fetch(std::move(request), patience, std::move(on_data));
    if (!response) {
        if (heard) return fail(Code::unavailable, "the answer broke off: " + response.error().what);
        if (response.error().code == Code::unavailable || response.error().code == Code::not_found)
            return fail(
                Code::unavailable,
                "swell is not running here (" + socket + "): start it with `swell up PATH`"
            );
        return response;
    }
    if (response->status < 300) return response;
    std::string said = said_by(Json::parse(response->body, nullptr, false), target);
    return fail(code_of(response->status), said.empty() ? response->body : std::move(said));
}

}  // namespace

Result<Json> ApiClient::call(const std::string& method, const std::string& target, const Json& body)
    const {
    http::Request request{.method = method, .target = target};
    if (!body.is_null()) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = body.dump();
    }
    const auto response = ask(socket_, std::move(request));
    if (!response) return std::unexpected(response.error());
    Json json = Json::parse(response->body, nullptr, false);
    if (json.is_discarded()) return fail(Code::unavailable, "the answer is not JSON: " + target);
    return json;
}

Result<std::string> ApiClient::text(const std::string& target) const {
    auto response = ask(socket_, {.target = target});
    if (!response) return std::unexpected(response.error());
    return std::move(response->body);
}

Result<void> ApiClient::stream(
    const std::string& target, const std::function<void(std::string_view)>& on_data
) const {
    const auto response = ask(socket_, {.target = target}, on_data);
    if (!response) return std::unexpected(response.error());
    return {};
}

bool ApiClient::alive() const { return call("GET", "/swell/v1/status").has_value(); }

Result<spec::Object> ApiClient::get(
    const spec::Kind& kind, const std::string& ns, const std::string& name
) const {
    const auto json = call("GET", cluster::path_of(kind, ns, name));
    if (!json) return std::unexpected(json.error());
    return spec::read_trusted_json(*json);
}

Result<std::vector<spec::Object>> ApiClient::list(
    const spec::Kind& kind, const std::string& ns, const std::string& query
) const {
    const auto json = call("GET", cluster::path_of(kind, ns) + (query.empty() ? "" : "?" + query));
    if (!json) return std::unexpected(json.error());
    std::vector<spec::Object> objects;
    for (const Json& item : (*json)["items"]) {
        auto object = spec::read_trusted_json(item);
        if (!object) return std::unexpected(object.error());
        objects.push_back(std::move(*object));
    }
    return objects;
}

Result<spec::Object> ApiClient::update(const spec::Object& object) const {
    const auto& metadata = object.metadata();
    const auto json =
        call("PUT", cluster::path_of(object.kind(), metadata.ns, metadata.name), object.to_json());
    if (!json) return std::unexpected(json.error());
    return spec::read_trusted_json(*json);
}

}  // namespace swell::app
