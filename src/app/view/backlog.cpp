#include "app/view/backlog.hpp"

#include <algorithm>
#include <utility>

namespace swell::app {

void Backlog::add(std::string piece) {
    if (piece.empty()) return;
    bytes_ += piece.size();
    const auto lines = static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
    pieces_.push_back({std::move(piece), std::max(lines, std::size_t{1})});
    push_out();
}

void Backlog::push_out() {
    const std::size_t first = begun_ > 0 ? 1 : 0;
    while (bytes_ > limit_ && pieces_.size() > first + 1) {
        const auto oldest = pieces_.begin() + static_cast<std::ptrdiff_t>(first);
        missing_ += oldest->lines;
        bytes_ -= oldest->text.size();
        pieces_.erase(oldest);
    }
}

std::string_view Backlog::next() {
    if (pieces_.empty()) return {};
    if (begun_ == 0 && missing_ > 0) {
        std::string notice =
            "… " + std::to_string(missing_) + (missing_ == 1 ? " line" : " lines") + " not shown\n";
        bytes_ += notice.size();
        pieces_.push_front({std::move(notice), std::exchange(missing_, 0)});
    }
    return std::string_view(pieces_.front().text).substr(begun_);
}

void Backlog::taken(std::size_t bytes) {
    begun_ += bytes;
    if (pieces_.empty() || begun_ < pieces_.front().text.size()) return;
    bytes_ -= pieces_.front().text.size();
    pieces_.pop_front();
    begun_ = 0;
}

void Backlog::clear() {
    pieces_.clear();
    bytes_ = begun_ = missing_ = 0;
}

}  // namespace swell::app
