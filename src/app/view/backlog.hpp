#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace swell::app {

/// Text on its way to a reader who may be slow, or away: pieces (a line, a frame) that are written
/// whole and in order, in a bounded number of bytes. What does not fit pushes out the oldest pieces
/// that are not begun, and in their place the reader is told: `… 12 lines not shown`.
class Backlog {
  public:
    /// `limit` in bytes; the newest piece is kept whatever its size.
    explicit Backlog(std::size_t limit) : limit_(limit) {}

    void add(std::string piece);
    bool empty() const { return pieces_.empty(); }
    /// What is to be written next: the rest of one piece. Empty when there is none.
    std::string_view next();
    /// The reader took so many bytes of next().
    void taken(std::size_t bytes);
    /// Nobody will read any more.
    void clear();

  private:
    struct Piece {
        std::string text;
        std::size_t lines = 0;  // that go with it; of a notice: those that it tells of
    };

    void push_out();

    std::size_t limit_;
    std::size_t bytes_ = 0;    // of all pieces
    std::size_t begun_ = 0;    // of the first: written already
    std::size_t missing_ = 0;  // lines pushed out, and not told of
    std::deque<Piece> pieces_;
};

}  // namespace swell::app
