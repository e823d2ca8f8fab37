#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "http/codec.hpp"

namespace {

using namespace swell::http;

/// Reads the body in pieces of `stride`; returns how many bytes were consumed.
std::size_t read_body(BodyReader body, std::string_view bytes, std::size_t stride) {
    std::size_t consumed = 0;
    std::size_t there = 0;
    while (there < bytes.size() && !body.done()) {
        there = std::min(bytes.size(), there + stride);
        while (consumed < there && !body.done()) {
            const BodyReader::Piece piece = body.next(bytes.substr(consumed, there - consumed));
            if (piece.step == Step::refused) return consumed + piece.consumed;
            CHECK(piece.consumed > 0);
            CHECK(piece.data.size() <= piece.consumed);
            consumed += piece.consumed;
        }
    }
    return consumed;
}

}  // namespace

/// A message in pieces must read as it does whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static RequestHead head;
    HeadScan scan;
    const Parsed whole = parse_request(bytes, head, scan);
    HeadScan slow;
    static RequestHead same;
    Parsed last;
    for (std::size_t n = 1; n <= size && last.step == Step::more; ++n) {
        last = parse_request(bytes.substr(0, n), same, slow);
    }
    CHECK(whole.step == last.step || size == 0);
    if (whole.step == Step::done) {
        CHECK(whole.consumed == last.consumed);
        const std::string_view rest = bytes.substr(whole.consumed);
        const BodyReader body(head.framing, head.content_length);
        CHECK(read_body(body, rest, size) == read_body(body, rest, 1));
    }
    static ResponseHead response;
    HeadScan response_scan;
    parse_response(bytes, response, response_scan, {});
    const BodyReader chunks(Framing::chunked, 0);
    CHECK(read_body(chunks, bytes, size + 1) == read_body(chunks, bytes, 1));
    return 0;
}
