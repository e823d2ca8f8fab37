#include "sim/parallel_io.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace swell::sim {

namespace {

/// What the threads share. Outcomes that come early wait for those before them.
class Board {
  public:
    Board(std::size_t count, const std::function<void(Outcome)>& keep)
        : count_(count), keep_(keep) {}

    /// The next part to do; none when all are taken, or one has failed.
    std::optional<std::size_t> take() {
        const std::lock_guard lock(mutex_);
        if (next_ == count_ || failed_) return std::nullopt;
        return next_++;
    }

    void done(std::size_t part, Result<Outcome> outcome) {
        const std::lock_guard lock(mutex_);
        waiting_.emplace(part, std::move(outcome));
        while (!failed_ && !waiting_.empty() && waiting_.begin()->first == kept_) {
            auto first = waiting_.extract(waiting_.begin());
            ++kept_;
            if (first.mapped())
                keep_(*std::move(first.mapped()));
            else
                failed_ = first.mapped().error();
        }
    }

    Result<void> result() const {
        if (failed_) return std::unexpected(*failed_);
        return {};
    }

  private:
    std::mutex mutex_;
    std::size_t count_, next_ = 0, kept_ = 0;
    std::map<std::size_t, Result<Outcome>> waiting_;
    std::optional<Error> failed_;
    const std::function<void(Outcome)>& keep_;
};

}  // namespace

Result<void> simulate_parts(
    const Options& options,
    std::size_t count,
    const std::function<Part(std::size_t)>& part,
    const std::function<void(Outcome)>& keep,
    unsigned threads
) {
    Board board(count, keep);
    const auto work = [&] {
        while (const auto index = board.take()) {
            const Part one = part(*index);
            Options own = options;
            own.seed = one.seed;
            board.done(*index, simulate(own, one.objects, one.loads));
        }
    };
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    threads = static_cast<unsigned>(std::min<std::size_t>(threads, count));
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    others.clear();  // joins
    return board.result();
}

Result<Outcome> simulate_all(
    const Options& options,
    const std::vector<spec::Object>& objects,
    const std::vector<Load>& loads,
    unsigned threads
) {
    const std::vector<Part> parts = parts_of(objects, loads, options.seed);
    Outcome whole;
    whole.length = options.length;
    whole.seed = options.seed;
    const auto done = simulate_parts(
        options,
        parts.size(),
        [&](std::size_t i) { return parts[i]; },
        [&](Outcome outcome) {
            whole.evaluations += outcome.evaluations;
            for (std::string& trouble : outcome.troubles)
                whole.troubles.push_back(std::move(trouble));
            for (ServiceOutcome& service : outcome.services)
                whole.services.push_back(std::move(service));
            for (Observer& observer : outcome.observers)
                whole.observers.push_back(std::move(observer));
            for (VerticalObserver& observer : outcome.vertical_observers)
                whole.vertical_observers.push_back(std::move(observer));
        },
        threads
    );
    if (!done) return std::unexpected(done.error());
    std::ranges::sort(whole.observers, {}, &Observer::name);
    std::ranges::sort(whole.vertical_observers, {}, &VerticalObserver::name);
    return whole;
}

}  // namespace swell::sim
