#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// The verbs' side of the Unix socket: one blocking call a question. One thread.
class ApiClient {
  public:
    explicit ApiClient(std::string socket_path) : socket_(std::move(socket_path)) {}

    /// The JSON answer. Errors  unavailable: nobody listens (says how to start); otherwise the code
    /// and message that the server's Status object carries.
    Result<Json> call(
        const std::string& method, const std::string& target, const Json& body = nullptr
    ) const;
    /// The body as text.
    Result<std::string> text(const std::string& target) const;
    /// Calls `on_data` with each piece as it comes, until the server ends it.
    Result<void> stream(
        const std::string& target, const std::function<void(std::string_view)>& on_data
    ) const;

    /// Whether somebody answers.
    bool alive() const;

    Result<spec::Object> get(const spec::Kind& kind, const std::string& ns, const std::string& name)
        const;
    /// `query` as in a URL, without `?`.
    Result<std::vector<spec::Object>> list(
        const spec::Kind& kind, const std::string& ns, const std::string& query = ""
    ) const;
    Result<spec::Object> update(const spec::Object& object) const;

  private:
    std::string socket_;
};

}  // namespace swell::app
