#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/fd_io.hpp"
#include "base/json.hpp"
#include "base/loop_io.hpp"

namespace swell::proxy {

/// JSON values, one a line, over a stream socket; both ways.
///
/// Lines that are no JSON, and lines or unsent answers above 64 MiB, end the connection.
class Lines {
  public:
    struct Calls {
        std::function<void(Json)> on_value;
        std::function<void()> on_end;  ///< once; may destroy this object
    };

    /// The socket is connected, or about to be; non-blocking.
    Lines(Loop& loop, Fd fd, Calls calls);
    ~Lines();
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;

    /// Queues a value. After the end it does nothing.
    void send(const Json& value);

  private:
    void ready(Loop::Ready ready);
    bool read();
    bool take_lines();
    bool flush();
    void end();

    Loop& loop_;
    Fd fd_;
    Calls calls_;
    std::string in_;
    std::string out_;
    std::size_t scanned_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>();  // a call may destroy the caller
};

}  // namespace swell::proxy
