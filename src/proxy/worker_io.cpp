#include "proxy/worker_io.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"
#include "http/sockets_io.hpp"

namespace swell::proxy {

namespace {

constexpr Duration sweep_every = std::chrono::milliseconds{250};
constexpr Duration accept_pause = std::chrono::milliseconds{100};
// Enough for one turn; a flood of connections must not starve those that are there.
constexpr int accepts_a_turn = 64;

socklen_t fill_address(const Address& from, sockaddr_storage& to) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
    if (::inet_pton(AF_INET, from.address.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(from.port);
        return sizeof *v4;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
    CHECK(::inet_pton(AF_INET6, from.address.c_str(), &v6->sin6_addr) == 1);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(from.port);
    return sizeof *v6;
}

std::string ip_text(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
        ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    } else if (address.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
        ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
    return text;
}

}  // namespace

Worker::Worker(Loop& loop, Bounds bounds, std::uint64_t seed)
    : loop_(loop), bounds_(bounds), rng_(seed), scratch_(64u << 10) {}

Worker::~Worker() {
    loop_.cancel(sweep_timer_);
    loop_.cancel(accept_timer_);
    drained_ = nullptr;
    stopped_ = nullptr;
    for (Listener& listener : listeners_) close(listener);
    stopping_ = true;
    while (clients_.size() > 0) close_client(clients_[clients_.size() - 1]);
    while (upstreams_.size() > 0) close_upstream(upstreams_[upstreams_.size() - 1]);
}

// ---- configuration ----

Applied Worker::apply(const Snapshot& snapshot) {
    const Changes all = changes(snapshot_, snapshot);
    for (const Service& service : snapshot.services) served(service.key).wait_ms = service.wait_ms;
    change_places(all);
    change_listeners(all);
    for (const ServiceKey& key : all.forgotten) {
        auto gone = services_.extract(key);
        gone.mapped()->forgotten = true;
        leaving_.push_back(std::move(gone.mapped()));
    }
    snapshot_ = snapshot;
    refresh(snapshot);
    for (Listener& listener : listeners_) {
        if (!listener.fd) open(listener);
    }
    arm();
    return applied();
}

Served& Worker::served(const ServiceKey& key) {
    auto& found = services_[key];
    if (found == nullptr) {
        found = std::make_unique<Served>();
        found->key = key;
    }
    return *found;
}

void Worker::change_places(const Changes& all) {
    for (const auto& place : all.removed) remove_place(served(place.service), place.endpoint);
    for (const auto& place : all.added) add_place(served(place.service), place.endpoint);
    const auto set_state = [this](const Changes::Place& changed) {
        for (const auto& place : served(changed.service).places) {
            if (place->removed || place->endpoint.id != changed.endpoint.id) continue;
            place->endpoint.state = changed.endpoint.state;
        }
    };
    for (const auto& place : all.drained) set_state(place);
    for (const auto& place : all.readied) set_state(place);
}

void Worker::add_place(Served& service, const Endpoint& endpoint) {
    auto place = std::make_unique<Place>();
    place->endpoint = endpoint;
    place->service = &service;
    place->address_size = fill_address(endpoint.address, place->address);
    service.places.push_back(std::move(place));
}

void Worker::remove_place(Served& service, const Endpoint& endpoint) {
    for (const auto& place : service.places) {
        if (place->removed || place->endpoint.id != endpoint.id) continue;
        place->removed = true;
        return;
    }
}

void Worker::change_listeners(const Changes& all) {
    const auto same = [](const Changes::Listener& change, const Listener& listener) {
        if (change.address != listener.asked) return false;
        return change.address.port != 0 || listener.service->key == change.service;
    };
    for (const auto& gone : all.closed) {
        std::erase_if(listeners_, [&](Listener& listener) {
            if (!same(gone, listener)) return false;
            close(listener);
            return true;
        });
    }
    for (const auto& moved : all.moved) {
        for (Listener& listener : listeners_) {
            if (same(moved, listener)) listener.service = &served(moved.service);
        }
    }
    for (const auto& opened : all.opened) {
        Listener& listener = listeners_.emplace_back();
        listener.asked = listener.bound = opened.address;
        listener.service = &served(opened.service);
    }
}

/// Brings what follows from the endpoints' states up to date: who is ready, who waits, who is
/// drained.
void Worker::refresh(const Snapshot& snapshot) {
    for (const Service& service : snapshot.services) {
        Served& here = served(service.key);
        here.ready.clear();
        for (const auto& place : here.places) {
            const bool ready = !place->removed && place->endpoint.state == EndpointState::ready;
            if (ready) here.ready.push_back(place.get());
            if (ready) continue;
            while (!place->idle.empty()) close_upstream(*place->idle.back());
            if (place->counts.in_flight == 0) tell_drained(place->endpoint.id);
        }
        if (here.ready.empty()) continue;
        for (Client* client : std::exchange(here.waiting, {})) {
            resend(*client);
        }
    }
    for (const auto& service : leaving_) {
        service->ready.clear();
        for (const auto& place : service->places) {
            place->removed = true;
            while (!place->idle.empty()) close_upstream(*place->idle.back());
        }
    }
}

Applied Worker::applied() const {
    Applied answer{.version = snapshot_.version, .listeners = {}};
    for (const Service& service : snapshot_.services) {
        for (const Address& address : service.listen) {
            for (const Listener& listener : listeners_) {
                if (listener.asked != address || listener.service->key != service.key) continue;
                answer.listeners.push_back({service.key, listener.bound, listener.error});
            }
        }
    }
    return answer;
}

void Worker::tell_drained(const std::string& id) {
    // From the loop, so that the answer to the snapshot goes out first. Another service may have
    // the same pod, and a request may have come to be under way again in between.
    loop_.call_at(loop_.now(), [this, id, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired() || !drained_) return;
        bool known = false;
        for (const auto& [key, service] : services_) {
            for (const auto& place : service->places) {
                if (place->endpoint.id != id) continue;
                const bool takes = !place->removed && place->endpoint.state == EndpointState::ready;
                if (takes || place->counts.in_flight > 0) return;
                known = true;
            }
        }
        if (known) drained_(id);
    });
}

void Worker::place_idle(Place& place) {
    const bool leaves = place.removed || place.endpoint.state == EndpointState::draining;
    if (leaves && place.counts.in_flight == 0) tell_drained(place.endpoint.id);
}

// ---- listeners ----

void Worker::open(Listener& listener) {
    auto listening = http::listen_tcp(to_text(listener.asked));
    listener.error = listening ? "" : listening.error().what;
    if (!listening) return;
    listener.fd = std::move(listening->fd);
    listener.bound.port = listening->port;
    Listener* found = &listener;
    loop_.watch(*listener.fd, {.readable = accepting_}, [this, found](Loop::Ready) {
        accept_ready(*found);
    });
}

void Worker::close(Listener& listener) {
    if (listener.fd) loop_.forget(*listener.fd);
    listener.fd.reset();
    for (std::size_t i = clients_.size(); i-- > 0;) {
        Client& client = clients_[i];
        if (client.listener != &listener) continue;
        client.listener = nullptr;
        client.closing = true;
        if (client.phase == Phase::idle) close_client(client);
    }
}

void Worker::accept_ready(Listener& listener) {
    clients_.recycle();
    for (int i = 0; i < accepts_a_turn; ++i) {
        if (clients_.size() >= bounds_.clients) return pause_accepting();
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        const int fd = ::accept4(
            *listener.fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC
        );
        if (fd >= 0) {
            add_client(fd, from, listener);
            continue;
        }
        if (errno == EAGAIN) return;
        // A connection that was gone before we took it is no reason to stop; a want of descriptors
        // is.
        const bool want = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
        if (want) return pause_accepting();
    }
}

void Worker::add_client(int fd, const sockaddr_storage& from, Listener& listener) {
    // Without it the second half of a response could wait for an acknowledgement that is delayed.
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Client* client = clients_.take();
    client->fd = fd;
    client->service = listener.service;
    client->listener = &listener;
    client->ip = ip_text(from);
    client->deadline = loop_.now() + bounds_.request_head;
    ++client->service->clients;
    loop_.watch(fd, {.readable = true}, [this, client](Loop::Ready ready) {
        client_ready(*client, ready);
    });
    arm();
}

void Worker::pause_accepting() {
    accepting_ = false;
    for (Listener& listener : listeners_) {
        if (listener.fd) loop_.interest(*listener.fd, {});
    }
    if (accept_timer_ != 0) return;
    accept_timer_ = loop_.call_after(accept_pause, [this] {
        accept_timer_ = 0;
        accepting_ = true;
        for (Listener& listener : listeners_) {
            if (listener.fd) loop_.interest(*listener.fd, {.readable = true});
        }
    });
}

// ---- time ----

/// Deadlines are looked at four times a second while there is anything to look at: a timer a
/// request would cost more than the request.
void Worker::arm() {
    if (sweep_timer_ != 0) return;
    bool unopened = false;
    for (const Listener& listener : listeners_) unopened = unopened || !listener.fd;
    const bool busy = clients_.size() > 0 || upstreams_.size() > 0 || !leaving_.empty();
    if (!busy && !unopened) return;
    sweep_timer_ = loop_.call_after(busy ? sweep_every : 4 * sweep_every, [this] {
        sweep_timer_ = 0;
        sweep();
        arm();
    });
}

void Worker::sweep() {
    clients_.recycle();
    upstreams_.recycle();
    sweep_clients();
    sweep_upstreams();
    sweep_services();
    for (Listener& listener : listeners_) {
        if (!listener.fd) open(listener);
    }
    check_stopped();
}

void Worker::sweep_clients() {
    const Instant now = loop_.now();
    // From the back, for what is closed is replaced by the last one.
    for (std::size_t i = clients_.size(); i-- > 0;) {
        if (i < clients_.size() && clients_[i].deadline <= now) client_timeout(clients_[i]);
    }
}

void Worker::sweep_upstreams() {
    const Instant now = loop_.now();
    for (std::size_t i = upstreams_.size(); i-- > 0;) {
        if (i < upstreams_.size() && upstreams_[i].deadline <= now) upstream_timeout(upstreams_[i]);
    }
}

void Worker::sweep_services() {
    const auto done = [](const std::unique_ptr<Place>& place) {
        return place->removed && place->counts.in_flight == 0 && place->idle.empty();
    };
    for (const auto& [key, service] : services_) std::erase_if(service->places, done);
    std::erase_if(leaving_, [&done](const std::unique_ptr<Served>& service) {
        std::erase_if(service->places, done);
        return service->clients == 0 && service->places.empty();
    });
}

void Worker::stop(std::function<void()> done) {
    stopping_ = true;
    stopped_ = std::move(done);
    for (Listener& listener : listeners_) close(listener);
    listeners_.clear();
    snapshot_.services.clear();
    check_stopped();
}

void Worker::check_stopped() {
    if (!stopping_ || clients_.size() > 0 || !stopped_) return;
    loop_.call_at(loop_.now(), std::exchange(stopped_, nullptr));
}

Stats Worker::stats() const {
    Stats all;
    all.version = snapshot_.version;
    all.clients = static_cast<std::uint32_t>(clients_.size());
    all.upstreams = static_cast<std::uint32_t>(upstreams_.size());
    for (const auto& [key, service] : services_) {
        ServiceStats& one = all.services.emplace_back();
        one.key = key;
        one.counts = service->counts;
        for (const auto& place : service->places) {
            if (place->removed) continue;
            one.endpoints.push_back({place->endpoint.id, place->endpoint.state, place->counts});
        }
    }
    return all;
}

}  // namespace swell::proxy
