#include "proxy/remote_io.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/sockets_io.hpp"

namespace swell::proxy {

namespace {

constexpr Duration first_delay = std::chrono::milliseconds{100};
constexpr Duration longest_delay = std::chrono::seconds{1};
constexpr Duration answer_within = std::chrono::seconds{5};

Result<Applied> refusal(const Json& message) {
    std::vector<std::string> lines;
    const auto found = message.find("reasons");
    for (const Json& reason : found == message.end() ? Json::array() : *found) {
        if (reason.is_string()) lines.push_back(reason.get<std::string>());
    }
    return fail(Code::invalid, join(lines, "\n"));
}

}  // namespace

Remote::Remote(Loop& loop, std::string socket)
    : loop_(loop), socket_(std::move(socket)), delay_(first_delay) {
    retry_timer_ = loop_.call_after(Duration::zero(), [this] { connect(); });
}

Remote::~Remote() {
    loop_.cancel(retry_timer_);
    for (const Wanted& wanted : wanted_) loop_.cancel(wanted.timeout);
}

void Remote::connect() {
    retry_timer_ = 0;
    auto fd = http::connect_to(socket_);
    if (!fd) return retry();
    lines_ = std::make_unique<Lines>(
        loop_,
        std::move(*fd),
        Lines::Calls{
            .on_value = [this](const Json& message) { take(message); },
            .on_end = [this] { lost(); },
        }
    );
    delay_ = first_delay;
    if (mortal_) lines_->send({{"lifeline", true}});
    if (newest_) send_snapshot();
    set_connected(true);
}

void Remote::retry() {
    retry_timer_ = loop_.call_after(delay_, [this] { connect(); });
    delay_ = std::min(2 * delay_, longest_delay);
}

void Remote::set_connected(bool connected) {
    if (std::exchange(connected_, connected) != connected && changed_) changed_(connected);
}

void Remote::lost() {
    lines_.reset();
    fail_figures({Code::unavailable, "the proxy has gone"});
    set_connected(false);
    retry();
}

void Remote::end_with_us() {
    mortal_ = true;
    if (lines_) lines_->send({{"lifeline", true}});
}

void Remote::apply(Snapshot snapshot, OnApplied then) {
    const std::int64_t version = newest_ ? newest_->version : 0;
    if (then_) {
        const std::string what =
            "snapshot " + std::to_string(version) + ": a newer one took its place";
        loop_.call_after(Duration::zero(), [then_before = std::move(then_), what] {
            then_before(fail(Code::cancelled, what));
        });
    }
    newest_ = std::move(snapshot);
    then_ = std::move(then);
    if (lines_) send_snapshot();
}

void Remote::send_snapshot() { lines_->send({{"snapshot", to_json(*newest_)}}); }

void Remote::take(const Json& message) {
    if (!message.is_object()) return;
    if (message.contains("applied")) {
        auto applied = applied_from_json(message);
        const std::int64_t version = applied ? applied->version : 0;
        return take_answer(std::move(applied), version);
    }
    if (message.contains("refused") && message["refused"].is_number_integer()) {
        return take_answer(refusal(message), message["refused"].get<std::int64_t>());
    }
    if (message.contains("stats")) return take_figures(message);
    if (message.contains("drained") && message["drained"].is_string() && drained_) {
        drained_(message["drained"].get<std::string>());
    }
}

void Remote::take_answer(Result<Applied> answer, std::int64_t version) {
    // An answer to one that was replaced meanwhile concerns nobody.
    if (!newest_ || newest_->version != version) return;
    if (answer) {
        good_ = newest_;
    } else {
        newest_ = good_;
    }
    const OnApplied then = std::exchange(then_, nullptr);
    if (then) return then(std::move(answer));
    if (answer && again_) again_(*answer);
}

void Remote::figures(std::function<void(Result<Figures>)> then) {
    if (!lines_) {
        loop_.call_after(Duration::zero(), [then = std::move(then)] {
            then(fail(Code::unavailable, "the proxy is not there"));
        });
        return;
    }
    Wanted& wanted = wanted_.emplace_back();
    wanted.number = ++last_number_;
    wanted.then = std::move(then);
    wanted.timeout = loop_.call_after(answer_within, [this, number = wanted.number] {
        for (Wanted& late : wanted_) {
            if (late.number != number || !late.then) continue;
            // It stays in the queue, for its answer may come yet and must not be taken for
            // another's.
            std::exchange(late.then, nullptr)(fail(Code::timeout, "the proxy does not answer"));
            return;
        }
    });
    lines_->send({{"stats", true}});
}

void Remote::stats(std::function<void(Result<Stats>)> then) {
    figures([then = std::move(then)](Result<Figures> figures) {
        if (!figures) return then(std::unexpected(figures.error()));
        then(std::move(figures->stats));
    });
}

void Remote::take_figures(const Json& message) {
    if (wanted_.empty()) return;
    const Wanted wanted = std::move(wanted_.front());
    wanted_.pop_front();
    loop_.cancel(wanted.timeout);
    if (!wanted.then) return;
    auto read = stats_from_json(message["stats"]);
    if (!read) return wanted.then(std::unexpected(read.error()));
    Figures figures{.stats = std::move(*read), .prometheus = {}};
    if (message.contains("prometheus") && message["prometheus"].is_string()) {
        figures.prometheus = message["prometheus"].get<std::string>();
    }
    wanted.then(std::move(figures));
}

void Remote::fail_figures(Error error) {
    for (const Wanted& wanted : std::exchange(wanted_, {})) {
        loop_.cancel(wanted.timeout);
        if (wanted.then) wanted.then(std::unexpected(error));
    }
}

}  // namespace swell::proxy
