#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "app/view/backlog.hpp"
#include "app/view/render.hpp"
#include "base/fd_io.hpp"

namespace swell::app {

/// Standard output or error of a process that must not wait for its reader: a terminal stopped by
/// Ctrl-S, a pager that has read enough, a connection that stalls. Text goes as far as the reader
/// takes it, the rest at the next flush(), within the bound of a Backlog (256 KiB). A reader who is
/// gone is no error: what is written then goes nowhere.
///
/// The descriptor itself stays as it is: it is shared with the shell, which would not bear
/// O_NONBLOCK on it.
class Output {
  public:
    /// The descriptor stays the caller's.
    explicit Output(int fd);

    /// One piece: a line or lines, a frame. Never waits.
    void print(std::string text);
    /// Hands on what the reader takes now. Never waits.
    void flush();
    /// Whether all is handed on.
    bool idle() const { return backlog_.empty(); }
    /// Waits until all is handed on, or until `enough` can be read: a signalfd, so that a person
    /// can end the wait.
    void finish(int enough);

  private:
    ssize_t write_some(std::string_view text) const;

    int fd_;
    Fd own_;               // the same file, opened anew without blocking, where that can be done
    bool socket_ = false;  // which is written to without blocking in another way
    Backlog backlog_;
};

/// The terminal while the live view is on: another screen, no cursor; the old one comes back at the
/// end. Prints only what changed, in one write, so that nothing flickers. While the terminal does
/// not take a frame, later ones are left out; then it gets the newest.
class Terminal {
  public:
    /// Whether standard output is a terminal that can show the view.
    static bool usable();

    explicit Terminal(Output& out);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    Screen screen() const;
    void show(const std::vector<std::string>& lines);

  private:
    Output& out_;
    std::vector<std::string> shown_;
};

}  // namespace swell::app
