#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop_io.hpp"
#include "base/result.hpp"
#include "proxy/config.hpp"
#include "proxy/lines_io.hpp"
#include "proxy/stats.hpp"

namespace swell::proxy {

/// The control plane's hold on a proxy process, through its socket (control_io.hpp).
///
/// Connects by itself, again and again (100 ms, doubling to 1 s), and sends the newest snapshot
/// each time it has connected: a proxy that was restarted, and one that was there before us, both
/// come to serve what we last asked for.
class Remote {
  public:
    Remote(Loop& loop, std::string socket);
    ~Remote();
    Remote(const Remote&) = delete;
    Remote& operator=(const Remote&) = delete;

    using OnApplied = std::function<void(Result<Applied>)>;
    /// Makes it the newest. `then` is called once, from the loop, however long the proxy is away.
    /// Errors  invalid: refused, with the reasons, one a line; the proxy keeps the one before, and
    /// so
    ///         does this object for the next connection.
    ///         cancelled: a newer one has taken its place before it was answered.
    void apply(Snapshot snapshot, OnApplied then);

    /// An endpoint that is draining has no request under way. May be called more than once for one.
    void on_drained(std::function<void(std::string id)> call) { drained_ = std::move(call); }

    /// Called when the proxy came back and took the newest snapshot anew: its listeners may fare
    /// otherwise than before.
    void on_applied_again(std::function<void(const Applied&)> call) { again_ = std::move(call); }

    struct Figures {
        Stats stats;
        std::string prometheus;  ///< the same, as text
    };
    /// Errors  unavailable: not connected, or the connection ended; timeout: no answer within 5 s.
    void figures(std::function<void(Result<Figures>)> then);
    void stats(std::function<void(Result<Stats>)> then);

    /// The proxy shall end when we do, however we end: for one that was there before us and holds
    /// nothing of ours. Holds for every connection from now on.
    void end_with_us();

    bool connected() const { return connected_; }
    /// Called when the proxy has come to be there, or has gone.
    void on_connected(std::function<void(bool)> call) { changed_ = std::move(call); }

  private:
    struct Wanted {
        std::uint64_t number = 0;
        std::function<void(Result<Figures>)> then;
        Clock::Timer timeout = 0;
    };

    void connect();
    void retry();
    void set_connected(bool connected);
    void send_snapshot();
    void take(const Json& message);
    void take_answer(Result<Applied> answer, std::int64_t version);
    void take_figures(const Json& message);
    void fail_figures(Error error);
    void lost();

    Loop& loop_;
    std::string socket_;
    std::unique_ptr<Lines> lines_;
    bool mortal_ = false;
    bool connected_ = false;  // an answer or an open socket: the connection has been made
    Duration delay_;
    Clock::Timer retry_timer_ = 0;
    std::optional<Snapshot> newest_;
    std::optional<Snapshot> good_;  // the last one that was taken
    OnApplied then_;                // for newest_, while it has no answer
    std::function<void(const Applied&)> again_;
    std::deque<Wanted> wanted_;  // answers come in the order of the questions
    std::uint64_t last_number_ = 0;
    std::function<void(std::string)> drained_;
    std::function<void(bool)> changed_;
};

}  // namespace swell::proxy
