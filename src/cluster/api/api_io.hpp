#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/loop_io.hpp"
#include "cluster/api/api.hpp"
#include "http/server_io.hpp"

namespace swell::cluster {

/// Serves an Api on a Unix socket, and what takes longer than one answer: watches and logs.
///
///     GET collection?watch=1[&resourceVersion=V]   one JSON object a line: {"type", "object"};
///     without a
///                                                  version it starts with what is there. A version
///                                                  that is no longer kept gives one ERROR line
///                                                  with code 410.
///     GET .../pods/NAME/log                        what on_log() answers
class ApiServer {
  public:
    using OnLog = std::function<void(const ApiPath&, http::Responder)>;

    ApiServer(Loop& loop, Cluster& cluster, Api& api);
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    /// Errors  exists: somebody listens there.
    Result<void> listen(const std::string& socket_path) { return server_.listen_at(socket_path); }
    void on_log(OnLog on_log) { on_log_ = std::move(on_log); }

  private:
    struct Stream;

    void handle(http::Request request, const http::Responder& responder);
    void watch(const ApiPath& path, const http::Responder& responder);

    Cluster& cluster_;
    Api& api_;
    OnLog on_log_;
    std::map<std::uint64_t, std::unique_ptr<Stream>> streams_;
    std::uint64_t last_stream_ = 0;
    http::Server server_;
};

}  // namespace swell::cluster
