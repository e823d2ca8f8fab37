#pragma once

#include <expected>
#include <string>
#include <utility>

namespace swell {

/// What a caller may branch on; everything else is told in `Error::what`.
enum class Code {
    invalid,      ///< the input is at fault; trying again cannot help
    not_found,    ///< no such object, file or endpoint
    exists,       ///< create of something that is there already
    forbidden,    ///< a policy stands against it: a quota, a limit range
    conflict,     ///< another write came first: read again, decide again
    expired,      ///< a watch asked for history that is no longer kept: list again
    unavailable,  ///< the other side is not there or refuses now
    timeout,      ///< the deadline passed
    cancelled,    ///< the caller gave up
};

/// An expected failure: a code for the program, a sentence for the person.
///
/// `what` says where, which and got: `spec.maxReplicas: must be >= minReplicas (3), got 2`.
struct Error {
    Code code = Code::invalid;
    std::string what;

    bool operator==(const Error&) const = default;
};

/// The word of a code as it appears in JSON and messages: `not_found`.
constexpr const char* word(Code code) {
    switch (code) {
        case Code::invalid:
            return "invalid";
        case Code::not_found:
            return "not_found";
        case Code::exists:
            return "exists";
        case Code::forbidden:
            return "forbidden";
        case Code::conflict:
            return "conflict";
        case Code::expired:
            return "expired";
        case Code::unavailable:
            return "unavailable";
        case Code::timeout:
            return "timeout";
        case Code::cancelled:
            return "cancelled";
    }
    return "invalid";
}

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Code::not_found, "deployment \"shop\" not found");`
inline std::unexpected<Error> fail(Code code, std::string what) {
    return std::unexpected(Error{code, std::move(what)});
}

}  // namespace swell
