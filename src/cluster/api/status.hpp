#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cluster/api/causes.hpp"
#include "spec/object.hpp"

// Kubernetes' Status objects: what the API answers when it does not do what it was asked.
//
// Source  k8s.io/apimachinery/pkg/api/errors and pkg/apis/meta/v1, Status (1.37).

namespace swell::cluster {

/// What a failure is about: a group, and in it a plural (`deployments`) or, of what is invalid, a
/// kind (`Deployment`).
struct GroupWord {
    std::string group, word;
};

struct Failure {
    /// What a program reads. What is empty or 0 is left out.
    struct Details {
        std::string name, group, kind, uid;
        std::vector<Cause> causes;
        int retry_after_seconds = 0;
    };
    int code = 500;                  ///< of HTTP
    std::string reason, message;     ///< reason: `NotFound`; empty is Kubernetes' `Unknown`
    std::optional<Details> details;  ///< an empty one is written as `{}`
};

/// The Status object, with its fields in Kubernetes' order.
Json to_json(const Failure& failure);

/// An error with its code's reason and nothing more.
Failure failure_of(const Error& error);
/// The same about an object: details say which.
Failure failure_of(const Error& error, const GroupWord& about, std::string_view name);
/// About an object of a kind: its plural, or its kind itself when it is invalid.
Failure failure_of(const Error& error, const spec::Kind& kind, std::string_view name);

/// `Deployment.apps "shop" is invalid: …`, with a cause for each problem; they are in Kubernetes'
/// words. Several are one list in brackets.
Failure unprocessable(
    const GroupWord& about, std::string_view name, const spec::Problems& problems
);
Failure unprocessable(
    const spec::Kind& kind, std::string_view name, const spec::Problems& problems
);

/// 400: the request cannot be understood.
Failure bad_request(std::string message);
/// 404: there is no such path, kind or part.
Failure no_such_resource();
/// 405.
Failure method_not_allowed();
/// 415, of a patch.
Failure unsupported_media_type();
/// 429: for now.
Failure too_many_requests(std::string message, int retry_after_seconds);

}  // namespace swell::cluster
