#include "cluster/api/api_io.hpp"

#include <charconv>

namespace swell::cluster {

struct ApiServer::Stream {
    http::Responder responder;
    std::unique_ptr<Watching> watching;
};

namespace {

constexpr std::size_t most_watches = 256;
/// An apply brings all objects of a run in one body, and each of its files may have 16 MiB.
constexpr std::size_t most_body_bytes = 128u << 20;

const char* word_of(Change::Type type) {
    switch (type) {
        case Change::Type::added:
            return "ADDED";
        case Change::Type::modified:
            return "MODIFIED";
        case Change::Type::deleted:
            return "DELETED";
    }
    return "";
}

std::string line(const char* type, const Json& object) {
    const Json change = {{"type", type}, {"object", object}};
    return change.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string expired_line() {
    return line(
        "ERROR",
        to_json(failure_of({Code::expired, "too old resource version: list and watch again"}))
    );
}

bool flag(const ApiPath& path, const char* name) {
    const auto found = path.query.find(name);
    return found != path.query.end() && (found->second == "1" || found->second == "true");
}

void send(const http::Responder& responder, ApiResponse response) {
    responder.send(
        {.status = response.status,
         .headers = {{"Content-Type", response.content_type}},
         .body = std::move(response.body)}
    );
}

void refuse(const http::Responder& responder, const Failure& failure) {
    send(responder, answer(to_json(failure), failure.code));
}

}  // namespace

ApiServer::ApiServer(Loop& loop, Cluster& cluster, Api& api)
    : cluster_(cluster),
      api_(api),
      server_(
          loop,
          [this](http::Request request, const http::Responder& responder) {
              handle(std::move(request), responder);
          },
          {.body_bytes = most_body_bytes}
      ) {}

ApiServer::~ApiServer() = default;

void ApiServer::handle(http::Request request, const http::Responder& responder) {
    if (request.method == "GET") {
        const auto path = parse_path(request.target);
        if (path && path->name.empty() && flag(*path, "watch")) return watch(*path, responder);
        if (path && path->subresource == "log" && path->kind->name == "Pod" && on_log_)
            return on_log_(*path, responder);
    }
    const auto type = http::find(request.headers, "Content-Type");
    send(
        responder,
        api_.handle(
            {request.method,
             request.target,
             std::move(request.body),
             std::string(type.value_or(std::string_view{}))}
        )
    );
}

void ApiServer::watch(const ApiPath& path, const http::Responder& responder) {
    const auto query = query_of(path);
    if (!query) return refuse(responder, bad_request(query.error().what));
    if (streams_.size() >= most_watches)
        return refuse(responder, too_many_requests("too many watches, please try again later", 1));
    std::uint64_t since = cluster_.version();
    bool from_start = true;
    if (const auto found = path.query.find("resourceVersion"); found != path.query.end()) {
        const std::string& text = found->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), since);
        if (error != std::errc() || end != text.data() + text.size())
            return refuse(responder, bad_request("resourceVersion: must be a number, got " + text));
        from_start = false;
    }
    responder.begin(200, {{"Content-Type", "application/json"}});
    if (from_start)
        for (const Object& object : cluster_.list(*query))
            responder.write(line("ADDED", object.to_json()));

    const std::uint64_t id = ++last_stream_;
    auto stream = std::make_unique<Stream>(Stream{responder, nullptr});
    Stream& kept = *stream;
    streams_[id] = std::move(stream);
    responder.on_gone([this, id] { streams_.erase(id); });
    kept.watching = cluster_.watch(
        *query,
        since,
        [responder](const Change& change) {
            responder.write(line(word_of(change.type), change.object.to_json()));
        },
        [responder] {
            responder.write(expired_line());
            responder.end();
        }
    );
}

}  // namespace swell::cluster
