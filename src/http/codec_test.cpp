#include "http/codec.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace swell::http {
namespace {

/// A head, without its empty line, made of lines.
std::string lines(std::initializer_list<std::string_view> all) {
    std::string out;
    for (const std::string_view line : all) out.append(line).append("\r\n");
    return out.append("\r\n");
}

Parsed request(std::string_view bytes, RequestHead& head, const Limits& limits = {}) {
    HeadScan scan;
    return parse_request(bytes, head, scan, limits);
}

Parsed response(std::string_view bytes, ResponseHead& head, Answering answering = {}) {
    HeadScan scan;
    return parse_response(bytes, head, scan, answering);
}

TEST(HttpRequest, Good) {
    struct Case {
        const char* why;
        std::string bytes;
        const char* method;
        const char* path;
        const char* authority;
        Framing framing;
        std::uint64_t length;
        bool keep_alive;
        bool upgrade;
        bool expect;
    };
    using enum Framing;
    // clang-format off
    const Case cases[] = {
        // why, bytes, method, path, authority, framing, length, keep_alive, upgrade, expect
        {"the least there is", lines({"GET / HTTP/1.1", "Host: a"}), "GET", "/", "a", none, 0, true, false, false},
        {"an empty Host is a Host", lines({"GET / HTTP/1.1", "Host:"}), "GET", "/", "", none, 0, true, false, false},
        {"an empty line before it", "\r\n" + lines({"GET / HTTP/1.1", "Host: a"}), "GET", "/", "a", none, 0, true, false, false},
        {"space around a value", lines({"GET /x?y=z HTTP/1.1", "host: \t a:80 \t"}), "GET", "/x?y=z", "a:80", none, 0, true, false, false},
        {"absolute form decides over Host", lines({"GET http://b:1/p HTTP/1.1", "Host: a"}), "GET", "/p", "b:1", none, 0, true, false, false},
        {"absolute form without a path", lines({"GET http://b HTTP/1.1", "Host: a"}), "GET", "/", "b", none, 0, true, false, false},
        {"OPTIONS *", lines({"OPTIONS * HTTP/1.1", "Host: a"}), "OPTIONS", "*", "a", none, 0, true, false, false},
        {"HTTP/1.0 closes", lines({"GET / HTTP/1.0"}), "GET", "/", "", none, 0, false, false, false},
        {"HTTP/1.0 asks to keep", lines({"GET / HTTP/1.0", "Connection: Keep-Alive"}), "GET", "/", "", none, 0, true, false, false},
        {"HTTP/1.1 asks to close", lines({"GET / HTTP/1.1", "Host: a", "Connection: x, Close"}), "GET", "/", "a", none, 0, false, false, false},
        {"close wins", lines({"GET / HTTP/1.1", "Host: a", "Connection: keep-alive, close"}), "GET", "/", "a", none, 0, false, false, false},
        {"a body by length", lines({"POST / HTTP/1.1", "Host: a", "Content-Length: 12"}), "POST", "/", "a", length, 12, true, false, false},
        {"a body of no bytes", lines({"POST / HTTP/1.1", "Host: a", "Content-Length: 0"}), "POST", "/", "a", none, 0, true, false, false},
        {"a chunked body", lines({"POST / HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked"}), "POST", "/", "a", chunked, 0, true, false, false},
        {"a WebSocket", lines({"GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket"}), "GET", "/", "a", none, 0, true, true, false},
        {"Upgrade that Connection does not name", lines({"GET / HTTP/1.1", "Host: a", "Upgrade: websocket"}), "GET", "/", "a", none, 0, true, false, false},
        {"waits for 100", lines({"PUT / HTTP/1.1", "Host: a", "Content-Length: 1", "Expect: 100-Continue"}), "PUT", "/", "a", length, 1, true, false, true},
        {"no body, nothing to wait for", lines({"GET / HTTP/1.1", "Host: a", "Expect: 100-continue"}), "GET", "/", "a", none, 0, true, false, false},
        {"bytes above ASCII in a value", lines({"GET / HTTP/1.1", "Host: a", "X: \xc3\xa4"}), "GET", "/", "a", none, 0, true, false, false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        RequestHead head;
        const std::string bytes = c.bytes + "rest";
        const Parsed got = request(bytes, head);
        ASSERT_EQ(got.step, Step::done) << got.what;
        EXPECT_EQ(got.consumed, c.bytes.size());
        EXPECT_EQ(head.method, c.method);
        EXPECT_EQ(head.path, c.path);
        EXPECT_EQ(head.authority, c.authority);
        EXPECT_EQ(head.framing, c.framing);
        EXPECT_EQ(head.content_length, c.length);
        EXPECT_EQ(head.keep_alive, c.keep_alive);
        EXPECT_EQ(head.upgrade, c.upgrade);
        EXPECT_EQ(head.expect_continue, c.expect);
    }
}

TEST(HttpRequest, Refused) {
    struct Case {
        const char* why;
        std::string bytes;
        int status;
    };
    const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n";
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const auto with = [](const std::string& start, std::string_view field) {
        return start + std::string(field) + "\r\n\r\n";
    };
    // clang-format off
    const Case cases[] = {
        {"two lengths", with(post, "Content-Length: 5\r\nContent-Length: 6"), 400},
        {"two equal lengths", with(post, "Content-Length: 5\r\nContent-Length: 5"), 400},
        {"a list of lengths", with(post, "Content-Length: 5, 5"), 400},
        {"length and chunked", with(post, "Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
        {"chunked and length", with(post, "Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
        {"a signed length", with(post, "Content-Length: +5"), 400},
        {"a negative length", with(post, "Content-Length: -5"), 400},
        {"a hexadecimal length", with(post, "Content-Length: 0x5"), 400},
        {"an empty length", with(post, "Content-Length:"), 400},
        {"a length that overflows", with(post, "Content-Length: 18446744073709551616"), 400},
        {"two encodings", with(post, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), 400},
        {"chunked is not the only one", with(post, "Transfer-Encoding: gzip, chunked"), 501},
        {"an encoding that is almost chunked", with(post, "Transfer-Encoding: xchunked"), 501},
        {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"space before a colon", with(post, "Content-Length : 5"), 400},
        {"tab before a colon", with(post, "Transfer-Encoding\t: chunked"), 400},
        {"a folded line", with(get, "X: a\r\n b"), 400},
        {"a first header that begins with space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"no colon", with(get, "Hello"), 400},
        {"no name", with(get, ": x"), 400},
        {"a bare line feed", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"a bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"a bare carriage return in a value", with(get, "X: a\rb"), 400},
        {"NUL in a value", with(get, std::string_view("X: a\0b", 6)), 400},
        {"a control character in a value", with(get, "X: a\x01"), 400},
        {"DEL in a value", with(get, "X: a\x7f"), 400},
        {"NUL in a name", with(get, std::string_view("X\0: a", 5)), 400},
        {"no Host", "GET / HTTP/1.1\r\nX: a\r\n\r\n", 400},
        {"no headers at all", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", with(get, "Host: a"), 400},
        {"a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"http in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"two spaces after the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
        {"a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"bytes above ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"* for a GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a method of no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a method without end", std::string(40, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"two empty lines before it", "\r\n\r\n" + get + "\r\n", 400},
        {"a TLS hello, before any line", std::string("\x16\x03\x01", 3), 400},
        {"an expectation nobody knows", with(get, "Expect: 200-ok"), 417},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        RequestHead head;
        const Parsed got = request(c.bytes, head);
        EXPECT_EQ(got.step, Step::refused);
        EXPECT_EQ(got.status, c.status) << got.what;
    }
}

TEST(HttpRequest, BytesMayComeOneByOne) {
    const std::string bytes =
        lines({"POST /a HTTP/1.1", "Host: a", "Content-Length: 3", "X-Long: 12345"});
    RequestHead head;
    HeadScan scan;
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        ASSERT_EQ(parse_request(bytes.substr(0, n), head, scan).step, Step::more) << n;
    }
    const Parsed got = parse_request(bytes, head, scan);
    EXPECT_EQ(got.step, Step::done);
    EXPECT_EQ(got.consumed, bytes.size());
    EXPECT_EQ(head.headers.find("x-LONG"), "12345");
}

TEST(HttpRequest, Limits) {
    RequestHead head;
    const Limits small{.head_bytes = 64, .headers = 2};
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(request(start + "A: b\r\n\r\n", head, small).step, Step::done);
    EXPECT_EQ(request(start + "A: b\r\nC: d\r\n\r\n", head, small).status, 431);
    EXPECT_EQ(request(start + "A: " + std::string(60, 'x'), head, small).status, 431);
    EXPECT_EQ(request(start + "A: " + std::string(60, 'x') + "\r\n\r\n", head, small).status, 431);
    EXPECT_EQ(request("GET /" + std::string(64, 'x'), head, small).status, 414);

    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < max_headers; ++i) many += "A: b\r\n";
    EXPECT_EQ(request(many + "\r\n", head).step, Step::done);
    EXPECT_EQ(request(many + "A: b\r\n\r\n", head).status, 431);
}

TEST(HttpResponse, Good) {
    struct Case {
        const char* why;
        std::string bytes;
        Answering answering;
        int status;
        Framing framing;
        std::uint64_t length;
        bool keep_alive;
    };
    using enum Framing;
    // clang-format off
    const Case cases[] = {
        {"by length", lines({"HTTP/1.1 200 OK", "Content-Length: 5"}), {}, 200, length, 5, true},
        {"no reason", lines({"HTTP/1.1 200 ", "Content-Length: 5"}), {}, 200, length, 5, true},
        {"no reason, no space", lines({"HTTP/1.1 200", "Content-Length: 5"}), {}, 200, length, 5, true},
        {"empty", lines({"HTTP/1.1 200 OK", "Content-Length: 0"}), {}, 200, none, 0, true},
        {"chunked", lines({"HTTP/1.1 200 OK", "Transfer-Encoding: chunked"}), {}, 200, chunked, 0, true},
        {"until close", lines({"HTTP/1.1 200 OK"}), {}, 200, until_close, 0, false},
        {"to HEAD: a length but no body", lines({"HTTP/1.1 200 OK", "Content-Length: 5"}), {.head = true}, 200, none, 5, true},
        {"to HEAD: chunked but no body", lines({"HTTP/1.1 200 OK", "Transfer-Encoding: chunked"}), {.head = true}, 200, none, 0, true},
        {"304 has no body", lines({"HTTP/1.1 304 Not Modified", "Content-Length: 5"}), {}, 304, none, 5, true},
        {"204 has no body", lines({"HTTP/1.1 204 No Content"}), {}, 204, none, 0, true},
        {"100 has no body", lines({"HTTP/1.1 100 Continue"}), {}, 100, none, 0, true},
        {"101 to who asked", lines({"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket"}), {.upgrade = true}, 101, none, 0, true},
        {"HTTP/1.0 closes", lines({"HTTP/1.0 200 OK", "Content-Length: 5"}), {}, 200, length, 5, false},
        {"HTTP/1.0 keeps", lines({"HTTP/1.0 200 OK", "Content-Length: 5", "Connection: keep-alive"}), {}, 200, length, 5, true},
        {"asks to close", lines({"HTTP/1.1 200 OK", "Content-Length: 5", "Connection: close"}), {}, 200, length, 5, false},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        ResponseHead head;
        const std::string bytes = c.bytes + "rest";
        const Parsed got = response(bytes, head, c.answering);
        ASSERT_EQ(got.step, Step::done) << got.what;
        EXPECT_EQ(got.consumed, c.bytes.size());
        EXPECT_EQ(head.status, c.status);
        EXPECT_EQ(head.framing, c.framing);
        EXPECT_EQ(head.content_length, c.length);
        EXPECT_EQ(head.keep_alive, c.keep_alive);
        EXPECT_EQ(head.upgrade, c.status == 101);
    }
}

TEST(HttpResponse, Refused) {
    struct Case {
        const char* why;
        std::string bytes;
    };
    const Case cases[] = {
        {"garbage, told by its first bytes", "SSH-2.0"},
        {"HTTP/2", lines({"HTTP/2.0 200 OK"})},
        {"a status of two digits", lines({"HTTP/1.1 20 OK"})},
        {"a status of four digits", lines({"HTTP/1.1 2000 OK"})},
        {"a status below 100", lines({"HTTP/1.1 099 OK"})},
        {"a status above 599", lines({"HTTP/1.1 600 OK"})},
        {"a bare line feed", "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n"},
        {"an empty line before it", "\r\n" + lines({"HTTP/1.1 200 OK"})},
        {"two lengths", lines({"HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 5"})},
        {"length and chunked",
         lines({"HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: chunked"})},
        {"another encoding", lines({"HTTP/1.1 200 OK", "Transfer-Encoding: gzip"})},
        {"101 that nobody asked for", lines({"HTTP/1.1 101 Hello", "Upgrade: websocket"})},
        {"a control character in the reason", lines({"HTTP/1.1 200 \x01"})},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        ResponseHead head;
        const Parsed got = response(c.bytes, head);
        EXPECT_EQ(got.step, Step::refused);
        EXPECT_EQ(got.status, 502);
    }
}

struct Body {
    Step step = Step::more;
    std::size_t consumed = 0;
    std::string data;
    bool operator==(const Body&) const = default;
};

/// Reads `bytes` as they come, `stride` at a time.
Body read_body(BodyReader reader, std::string_view bytes, std::size_t stride) {
    Body body;
    for (std::size_t there = 0; there < bytes.size() && !reader.done();) {
        there = std::min(bytes.size(), there + stride);
        while (body.consumed < there && !reader.done()) {
            const auto piece = reader.next(bytes.substr(body.consumed, there - body.consumed));
            body.step = piece.step;
            body.consumed += piece.consumed;
            body.data += piece.data;
            if (piece.step == Step::refused) return body;
        }
    }
    body.step = reader.done() ? Step::done : Step::more;
    return body;
}

TEST(HttpBody, Chunked) {
    struct Case {
        const char* why;
        std::string bytes;
        Step step;
        std::string data;
        std::size_t left;  // bytes that belong to what follows
    };
    // clang-format off
    const Case cases[] = {
        {"one chunk", "5\r\nhello\r\n0\r\n\r\nGET", Step::done, "hello", 3},
        {"two chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", Step::done, "hello!", 0},
        {"hexadecimal, both cases", "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", Step::done, "01234567890123456789", 0},
        {"no data", "0\r\n\r\n", Step::done, "", 0},
        {"zero in more digits", "000\r\n\r\n", Step::done, "", 0},
        {"an extension", "1;a=\"b\"\r\nx\r\n0\r\n\r\n", Step::done, "x", 0},
        {"trailers", "1\r\nx\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", Step::done, "x", 0},
        {"not all there", "5\r\nhel", Step::more, "hel", 0},
        {"no size", "\r\n\r\n", Step::refused, "", 4},
        {"a signed size", "-1\r\n", Step::refused, "", 4},
        {"0x", "0x5\r\nhello\r\n0\r\n\r\n", Step::refused, "", 16},
        {"a space after the size", "5 \r\nhello\r\n0\r\n\r\n", Step::refused, "", 16},
        {"a size that overflows", "10000000000000000\r\n", Step::refused, "", 3},
        {"zeros without end", "00000000000000000", Step::refused, "", 1},
        {"a bare line feed after the size", "5\nhello\r\n0\r\n\r\n", Step::refused, "", 13},
        {"a bare line feed in an extension", "5;a\nhello\r\n0\r\n\r\n", Step::refused, "", 13},
        {"a bare carriage return in an extension", "5;a\rb\r\nhello", Step::refused, "", 8},
        {"longer than its size", "4\r\nhello\r\n0\r\n\r\n", Step::refused, "hell", 8},
        {"data without its line end", "5\r\nhello0\r\n\r\n", Step::refused, "hello", 5},
        {"a trailer that is a length", "0\r\nContent-Length: 5\r\n\r\n", Step::refused, "", 7},
        {"a trailer that is an encoding", "0\r\nTransfer-Encoding: a\r\n\r\n", Step::refused, "", 7},
        {"a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", Step::refused, "", 6},
        {"a bare line feed at the end", "0\r\n\n", Step::refused, "", 1},
    };
    // clang-format on
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const BodyReader reader(Framing::chunked, 0);
        const Body whole = read_body(reader, c.bytes, c.bytes.size());
        EXPECT_EQ(whole.step, c.step);
        EXPECT_EQ(whole.data, c.data);
        if (c.step == Step::done) {
            EXPECT_EQ(c.bytes.size() - whole.consumed, c.left);
        }
        EXPECT_EQ(read_body(reader, c.bytes, 1), whole) << "in pieces it reads differently";
        EXPECT_EQ(read_body(reader, c.bytes, 3), whole) << "in pieces it reads differently";
    }
}

TEST(HttpBody, ChunkedBounds) {
    const BodyReader reader(Framing::chunked, 0);
    EXPECT_EQ(read_body(reader, "1;" + std::string(1000, 'a'), 100).step, Step::more);
    EXPECT_EQ(read_body(reader, "1;" + std::string(1100, 'a'), 100).step, Step::refused);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 2000; ++i) trailers += "X-Y: abcdef\r\n";
    EXPECT_EQ(read_body(reader, trailers, 100).step, Step::refused);
}

TEST(HttpBody, LengthAndClose) {
    const Body by_length{Step::done, 5, "hello"};
    EXPECT_EQ(read_body({Framing::length, 5}, "helloGET", 8), by_length);
    EXPECT_EQ(read_body({Framing::length, 5}, "helloGET", 2), by_length);
    BodyReader until_close(Framing::until_close, 0);
    EXPECT_EQ(until_close.next("hello").data, "hello");
    EXPECT_FALSE(until_close.done());
    EXPECT_TRUE(until_close.may_end());
    EXPECT_TRUE(BodyReader(Framing::none, 0).done());
    EXPECT_TRUE(BodyReader(Framing::length, 0).done());
    EXPECT_FALSE(BodyReader(Framing::length, 1).may_end());
}

TEST(HttpWrite, HeadsReadBack) {
    const std::vector<Header> headers = {
        {.name = "Host", .value = "a"}, {.name = "X", .value = "y z"}
    };
    std::string out;
    append_request_head(out, "GET", "/p", headers);
    EXPECT_EQ(out, "GET /p HTTP/1.1\r\nHost: a\r\nX: y z\r\n\r\n");
    out.clear();
    append_response_head(out, 404, headers);
    EXPECT_EQ(out, "HTTP/1.1 404 Not Found\r\nHost: a\r\nX: y z\r\n\r\n");
    out.clear();
    append_chunk(out, std::string(26, 'x'));
    append_chunk(out, "");
    EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n");
}

TEST(HttpWrite, WhatAFieldMayCarry) {
    EXPECT_TRUE(is_field_value("a b\tc"));
    EXPECT_FALSE(is_field_value("a\r\nb: c"));
    EXPECT_FALSE(is_field_value(std::string_view("a\0", 2)));
    EXPECT_TRUE(is_token("X-Y_z"));
    EXPECT_FALSE(is_token("X Y"));
    EXPECT_FALSE(is_token(""));
    EXPECT_TRUE(is_idempotent("DELETE"));
    EXPECT_FALSE(is_idempotent("POST"));
    EXPECT_FALSE(is_idempotent("get"));
}

}  // namespace
}  // namespace swell::http
