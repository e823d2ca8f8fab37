// tiles: renders the map of an invented planet, tile by tile, and nothing is stored.
//
//     PORT=8080 tiles        then open http://127.0.0.1:8080/
//
// A tile costs a few milliseconds of CPU: work that more pods really do faster.

#include <signal.h>
#include <sys/signalfd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/loop_io.hpp"
#include "http/server_io.hpp"
#include "page.hpp"

namespace {

using swell::http::Request;
using swell::http::Responder;
using Bytes = std::string;

constexpr int size = 256;    // pixels of a tile's side
constexpr int deepest = 16;  // zoom
constexpr int colours = 16;  // of the land, by height
constexpr int shades = 16;   // of each colour, by slope

/// Tile x of 2^z from west to east, y of 2^z from north to south, as web maps number them.
struct Tile {
    int z, x, y;
};

// --- the planet ---------------------------------------------------------------------------------

/// A height in [0, 1) for each corner of a grid that is `period` wide and closes around the planet.
float corner(int x, int y, int period) {
    const auto wrapped = static_cast<std::uint32_t>(x & (period - 1));
    std::uint32_t hash = wrapped * 0x9e3779b1u ^ static_cast<std::uint32_t>(y) * 0x85ebca77u ^
                         static_cast<std::uint32_t>(period) * 0xc2b2ae3du;
    hash = (hash ^ (hash >> 15)) * 0x2c1b3c6du;
    hash = (hash ^ (hash >> 12)) * 0x297a2d39u;
    return static_cast<float>(hash >> 8) * 0x1p-24f;
}

float smooth(float t) { return t * t * (3 - 2 * t); }
float mix(float from, float to, float t) { return from + (to - from) * t; }

/// Adds one octave of value noise to a row of heights; `step` is the grid's cells a pixel.
void add_octave(
    std::vector<float>& row, double west, double north, double step, int period, float weight
) {
    const int y = static_cast<int>(std::floor(north));
    const float down = smooth(static_cast<float>(north - y));
    float left = 0, right = 0;
    int at = -2;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double x = west + static_cast<double>(i) * step;
        const int cell = static_cast<int>(x);  // x is never negative: rounds down
        if (cell != at) {
            at = cell;
            left = mix(corner(cell, y, period), corner(cell, y + 1, period), down);
            right = mix(corner(cell + 1, y, period), corner(cell + 1, y + 1, period), down);
        }
        row[i] += weight * mix(left, right, smooth(static_cast<float>(x - cell)));
    }
}

/// Heights in [0, 1) of one row of pixels, one pixel wider than the tile on its east side.
std::vector<float> heights(const Tile& tile, int row) {
    std::vector<float> out(size + 1);
    float weight = 0.5f;
    // From continents down to what is two pixels wide.
    for (int octave = 2; octave <= tile.z + 7; ++octave) {
        const double cells = std::ldexp(1.0, octave - tile.z);  // of this octave in a tile
        const double north = (tile.y + (row + 0.5) / size) * cells;
        add_octave(out, (tile.x + 0.5 / size) * cells, north, cells / size, 1 << octave, weight);
        weight /= 2;
    }
    return out;
}

// --- the picture --------------------------------------------------------------------------------

struct Colour {
    double red, green, blue;
};

/// Sixteen colours from the deep sea to snow, each in sixteen lights: the PNG's palette.
Bytes palette() {
    constexpr std::array<Colour, colours> land = {{
        {18, 52, 110},
        {24, 66, 130},
        {32, 84, 152},
        {44, 104, 172},
        {62, 128, 190},
        {96, 160, 208},
        {222, 208, 150},
        {122, 168, 84},
        {96, 148, 70},
        {74, 128, 60},
        {66, 108, 54},
        {110, 112, 70},
        {132, 112, 86},
        {150, 136, 120},
        {196, 194, 194},
        {246, 248, 250},
    }};
    Bytes out;
    for (const Colour& colour : land) {
        for (int shade = 0; shade < shades; ++shade) {
            const double light = 0.55 + 0.6 * shade / (shades - 1);
            for (const double part : {colour.red, colour.green, colour.blue}) {
                out += static_cast<char>(static_cast<int>(std::min(part * light, 255.0)));
            }
        }
    }
    return out;
}

/// One byte a pixel, rows from north to south, each after a filter byte of 0: what PNG compresses.
Bytes paint(const Tile& tile) {
    Bytes out;
    out.reserve((size + 1) * size);
    std::vector<float> above = heights(tile, -1);
    // Deeper zooms see the same hills over more pixels, so a pixel's slope is smaller.
    const float steepness = 24.0f * static_cast<float>(std::pow(1.6, tile.z));
    for (int y = 0; y < size; ++y) {
        const std::vector<float> here = heights(tile, y);
        out += '\0';
        for (std::size_t x = 0; x < size; ++x) {
            const float height = std::clamp((here[x] - 0.25f) * 2.0f, 0.0f, 0.999f);
            const int colour = static_cast<int>(height * colours);
            // Light from the north-west; the sea is flat.
            const float slope = (here[x + 1] - here[x]) + (here[x] - above[x]);
            const float light =
                colour < 6 ? 0.75f : std::clamp(0.6f + slope * steepness, 0.0f, 1.0f);
            const int shade = static_cast<int>(light * (shades - 1));
            out += static_cast<char>(colour * shades + shade);
        }
        above = here;
    }
    return out;
}

// --- PNG (RFC 2083): a signature, then chunks of length, type, data, checksum --------------------

void append_number(Bytes& out, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift);
}

void append_chunk(Bytes& out, std::string_view type, const Bytes& data) {
    append_number(out, static_cast<std::uint32_t>(data.size()));
    const Bytes checked = Bytes(type) + data;
    out += checked;
    const auto* const bytes = reinterpret_cast<const Bytef*>(checked.data());
    append_number(
        out, static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(checked.size())))
    );
}

Bytes png(const Bytes& pixels) {
    static const Bytes colour_table = palette();
    Bytes header;
    append_number(header, size);
    append_number(header, size);
    header += Bytes(
        "\x08\x03\x00\x00\x00", 5
    );  // 8 bits, palette, deflate, no filter choice, no interlace
    uLongf length = compressBound(static_cast<uLong>(pixels.size()));
    Bytes compressed(length, '\0');
    compress2(
        reinterpret_cast<Bytef*>(compressed.data()),
        &length,
        reinterpret_cast<const Bytef*>(pixels.data()),
        static_cast<uLong>(pixels.size()),
        Z_BEST_SPEED
    );
    compressed.resize(length);
    Bytes out = "\x89PNG\r\n\x1a\n";
    append_chunk(out, "IHDR", header);
    append_chunk(out, "PLTE", colour_table);
    append_chunk(out, "IDAT", compressed);
    append_chunk(out, "IEND", "");
    return out;
}

// --- the service --------------------------------------------------------------------------------

/// `/tile/{z}/{x}/{y}.png`. The planet is round: x wraps; y does not.
std::optional<Tile> parse_tile(std::string_view path) {
    constexpr std::string_view before = "/tile/", after = ".png";
    if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
    path.remove_prefix(before.size());
    path.remove_suffix(after.size());
    std::array<int, 3> numbers{};
    const char* at = path.data();
    const char* const end = at + path.size();
    for (std::size_t i = 0; i < 3; ++i) {
        if (i > 0 && (at == end || *at++ != '/')) return std::nullopt;
        const auto read = std::from_chars(at, end, numbers[i]);
        if (read.ec != std::errc() || numbers[i] < 0) return std::nullopt;
        at = read.ptr;
    }
    const auto [z, x, y] = numbers;
    if (at != end || z > deepest || y >= 1 << z) return std::nullopt;
    return Tile{.z = z, .x = x & ((1 << z) - 1), .y = y};
}

/// Renders tiles one after another on a thread of its own, so that the loop always answers at once
/// whether the service is alive: a health check that queues behind the work calls a busy pod dead
/// when it is needed most. All but work() belongs to the loop's thread.
class Painter {
  public:
    explicit Painter(swell::Loop& loop)
        : loop_(loop), thread_([this](const std::stop_token& stop) { work(stop); }) {}

    void answer(const Tile& tile, Responder responder) {
        waiting_.push_back({tile, std::move(responder)});
        if (!busy_) next();
    }

  private:
    struct Order {
        Tile tile;
        Responder responder;
    };

    void next() {
        // Nobody waits for the tile of a visitor who left.
        while (!waiting_.empty() && waiting_.front().responder.gone()) waiting_.pop_front();
        busy_ = !waiting_.empty();
        if (!busy_) return;
        {
            const std::lock_guard lock(mutex_);
            ordered_ = waiting_.front().tile;
        }
        changed_.notify_one();
    }

    void done(Bytes picture) {
        waiting_.front().responder.send(
            {.headers = {{"Content-Type", "image/png"}}, .body = std::move(picture)}
        );
        waiting_.pop_front();
        next();
    }

    void work(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [this] { return ordered_.has_value(); })) {
            const Tile tile = *std::exchange(ordered_, std::nullopt);
            lock.unlock();
            loop_.post([this, picture = png(paint(tile))]() mutable { done(std::move(picture)); });
            lock.lock();
        }
    }

    swell::Loop& loop_;
    std::deque<Order> waiting_;  // the first is being painted while busy_
    bool busy_ = false;
    std::mutex mutex_;  // guards ordered_
    std::condition_variable_any changed_;
    std::optional<Tile> ordered_;
    std::jthread thread_;  // the last: it ends before what it uses
};

void answer(const Request& request, const Responder& responder, Painter& painter) {
    if (const auto tile = parse_tile(request.target)) {
        painter.answer(*tile, responder);
    } else if (request.target == "/healthz") {
        responder.send(swell::http::text_response(200, "ok\n"));
    } else if (request.target == "/") {
        responder.send({.headers = {{"Content-Type", "text/html"}}, .body = Bytes(page)});
    } else {
        responder.send(swell::http::text_response(404, "try /tile/3/3/4.png\n"));
    }
}

}  // namespace

int main() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    const swell::Fd signalled(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));

    swell::Loop loop;
    Painter painter(loop);
    swell::http::Server server(loop, [&](const Request& request, const Responder& responder) {
        answer(request, responder, painter);
    });
    const char* const port = std::getenv("PORT");
    const auto listening =
        server.listen(std::string("127.0.0.1:") + (port != nullptr ? port : "8080"));
    if (!listening) {
        std::fprintf(stderr, "tiles: %s\n", listening.error().what.c_str());
        return 1;
    }
    std::printf("tiles: http://127.0.0.1:%d/\n", static_cast<int>(*listening));
    std::fflush(stdout);
    // Whoever sends us requests may not know yet that we go: for half a second they are answered.
    loop.watch(*signalled, {.readable = true}, [&](swell::Loop::Ready) {
        loop.forget(*signalled);
        server.drain(std::chrono::milliseconds{500}, [&] { loop.stop(); });
    });
    loop.run();
}
