#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "base/rng.hpp"
#include "proxy/connections_io.hpp"

namespace swell::proxy {

/// How long and how much a peer may keep us.
struct Bounds {
    Duration client_idle = std::chrono::minutes{10};   ///< between two requests
    Duration request_head = std::chrono::seconds{60};  ///< from its first byte to its last
    Duration client_stall = std::chrono::seconds{60};  ///< without a byte inside a body, either way
    Duration connect = std::chrono::seconds{5};
    Duration upstream_stall = std::chrono::seconds{60};  ///< without a byte of the response
    Duration upstream_idle = std::chrono::seconds{60};   ///< a spare connection is kept
    Duration tunnel_idle = std::chrono::hours{1};
    Duration linger = std::chrono::seconds{2};
    std::size_t waiting =
        1024;  ///< requests of one service that wait for an endpoint; more get 503
    std::size_t idle_kept = 256;   ///< spare connections to one endpoint
    std::size_t clients = 10'000;  ///< connections; more wait in the kernel's backlog
};

/// The data path: listeners, clients and connections to endpoints on one Loop.
///
/// A request costs four system calls beside its share of epoll_wait: a read and a write each side.
/// Connections are registered with epoll once; interest changes only when a side cannot keep up.
class Worker {
  public:
    Worker(Loop& loop, Bounds bounds, std::uint64_t seed);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Takes the snapshot's place at once. No connection is dropped: requests under way end where
    /// they are; clients of a closed listener are closed after the request they have under way. A
    /// listener that cannot be opened is told in the answer and tried again each second.
    Applied apply(const Snapshot& snapshot);
    /// As `apply` last answered, but as of now.
    Applied applied() const;
    const Snapshot& snapshot() const { return snapshot_; }

    /// Called with an endpoint's id when it is draining and has no request under way, once in each
    /// snapshot; never from within apply().
    void on_drained(std::function<void(const std::string& id)> call) { drained_ = std::move(call); }

    Stats stats() const;

    /// Takes no more connections and no more requests; calls `done` when the last one has ended.
    void stop(std::function<void()> done);

  private:
    // listeners: worker_io.cpp
    void open(Listener& listener);
    void close(Listener& listener);
    void accept_ready(Listener& listener);
    void add_client(int fd, const sockaddr_storage& from, Listener& listener);
    void pause_accepting();
    Served& served(const ServiceKey& key);
    void change_places(const Changes& all);
    void change_listeners(const Changes& all);
    void add_place(Served& service, const Endpoint& endpoint);
    void remove_place(Served& service, const Endpoint& endpoint);
    void refresh(const Snapshot& snapshot);
    void tell_drained(const std::string& id);
    void place_idle(Place& place);
    void sweep();
    void sweep_clients();
    void sweep_upstreams();
    void sweep_services();
    void arm();
    void check_stopped();

    // clients: client_io.cpp
    void client_ready(Client& client, Loop::Ready ready);
    void read_client(Client& client);
    void client_eof(Client& client);
    void watch_client(Client& client);
    void advance(Client& client);
    void process(Client& client);
    void start(Client& client);
    void begin(Client& client, std::size_t head_size);
    bool write_client(Client& client, std::string_view first, std::string_view second = {});
    void flush_client(Client& client);
    void refuse(Client& client, Reason reason, int status, std::string_view what);
    void finish(Client& client);
    void next_request(Client& client);
    void end_client(Client& client);
    void abort(Client& client, Reason reason);
    void close_client(Client& client);
    void client_timeout(Client& client);

    // one request and its endpoint: exchange_io.cpp
    void dispatch(Client& client);
    void wait_for_endpoint(Client& client);
    void send_request(Client& client);
    void resend(Client& client);
    std::size_t take_body(Client& client, bool& refused);
    void pump_request(Client& client);
    void read_response(Upstream& upstream, std::string_view bytes);
    bool read_head(Upstream& upstream, std::string_view& bytes);
    bool return_informational(Client& client);
    void begin_response(Upstream& upstream);
    void begin_tunnel(Upstream& upstream);
    void return_bytes(Upstream& upstream, std::string_view bytes);
    void complete(Client& client, bool reusable);
    void release(Client& client, bool reusable);

    // connections to endpoints: upstream_io.cpp
    Place* pick(Client& client);
    Upstream* idle_upstream(Place& place, bool idempotent);
    Upstream* connect(Place& place);
    void attach(Client& client, Upstream& upstream);
    void upstream_ready(Upstream& upstream, Loop::Ready ready);
    void read_upstream(Upstream& upstream);
    void upstream_eof(Upstream& upstream);
    void upstream_lost(Upstream& upstream, Reason reason);
    void end_tunnel(Client& client);
    void bytes_sent(Upstream& upstream);
    void write_upstream(Upstream& upstream, std::string_view bytes);
    void flush_upstream(Upstream& upstream);
    void close_upstream(Upstream& upstream);
    void upstream_timeout(Upstream& upstream);

    Loop& loop_;
    Bounds bounds_;
    Rng rng_;
    Snapshot snapshot_;
    std::map<ServiceKey, std::unique_ptr<Served>> services_;
    std::list<std::unique_ptr<Served>> leaving_;  // forgotten, with clients left
    std::list<Listener> listeners_;
    Pool<Client> clients_;
    Pool<Upstream> upstreams_;
    std::function<void(const std::string&)> drained_;
    std::function<void()> stopped_;
    bool stopping_ = false;
    bool accepting_ = true;
    Clock::Timer sweep_timer_ = 0;
    Clock::Timer accept_timer_ = 0;

    std::shared_ptr<bool> alive_ =
        std::make_shared<bool>();  // for calls that may outlive the worker

    // One of each for all connections: nothing here outlives the call that fills it.
    http::RequestHead request_;
    http::ResponseHead response_;
    std::vector<char> scratch_;  // what is read
    std::string text_;           // what is written
};

}  // namespace swell::proxy
