#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/loop_io.hpp"
#include "base/result.hpp"
#include "proxy/lines_io.hpp"
#include "proxy/worker_io.hpp"

namespace swell::proxy {

/// How the proxy is told what to do: a Unix socket (mode 0600) of JSON lines.
///
///     -> {"snapshot": {…}}   <- {"applied": 3, "listeners": [{"service": {…}, "address", "port",
///     "error"?}]}
///                            <- {"refused": 3, "reasons": ["services[0].name: must be a string",
///                            …]}
///     -> {"stats": true}     <- {"stats": {…}, "prometheus": "# HELP …"}
///     -> {"lifeline": true}                               end with this connection, at once
///                            <- {"drained": "shop-1"}    at any time
///
/// A refused snapshot changes nothing. The last good one is kept in a file (mode 0600), so that a
/// proxy that was restarted serves before anybody has told it anything. The end of a connection
/// ends nothing else, but for one that was made a lifeline.
class Control {
  public:
    struct Options {
        std::string socket;
        std::string state_file;               ///< empty: none
        std::function<void()> orphaned = {};  ///< a lifeline has ended
    };

    Control(Loop& loop, Worker& worker, Options options);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    /// Reads the state file, when there is one, and listens.
    /// Errors  exists: another proxy listens; unavailable. A state file that cannot be read is no
    ///         error: it is said on stderr, and the proxy waits for its first snapshot.
    Result<void> start();

  private:
    struct Peer {
        std::unique_ptr<Lines> lines;
        std::int64_t version = 0;  // the last one it has sent
        bool lifeline = false;
    };

    void recover();
    void accept_ready();
    void gone(std::list<Peer>::iterator peer);
    void take(Peer& peer, const Json& message);
    void take_snapshot(Peer& peer, const Json& json);
    void keep(const Snapshot& snapshot);

    Loop& loop_;
    Worker& worker_;
    Options options_;
    Fd listener_;
    std::list<Peer> peers_;
};

}  // namespace swell::proxy
