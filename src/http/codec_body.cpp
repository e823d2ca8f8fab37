#include <algorithm>

#include "http/characters.hpp"
#include "http/codec.hpp"

namespace swell::http {

namespace {

// Extensions and trailers are of no use to us, so a little room is plenty.
constexpr std::uint32_t longest_extension = 1024;
constexpr std::uint32_t longest_trailers = 16u << 10;
// Sixteen digits less one: no chunk size can overflow, nor pass for a small one.
constexpr std::uint64_t largest_chunk = (1ULL << 60) - 1;

/// Fields that would change what the message is after it has been acted on.
bool is_forbidden_trailer(std::string_view name) {
    const Field field = field_of(name);
    return field == Field::content_length || field == Field::transfer_encoding ||
           field == Field::host;
}

}  // namespace

BodyReader::BodyReader(Framing framing, std::uint64_t content_length) : framing_(framing) {
    switch (framing) {
        case Framing::none:
            state_ = State::done;
            break;
        case Framing::length:
            left_ = content_length;
            state_ = content_length == 0 ? State::done : State::data;
            break;
        case Framing::chunked:
            state_ = State::size_first;
            break;
        case Framing::until_close:
            state_ = State::data;
            break;
    }
}

BodyReader::Piece BodyReader::next(std::string_view bytes) {
    if (state_ == State::done) return {.step = Step::done, .consumed = 0, .data = {}, .what = ""};
    if (state_ == State::refused) {
        return {.step = Step::refused, .consumed = 0, .data = {}, .what = "bad body"};
    }
    return framing_ == Framing::chunked ? next_chunked(bytes) : next_counted(bytes);
}

BodyReader::Piece BodyReader::next_counted(std::string_view bytes) {
    Piece piece;
    if (framing_ == Framing::until_close) {
        piece.data = bytes;
    } else {
        piece.data =
            bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        left_ -= piece.data.size();
        if (left_ == 0) state_ = State::done;
    }
    piece.consumed = piece.data.size();
    piece.step = done() ? Step::done : Step::more;
    return piece;
}

BodyReader::Piece BodyReader::next_chunked(std::string_view bytes) {
    Piece piece;
    while (piece.consumed < bytes.size() && state_ != State::done) {
        if (state_ == State::chunk) {
            const std::uint64_t there = bytes.size() - piece.consumed;
            piece.data =
                bytes.substr(piece.consumed, static_cast<std::size_t>(std::min(left_, there)));
            left_ -= piece.data.size();
            piece.consumed += piece.data.size();
            if (left_ == 0) state_ = State::chunk_cr;
            return piece;
        }
        if (const char* what = take(bytes[piece.consumed]); what != nullptr) {
            state_ = State::refused;
            piece.step = Step::refused;
            piece.what = what;
            return piece;
        }
        ++piece.consumed;
    }
    piece.step = done() ? Step::done : Step::more;
    return piece;
}

const char* BodyReader::take(char byte) {
    switch (state_) {
        case State::chunk_cr:
            if (byte != '\r') return "chunk data longer than its size";
            state_ = State::chunk_lf;
            return nullptr;
        case State::chunk_lf:
            if (byte != '\n') return "no line feed after chunk data";
            state_ = State::size_first;
            return nullptr;
        case State::size_first:
        case State::size:
        case State::extension:
        case State::size_lf:
            return take_size(byte);
        default:
            return take_trailer(byte);
    }
}

const char* BodyReader::take_size(char byte) {
    if (state_ == State::size_lf) {
        if (byte != '\n') return "no line feed after a chunk size";
        state_ = left_ == 0 ? State::trailer_start : State::chunk;
        return nullptr;
    }
    if (byte == '\r' && state_ != State::size_first) {
        state_ = State::size_lf;
        return nullptr;
    }
    if (state_ == State::extension) {
        if (!is_value_byte(byte)) return "bad chunk extension";
        return ++line_ > longest_extension ? "chunk extension too long" : nullptr;
    }
    const int digit = hex_value(byte);
    if (digit >= 0) {
        if (state_ == State::size_first) left_ = 0;
        if (left_ > (largest_chunk >> 4)) return "chunk size too large";
        left_ = (left_ << 4) | static_cast<std::uint64_t>(digit);
        // Leading zeros would let the line grow without end.
        if (state_ == State::size_first) line_ = 0;
        state_ = State::size;
        return ++line_ > 16 ? "chunk size too long" : nullptr;
    }
    if (state_ == State::size_first || byte != ';') return "bad chunk size";
    state_ = State::extension;
    line_ = 0;
    return nullptr;
}

const char* BodyReader::take_trailer(char byte) {
    if (++trailers_ > longest_trailers) return "trailers too large";
    switch (state_) {
        case State::trailer_start:
            name_size_ = 0;
            if (byte == '\r') {
                state_ = State::last_lf;
                return nullptr;
            }
            state_ = State::trailer_name;
            [[fallthrough]];
        case State::trailer_name:
            if (byte == ':' && name_size_ > 0) {
                const bool whole = name_size_ <= name_.size();
                if (whole && is_forbidden_trailer({name_.data(), name_size_})) {
                    return "forbidden trailer";
                }
                state_ = State::trailer_value;
                return nullptr;
            }
            if (!is_token_byte(byte)) return "bad trailer name";
            if (name_size_ < name_.size()) name_[name_size_] = byte;
            if (name_size_ <= name_.size()) ++name_size_;
            return nullptr;
        case State::trailer_value:
            if (byte == '\r') {
                state_ = State::trailer_lf;
                return nullptr;
            }
            return is_value_byte(byte) ? nullptr : "control character in a trailer";
        case State::trailer_lf:
            state_ = State::trailer_start;
            return byte == '\n' ? nullptr : "no line feed after a trailer";
        default:  // last_lf
            state_ = State::done;
            return byte == '\n' ? nullptr : "no line feed after the last chunk";
    }
}

}  // namespace swell::http
