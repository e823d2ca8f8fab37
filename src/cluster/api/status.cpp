#include "cluster/api/status.hpp"

#include "cluster/admission/refusal.hpp"
#include "spec/kinds/field_error.hpp"

namespace swell::cluster {

namespace {

struct HttpWord {
    int status;
    const char* reason;
};

HttpWord http_word(Code code) {
    switch (code) {
        case Code::invalid:
            return {422, "Invalid"};
        case Code::not_found:
            return {404, "NotFound"};
        case Code::exists:
            return {409, "AlreadyExists"};
        case Code::forbidden:
            return {403, "Forbidden"};
        case Code::conflict:
            return {409, "Conflict"};
        case Code::expired:
            return {410, "Expired"};
        case Code::timeout:
            return {504, "Timeout"};
        case Code::cancelled:
            return {499, "Cancelled"};
        case Code::unavailable:
            return {503, "ServiceUnavailable"};
    }
    return {500, "InternalError"};
}

Json to_json(const Cause& cause) {
    Json json = Json::object();
    if (!cause.reason.empty()) json["reason"] = cause.reason;
    if (!cause.message.empty()) json["message"] = cause.message;
    if (!cause.field.empty()) json["field"] = cause.field;
    return json;
}

Json to_json(const Failure::Details& details) {
    Json json = Json::object();
    if (!details.name.empty()) json["name"] = details.name;
    if (!details.group.empty()) json["group"] = details.group;
    if (!details.kind.empty()) json["kind"] = details.kind;
    if (!details.uid.empty()) json["uid"] = details.uid;
    for (const Cause& cause : details.causes) json["causes"].push_back(to_json(cause));
    if (details.retry_after_seconds != 0) json["retryAfterSeconds"] = details.retry_after_seconds;
    return json;
}

/// What the API server says where it was not even a matter of objects.
Failure generic(int code, const char* reason, const char* message) {
    return {.code = code, .reason = reason, .message = message, .details = Failure::Details{}};
}

}  // namespace

Json to_json(const Failure& failure) {
    Json json = {
        {"kind", "Status"},
        {"apiVersion", "v1"},
        {"metadata", Json::object()},
        {"status", "Failure"},
        {"message", failure.message}
    };
    if (!failure.reason.empty()) json["reason"] = failure.reason;
    if (failure.details) json["details"] = to_json(*failure.details);
    json["code"] = failure.code;
    return json;
}

Failure failure_of(const Error& error) {
    const HttpWord word = http_word(error.code);
    return {.code = word.status, .reason = word.reason, .message = error.what, .details = {}};
}

Failure failure_of(const Error& error, const GroupWord& about, std::string_view name) {
    Failure failure = failure_of(error);
    failure.details = Failure::Details{
        .name = std::string(name),
        .group = about.group,
        .kind = about.word,
        .uid = {},
        .causes = {},
    };
    return failure;
}

Failure failure_of(const Error& error, const spec::Kind& kind, std::string_view name) {
    // Of these Kubernetes does not say what they are about.
    const bool of_server = error.code == Code::unavailable || error.code == Code::expired ||
                           error.code == Code::timeout || error.code == Code::cancelled;
    if (of_server) return failure_of(error);
    const auto word = error.code == Code::invalid ? kind.name : kind.plural;
    return failure_of(error, GroupWord{std::string(group_of(kind)), std::string(word)}, name);
}

Failure unprocessable(
    const GroupWord& about, std::string_view name, const spec::Problems& problems
) {
    const std::string kind = about.group.empty() ? about.word : about.word + "." + about.group;
    const std::string message =
        kind + " " + spec::go_quoted(name) + " is invalid: " + spec::together(problems);
    Failure failure = failure_of({Code::invalid, message}, about, name);
    for (const spec::Problem& problem : problems)
        failure.details->causes.push_back(cause_of(problem));
    return failure;
}

Failure unprocessable(
    const spec::Kind& kind, std::string_view name, const spec::Problems& problems
) {
    return unprocessable(
        GroupWord{std::string(group_of(kind)), std::string(kind.name)}, name, problems
    );
}

Failure bad_request(std::string message) {
    return {.code = 400, .reason = "BadRequest", .message = std::move(message), .details = {}};
}

Failure no_such_resource() {
    return generic(404, "NotFound", "the server could not find the requested resource");
}

Failure method_not_allowed() {
    return generic(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
    );
}

Failure unsupported_media_type() {
    Failure failure = bad_request(
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json-patch+json, application/merge-patch+json, "
        "application/strategic-merge-patch+json"
    );
    failure.code = 415;
    failure.reason = "UnsupportedMediaType";
    return failure;
}

Failure too_many_requests(std::string message, int retry_after_seconds) {
    Failure failure = generic(429, "TooManyRequests", "");
    failure.message = std::move(message);
    failure.details->retry_after_seconds = retry_after_seconds;
    return failure;
}

}  // namespace swell::cluster
