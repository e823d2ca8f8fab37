#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/loop_io.hpp"
#include "http/codec.hpp"
#include "trial/load/plan.hpp"
#include "trial/load/progress.hpp"

namespace swell::trial {

/// What the sender writes and others read.
struct Shared {
    mutable std::mutex mutex;  // guards progress
    Progress progress;
};

/// Sends a plan's requests when they are due and counts the answers. One loop, one thread.
///
/// An arrival takes the connection that was used last (few connections, warm caches), or opens one,
/// up to max_connections; beyond that it is dropped and counted, never delayed. After the
/// connections have been opened nothing is allocated per request.
class Sender {
  public:
    Sender(Loop& loop, Plan plan, Shared& shared, std::function<void()> on_finished);
    ~Sender();
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;

    void start();
    void stop();

  private:
    struct Connection {
        Fd fd;
        bool connecting = false;
        bool used = false;  // has carried an answer before
        bool watching_write = false;
        const Template* request = nullptr;  // under way; null when idle
        Instant intended{}, sent{};
        std::string out;
        std::size_t written = 0;
        std::string head;  // of the answer, as far as it has come
        http::HeadScan scan;
        http::BodyReader body;
        int status = 0;
        bool heard = false;
        bool keep_alive = false;
    };
    using Connections = std::list<Connection>;
    using At = Connections::iterator;
    enum class Failure { connect, transport, timeout };

    void tick();
    void wait_for_next();
    void arrive(Instant intended);
    void open(At at);
    void watch(At at);
    void ready(At at, Loop::Ready ready);
    void write(At at);
    void read(At at);
    /// What remains of `bytes` after the answer's head, or why it cannot be read.
    http::Step take_head(Connection& connection, std::string_view& bytes);
    http::Step take_body(Connection& connection, std::string_view& bytes);
    void closed(At at);
    void answered(At at);
    void failed(At at, Failure failure);
    void count_times(const Connection& connection, Instant now);
    void release(At at, bool keep);
    void expire();
    void await_expiry();
    void second();
    void settle();

    Loop& loop_;
    Plan plan_;
    Shared& shared_;
    std::function<void()> on_finished_;
    Schedule schedule_;
    Instant start_{};
    std::optional<Duration> next_;  // intended time of the next arrival
    std::uint64_t number_ = 0;
    bool over_ = false;
    Connections idle_;  // used last first
    Connections busy_;  // sent first first, so the front is the next to time out
    std::vector<char> scratch_;
    http::ResponseHead response_;
    metrics::Histogram second_times_;
    std::int64_t second_sent_ = 0, second_done_ = 0, second_failed_ = 0;
    Clock::Timer next_timer_ = 0, expiry_timer_ = 0, second_timer_ = 0;
};

}  // namespace swell::trial
