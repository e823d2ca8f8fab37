#include "proxy/control_io.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "base/text.hpp"
#include "http/sockets_io.hpp"

namespace swell::proxy {

namespace {

// The control plane, an adopting one beside it, and somebody who looks at figures.
constexpr std::size_t most_peers = 16;
constexpr std::size_t most_state = 64u << 20;

}  // namespace

Control::Control(Loop& loop, Worker& worker, Options options)
    : loop_(loop), worker_(worker), options_(std::move(options)) {
    worker_.on_drained([this](const std::string& id) {
        for (Peer& peer : peers_) peer.lines->send({{"drained", id}});
    });
}

Control::~Control() {
    worker_.on_drained(nullptr);
    if (!listener_) return;
    loop_.forget(*listener_);
    ::unlink(options_.socket.c_str());
}

Result<void> Control::start() {
    // First the socket: a second proxy on the same one must not take over the listeners' state.
    auto listening = http::listen_unix(options_.socket);
    if (!listening) return std::unexpected(listening.error());
    listener_ = std::move(listening->fd);
    recover();
    loop_.watch(*listener_, {.readable = true}, [this](Loop::Ready) { accept_ready(); });
    return {};
}

void Control::recover() {
    if (options_.state_file.empty()) return;
    const auto text = read_file(options_.state_file, most_state);
    if (!text && text.error().code == Code::not_found) return;
    auto snapshot = text ? snapshot_from_json(Json::parse(*text, nullptr, false))
                         : Result<Snapshot>(std::unexpected(text.error()));
    if (!snapshot) {
        std::fprintf(
            stderr,
            "swell proxy: %s: not used: %s\n",
            options_.state_file.c_str(),
            snapshot.error().what.c_str()
        );
        return;
    }
    worker_.apply(*snapshot);
}

void Control::accept_ready() {
    Fd fd(::accept4(*listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd || peers_.size() >= most_peers) return;
    const auto peer = peers_.emplace(peers_.end());
    peer->lines = std::make_unique<Lines>(
        loop_,
        std::move(fd),
        Lines::Calls{
            .on_value = [this, peer](const Json& message) { take(*peer, message); },
            .on_end = [this, peer] { gone(peer); },
        }
    );
}

void Control::gone(std::list<Peer>::iterator peer) {
    const bool lifeline = peer->lifeline;
    peers_.erase(peer);
    if (lifeline && options_.orphaned) options_.orphaned();
}

void Control::take(Peer& peer, const Json& message) {
    if (message.is_object() && message.contains("snapshot")) {
        return take_snapshot(peer, message["snapshot"]);
    }
    if (message.is_object() && message.contains("lifeline")) {
        peer.lifeline = true;
        return;
    }
    if (message.is_object() && message.contains("stats")) {
        const Stats stats = worker_.stats();
        return peer.lines->send({{"stats", to_json(stats)}, {"prometheus", to_prometheus(stats)}});
    }
    peer.lines->send(
        {{"refused", 0}, {"reasons", {"message: must have snapshot, stats or lifeline"}}}
    );
}

void Control::take_snapshot(Peer& peer, const Json& json) {
    auto snapshot = snapshot_from_json(json);
    if (snapshot && snapshot->version < peer.version) {
        snapshot = fail(
            Code::invalid,
            "version: must be >= " + std::to_string(peer.version) +
                ", which was sent before, got " + std::to_string(snapshot->version)
        );
    }
    if (!snapshot) {
        Json reasons_json = Json::array();
        for (const std::string_view line : split(snapshot.error().what, '\n')) {
            reasons_json.push_back(std::string(line));
        }
        const bool numbered =
            json.is_object() && json.contains("version") && json["version"].is_number_integer();
        const std::int64_t version = numbered ? json["version"].get<std::int64_t>() : 0;
        return peer.lines->send({{"refused", version}, {"reasons", std::move(reasons_json)}});
    }
    peer.version = snapshot->version;
    const Applied applied = worker_.apply(*snapshot);
    keep(*snapshot);
    peer.lines->send(to_json(applied));
}

void Control::keep(const Snapshot& snapshot) {
    if (options_.state_file.empty()) return;
    const auto written = write_file(options_.state_file, to_json(snapshot).dump() + "\n");
    if (!written) std::fprintf(stderr, "swell proxy: %s\n", written.error().what.c_str());
}

}  // namespace swell::proxy
