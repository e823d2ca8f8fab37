#pragma once

#include <string>
#include <vector>

#include "app/view/model.hpp"

namespace swell::app {

struct Screen {
    int width = 100, height = 30;
    bool colour = true;
};

/// The live view: lines of at most `width` columns, at most `height` of them. Pure.
std::vector<std::string> render(const View& view, const Screen& screen);

/// The same on one line, for a log: what a person would note down once in a while.
std::string render_line(const View& view);

/// The closing words.
std::string render(const Summary& summary);

/// Columns a text takes on a terminal: UTF-8 code points, escape sequences not counted.
std::size_t visible_width(std::string_view text);

/// A row of block characters, one a value, scaled to the largest; the newest `width` values.
std::string sparkline(const std::vector<double>& values, std::size_t width);

}  // namespace swell::app
