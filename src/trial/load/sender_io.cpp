#include "trial/load/sender_io.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "http/sockets_io.hpp"

namespace swell::trial {

namespace {

constexpr std::size_t scratch_bytes = 64u << 10;
constexpr Duration one_second = std::chrono::seconds{1};

}  // namespace

Sender::Sender(Loop& loop, Plan plan, Shared& shared, std::function<void()> on_finished)
    : loop_(loop),
      plan_(std::move(plan)),
      shared_(shared),
      on_finished_(std::move(on_finished)),
      schedule_(plan_.start_rate, plan_.stages, plan_.arrivals, plan_.seed),
      scratch_(scratch_bytes) {
    shared_.progress.length = schedule_.length();
}

Sender::~Sender() {
    for (const auto timer : {next_timer_, expiry_timer_, second_timer_}) loop_.cancel(timer);
    for (Connections* connections : {&idle_, &busy_}) {
        for (const Connection& connection : *connections) loop_.forget(*connection.fd);
    }
}

void Sender::start() {
    start_ = loop_.precise();
    next_ = schedule_.next();
    second_timer_ = loop_.call_at(start_ + one_second, [this] { second(); });
    wait_for_next();
}

void Sender::stop() {
    next_.reset();
    loop_.cancel(std::exchange(next_timer_, 0));
    over_ = true;
    settle();
}

void Sender::wait_for_next() {
    // An even schedule that has no more arrivals still has time to run out.
    const Duration at = next_ ? *next_ : schedule_.length();
    next_timer_ = loop_.call_at(start_ + at, [this] { tick(); });
}

void Sender::tick() {
    next_timer_ = 0;
    const Duration now = loop_.precise() - start_;
    while (next_ && *next_ <= now) {
        arrive(start_ + *next_);
        next_ = schedule_.next();
    }
    if (next_ || now < schedule_.length()) {
        wait_for_next();
    } else {
        over_ = true;
        settle();
    }
}

void Sender::arrive(Instant intended) {
    const std::uint64_t number = number_++;
    const bool full = idle_.empty() && busy_.size() >= plan_.max_connections;
    {
        const std::lock_guard lock(shared_.mutex);
        ++shared_.progress.due;
        ++(full ? shared_.progress.dropped : shared_.progress.sent);
        if (!full) ++shared_.progress.in_flight;
    }
    if (full) return;
    ++second_sent_;
    if (idle_.empty()) idle_.emplace_front();
    const At at = idle_.begin();
    busy_.splice(busy_.end(), idle_, at);
    at->request = &plan_.requests[number % plan_.requests.size()];
    at->intended = intended;
    at->out.clear();
    at->request->append(at->out, number);
    at->written = 0;
    at->head.clear();
    at->scan = {};
    at->status = 0;
    at->heard = false;
    at->sent = loop_.precise();
    await_expiry();
    if (at->fd) {
        write(at);
    } else {
        open(at);
    }
}

void Sender::open(At at) {
    at->used = false;
    auto fd = http::connect_to(plan_.address);
    if (!fd) {
        failed(at, Failure::connect);
        return;
    }
    at->fd = std::move(*fd);
    at->connecting = true;
    at->watching_write = true;
    loop_.watch(*at->fd, {.readable = true, .writable = true}, [this, at](Loop::Ready ready) {
        this->ready(at, ready);
    });
    const std::lock_guard lock(shared_.mutex);
    ++shared_.progress.connections;
}

void Sender::ready(At at, Loop::Ready ready) {
    if (at->connecting && http::connection_error(*at->fd) != 0) {
        failed(at, Failure::connect);
        return;
    }
    if (ready.writable) {
        at->connecting = false;
        write(at);
    }
    if (ready.readable && at->fd) read(at);
}

void Sender::write(At at) {
    while (at->written < at->out.size()) {
        const std::string_view left = std::string_view(at->out).substr(at->written);
        const ssize_t size = ::send(*at->fd, left.data(), left.size(), MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        // A broken connection is readable too, and reading says what became of it.
        if (size < 0) break;
        at->written += static_cast<std::size_t>(size);
    }
    const bool more = at->written < at->out.size() && errno == EAGAIN;
    if (more == at->watching_write) return;
    at->watching_write = more;
    loop_.interest(*at->fd, {.readable = true, .writable = more});
}

void Sender::read(At at) {
    const ssize_t size = ::recv(*at->fd, scratch_.data(), scratch_.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0 || at->request == nullptr) {
        closed(at);
        return;
    }
    at->heard = true;
    std::string_view bytes(scratch_.data(), static_cast<std::size_t>(size));
    http::Step step = http::Step::done;
    if (at->status < 200) step = take_head(*at, bytes);
    if (step == http::Step::done) step = take_body(*at, bytes);
    if (step == http::Step::refused || (step == http::Step::done && !bytes.empty())) {
        failed(at, Failure::transport);
    } else if (step == http::Step::done) {
        answered(at);
    }
}

http::Step Sender::take_head(Connection& connection, std::string_view& bytes) {
    // Most answers come whole: only one that does not is copied.
    const bool whole = connection.head.empty();
    const std::size_t before = connection.head.size();
    if (!whole) connection.head += bytes;
    std::string_view front = whole ? bytes : connection.head;
    std::size_t consumed = 0;
    while (connection.status < 200) {
        const http::Parsed parsed = http::parse_response(
            front.substr(consumed), response_, connection.scan, {.head = connection.request->head}
        );
        if (parsed.step == http::Step::more) {
            if (whole) connection.head = bytes;
            connection.head.erase(0, consumed);
            bytes = {};
        }
        if (parsed.step != http::Step::done) return parsed.step;
        consumed += parsed.consumed;
        connection.scan = {};
        connection.status = response_.status;
    }
    connection.keep_alive = response_.keep_alive;
    connection.body = http::BodyReader(response_.framing, response_.content_length);
    bytes.remove_prefix(consumed - before);
    connection.head.clear();
    return http::Step::done;
}

http::Step Sender::take_body(Connection& connection, std::string_view& bytes) {
    while (!connection.body.done() && !bytes.empty()) {
        const auto piece = connection.body.next(bytes);
        if (piece.step == http::Step::refused) return piece.step;
        bytes.remove_prefix(piece.consumed);
    }
    return connection.body.done() ? http::Step::done : http::Step::more;
}

void Sender::closed(At at) {
    if (at->request == nullptr) {
        release(at, false);
    } else if (at->status >= 200 && at->body.may_end()) {
        at->keep_alive = false;
        answered(at);
    } else if (at->used && !at->heard && at->request->idempotent) {
        // The other side closed a kept connection as we sent on it: every client sends again.
        loop_.forget(*at->fd);
        at->fd.reset();
        at->written = 0;
        {
            const std::lock_guard lock(shared_.mutex);
            ++shared_.progress.resent;
            --shared_.progress.connections;
        }
        open(at);
    } else {
        failed(at, Failure::transport);
    }
}

void Sender::answered(At at) {
    {
        const std::lock_guard lock(shared_.mutex);
        Progress& progress = shared_.progress;
        if (at->status < 400) {
            ++progress.done;
            ++second_done_;
        } else {
            ++(at->status < 500 ? progress.failures.status_4xx : progress.failures.status_5xx);
            ++second_failed_;
        }
        count_times(*at, loop_.precise());
    }
    at->used = true;
    release(at, at->keep_alive);
}

void Sender::failed(At at, Failure failure) {
    {
        const std::lock_guard lock(shared_.mutex);
        Failures& failures = shared_.progress.failures;
        ++second_failed_;
        if (failure == Failure::connect) ++failures.connect;
        if (failure == Failure::transport) ++failures.transport;
        if (failure == Failure::timeout) {
            ++failures.timeout;
            count_times(*at, loop_.precise());
        }
    }
    release(at, false);
}

void Sender::count_times(const Connection& connection, Instant now) {
    const Duration response_time = now - connection.intended;
    shared_.progress.response_time.record(response_time);
    shared_.progress.service_time.record(now - connection.sent);
    shared_.progress.schedule_error.record(connection.sent - connection.intended);
    second_times_.record(response_time);
}

void Sender::release(At at, bool keep) {
    const bool busy = at->request != nullptr;
    at->request = nullptr;
    if (busy && keep) idle_.splice(idle_.begin(), busy_, at);
    {
        const std::lock_guard lock(shared_.mutex);
        if (busy) --shared_.progress.in_flight;
        if (!keep && at->fd) --shared_.progress.connections;
    }
    if (!keep) {
        if (at->fd) loop_.forget(*at->fd);
        (busy ? busy_ : idle_).erase(at);
    }
    if (busy) settle();
}

void Sender::await_expiry() {
    if (expiry_timer_ != 0 || busy_.empty()) return;
    expiry_timer_ = loop_.call_at(busy_.front().sent + plan_.timeout, [this] { expire(); });
}

void Sender::expire() {
    expiry_timer_ = 0;
    const Instant now = loop_.precise();
    while (!busy_.empty() && busy_.front().sent + plan_.timeout <= now) {
        failed(busy_.begin(), Failure::timeout);
    }
    await_expiry();
}

void Sender::second() {
    const Duration elapsed = loop_.precise() - start_;
    second_timer_ = loop_.call_after(one_second, [this] { second(); });
    const std::lock_guard lock(shared_.mutex);
    Progress& progress = shared_.progress;
    progress.elapsed = elapsed;
    progress.rate = over_ ? 0 : schedule_.rate_at(elapsed);
    progress.last_second = {
        .sent = static_cast<double>(std::exchange(second_sent_, 0)),
        .done = static_cast<double>(std::exchange(second_done_, 0)),
        .failed = static_cast<double>(std::exchange(second_failed_, 0)),
        .response_time = metrics::percentiles(second_times_)
    };
    second_times_.clear();
}

void Sender::settle() {
    if (!over_ || !busy_.empty()) return;
    loop_.cancel(std::exchange(second_timer_, 0));
    loop_.cancel(std::exchange(expiry_timer_, 0));
    for (const Connection& connection : idle_) loop_.forget(*connection.fd);
    idle_.clear();
    {
        const std::lock_guard lock(shared_.mutex);
        Progress& progress = shared_.progress;
        if (std::exchange(progress.finished, true)) return;
        progress.elapsed = loop_.precise() - start_;
        progress.rate = 0;
        progress.connections = 0;
        progress.last_second = {};
    }
    if (on_finished_) on_finished_();
}

}  // namespace swell::trial
