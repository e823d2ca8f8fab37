#include "cluster/store/watchers.hpp"

#include "cluster/store/select.hpp"

namespace swell::cluster {

namespace {

/// Writes looked at in one turn of the loop by a watcher that catches up.
constexpr int catch_up_piece = 1024;

}  // namespace

struct Watchers::Watcher {
    std::string kind;  // what query.kind points at
    Query query;
    bool selective = false;
    OnChange on_change;
    OnExpired on_expired;
    std::uint64_t seen = 0;
    bool live = false;
    bool ended = false;

    void tell(const Written& written) {
        seen = written.change.version;
        if (!selective) {
            if (in_scope(query, written.change.object)) on_change(written.change);
        } else if (const auto change = as_seen_by(query, written)) {
            on_change(*change);
        }
    }

    void expire() {
        ended = true;
        if (on_expired) on_expired();
    }
};

struct Watchers::State {
    State(Clock& the_clock, const History& the_history)
        : clock(the_clock), history(the_history), delivered(the_history.newest()) {}

    Clock& clock;
    const History& history;
    std::uint64_t delivered;
    bool delivering = false;
    // By kind, empty for those who watch all. Shared with the handle, and with a call in progress,
    // during which the handle may go.
    std::map<std::string, std::vector<std::shared_ptr<Watcher>>, std::less<>> by_kind;

    void offer(std::string_view kind, const Written& written) {
        const auto found = by_kind.find(kind);
        if (found == by_kind.end()) return;
        auto& watchers = found->second;
        // By index: a callback may add watchers. They start at this version or later.
        for (std::size_t i = 0; i < watchers.size(); ++i) {
            const std::shared_ptr<Watcher> watcher = watchers[i];
            if (!watcher->ended && watcher->live && watcher->seen < written.change.version)
                watcher->tell(written);
        }
    }

    void expire_live() {
        std::vector<std::shared_ptr<Watcher>> late;
        for (const auto& [kind, watchers] : by_kind)
            for (const auto& watcher : watchers)
                if (watcher->live && !watcher->ended && !history.reaches(watcher->seen))
                    late.push_back(watcher);
        for (const auto& watcher : late)
            if (!watcher->ended) watcher->expire();
    }

    void deliver() {
        if (delivering) return;  // the outer call goes on until all is told
        delivering = true;
        while (delivered < history.newest()) {
            if (!history.reaches(delivered)) {
                // One batch, or the callbacks of one, wrote more than history holds.
                delivered = history.newest();
                expire_live();
                continue;
            }
            const Written written =
                history.at(delivered + 1);  // a copy: callbacks may move history on
            delivered = written.change.version;
            offer(written.change.object.kind().name, written);
            offer("", written);
        }
        delivering = false;
        sweep();
    }

    void sweep() {
        if (delivering) return;
        for (auto kind = by_kind.begin(); kind != by_kind.end();) {
            std::erase_if(kind->second, [](const auto& watcher) { return watcher->ended; });
            kind = kind->second.empty() ? by_kind.erase(kind) : std::next(kind);
        }
    }

    /// Returns whether there is more to catch up with.
    bool catch_up(Watcher& watcher) {
        for (int i = 0; i < catch_up_piece; ++i) {
            if (watcher.ended) return false;
            if (!history.reaches(watcher.seen)) {
                watcher.expire();
                return false;
            }
            if (watcher.seen >= delivered) {
                watcher.live = true;
                return false;
            }
            const Written written = history.at(watcher.seen + 1);
            watcher.tell(written);
        }
        return true;
    }
};

class Watchers::Handle final : public Watching {
  public:
    Handle(std::weak_ptr<State> state, std::shared_ptr<Watcher> watcher)
        : state_(std::move(state)), watcher_(std::move(watcher)) {}
    ~Handle() override {
        watcher_->ended = true;
        if (const auto state = state_.lock()) state->sweep();
    }

  private:
    std::weak_ptr<State> state_;
    std::shared_ptr<Watcher> watcher_;
};

Watchers::Watchers(Clock& clock, const History& history)
    : state_(std::make_shared<State>(clock, history)) {}

Watchers::~Watchers() = default;

void Watchers::call_catch_up(
    const std::shared_ptr<State>& state, const std::shared_ptr<Watcher>& watcher
) {
    const auto piece = [weak_state = std::weak_ptr(state), weak_watcher = std::weak_ptr(watcher)] {
        const auto still = weak_state.lock();
        const auto who = weak_watcher.lock();
        if (still && who && still->catch_up(*who)) call_catch_up(still, who);
    };
    state->clock.call_at(state->clock.now(), piece);
}

std::unique_ptr<Watching> Watchers::add(
    const Query& query, std::uint64_t since, OnChange on_change, OnExpired on_expired
) {
    auto watcher = std::make_shared<Watcher>();
    watcher->kind = query.kind;
    watcher->query = query;
    watcher->query.kind = watcher->kind;
    watcher->selective = is_selective(query);
    watcher->on_change = std::move(on_change);
    watcher->on_expired = std::move(on_expired);
    watcher->seen = since;
    watcher->live = since >= state_->delivered && state_->history.reaches(since);
    state_->by_kind[watcher->kind].push_back(watcher);
    if (!watcher->live) call_catch_up(state_, watcher);
    return std::make_unique<Handle>(state_, std::move(watcher));
}

void Watchers::deliver() { state_->deliver(); }

}  // namespace swell::cluster
