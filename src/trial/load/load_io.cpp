#include "trial/load/load_io.hpp"

#include <sys/prctl.h>

#include <utility>

namespace swell::trial {

Load::Load(Plan plan, std::function<void()> on_finished)
    : sender_(loop_, std::move(plan), shared_, std::move(on_finished)), thread_([this] {
          // The kernel may fire timers 50 µs late, to save power; here that would be schedule
          // error.
          ::prctl(PR_SET_TIMERSLACK, 1000UL);
          loop_.run();
      }) {
    loop_.post([this] { sender_.start(); });
}

Load::~Load() {
    loop_.stop();
    thread_.join();
}

Progress Load::progress() const {
    const std::lock_guard lock(shared_.mutex);
    return shared_.progress;
}

void Load::stop() {
    loop_.post([this] { sender_.stop(); });
}

}  // namespace swell::trial
