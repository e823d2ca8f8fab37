#pragma once

#include <string>
#include <vector>

#include "app/view/render.hpp"

namespace swell::app {

/// The terminal while the live view is on: another screen, no cursor; the old one comes back at the
/// end. Prints only what changed, in one write, so that nothing flickers.
class Terminal {
  public:
    /// Whether standard output is a terminal that can show the view.
    static bool usable();

    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    Screen screen() const;
    void show(const std::vector<std::string>& lines);

  private:
    std::vector<std::string> shown_;
};

}  // namespace swell::app
