#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/fd_io.hpp"
#include "base/time.hpp"
#include "http/codec.hpp"
#include "proxy/config.hpp"
#include "proxy/forward.hpp"
#include "proxy/stats.hpp"

/// What the worker keeps of each listener, client, service and endpoint. Inner types of
/// worker_io.hpp.
namespace swell::proxy {

struct Client;
struct Upstream;
struct Served;

/// An endpoint of a service, and the connections to it that wait for work.
struct Place {
    Endpoint endpoint;
    Served* service = nullptr;
    sockaddr_storage address{};
    socklen_t address_size = 0;
    Counts counts;
    std::vector<Upstream*> idle;  // the last one used last: the others may age and go
    bool removed = false;
    Instant suspect_until{};  // after a failed connect it is chosen only when nothing else is there
};

/// A service port.
struct Served {
    ServiceKey key;
    Counts counts;
    std::int64_t wait_ms = 0;
    std::vector<std::unique_ptr<Place>> places;  // leaving ones too, until their requests are done
    std::vector<Place*> ready;
    std::deque<Client*> waiting;
    std::uint32_t clients = 0;
    bool forgotten = false;
};

struct Listener {
    Address asked;
    Address bound;
    Fd fd;
    Served* service = nullptr;
    std::string error;
};

enum class Phase : std::uint8_t {
    idle,       // between requests
    head,       // some bytes of a request head
    waiting,    // for an endpoint to be ready
    awaiting,   // for the response head
    streaming,  // the response body
    tunnel,     // another protocol
    flushing,   // the last bytes go out, then it is closed
    lingering,  // all is sent; what the client still sends is thrown away, so that it reads the
                // answer
    closed,
};

/// A client's connection and the request it has under way.
struct Client {
    int fd = -1;
    std::size_t slot = 0;
    Served* service = nullptr;
    Listener* listener = nullptr;  // null when that is closed
    std::string ip;

    std::string in;   // from the current request's first byte on
    std::string out;  // what the socket did not take yet
    std::size_t out_at = 0;
    std::size_t head_size = 0;  // of the current request in `in`; 0 when it is gone from there
    std::size_t taken = 0;      // bytes of `in` given to the endpoint
    http::HeadScan scan;
    http::BodyReader request_body;
    http::BodyReader response_body;

    Upstream* upstream = nullptr;
    Place* avoid = nullptr;  // where it failed last
    Phase phase = Phase::idle;
    BodyMode mode = BodyMode::raw;
    int tries = 0;
    int status = 0;
    bool under_way = false;   // a request counts as in flight
    bool eof = false;         // it sends no more
    bool closing = false;     // no request after this one
    bool replayable = false;  // `in` holds all of the request that there is so far
    bool idempotent = false;
    bool is_head = false;
    bool upgrade = false;
    bool expects_continue = false;
    bool http10 = false;
    bool keep_alive = false;
    bool answered = false;  // a byte of a response, 1xx too, went out for this request
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    Instant started{};
    Instant deadline{};
};

/// A connection to an endpoint.
struct Upstream {
    int fd = -1;
    std::size_t slot = 0;
    Place* place = nullptr;
    Client* client = nullptr;  // null while it waits for work
    std::string in;            // part of a response head
    std::string out;
    std::size_t out_at = 0;
    http::HeadScan scan;
    bool connecting = false;
    bool reused = false;
    bool wrote = false;   // a byte of the current request went out
    bool broken = false;  // writing failed; what it has sent may still be read
    bool keep_alive = false;
    Instant idle_since{};
    Instant deadline{};
};

/// Connections of one sort: those in use, and spent ones to use again. A closed one is not reused
/// before recycle(), so that whoever is up the stack may still look at it.
template <class Connection>
class Pool {
  public:
    Connection* take() {
        if (free_.empty()) {
            used_.push_back(std::make_unique<Connection>());
        } else {
            used_.push_back(std::move(free_.back()));
            free_.pop_back();
        }
        used_.back()->slot = used_.size() - 1;
        return used_.back().get();
    }

    void give(Connection* connection) {
        const std::size_t slot = connection->slot;
        spent_.push_back(std::move(used_[slot]));
        used_[slot] = std::move(used_.back());
        used_.pop_back();
        if (slot < used_.size()) used_[slot]->slot = slot;
    }

    void recycle() {
        for (auto& connection : spent_) {
            if (free_.size() >= 256) continue;
            *connection = Connection();
            free_.push_back(std::move(connection));
        }
        spent_.clear();
    }

    std::size_t size() const { return used_.size(); }
    Connection& operator[](std::size_t slot) { return *used_[slot]; }

  private:
    std::vector<std::unique_ptr<Connection>> used_;
    std::vector<std::unique_ptr<Connection>> free_;
    std::vector<std::unique_ptr<Connection>> spent_;
};

}  // namespace swell::proxy
