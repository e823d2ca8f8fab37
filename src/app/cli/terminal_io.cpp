#include "app/cli/terminal_io.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace swell::app {

namespace {

void print(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written <= 0) return;  // the terminal is gone; SIGHUP says so too
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

bool Terminal::usable() {
    const char* kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

Terminal::Terminal() { print("\x1b[?1049h\x1b[?25l\x1b[2J"); }

Terminal::~Terminal() { print("\x1b[?25h\x1b[?1049l"); }

Screen Terminal::screen() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
    const bool colour = std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
    return {size.ws_col, size.ws_row, colour};
}

void Terminal::show(const std::vector<std::string>& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (i >= shown_.size() || shown_[i] != lines[i])
            text += "\x1b[" + std::to_string(i + 1) + ";1H" + lines[i] + "\x1b[K";
    if (lines.size() < shown_.size())
        text += "\x1b[" + std::to_string(lines.size() + 1) + ";1H\x1b[J";
    shown_ = lines;
    print(text);
}

}  // namespace swell::app
