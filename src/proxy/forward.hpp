#pragma once

#include <string>
#include <string_view>

#include "http/codec.hpp"

/// What the proxy writes to either side, and what it does when an endpoint fails. Pure.
namespace swell::proxy {

/// What is added about the client.
struct Via {
    std::string_view client_ip;
};

/// The request head for the endpoint: origin form, HTTP/1.1, without the fields of the hop and
/// those that Connection names; with Host from the target, X-Forwarded-For (the client's address
/// after those that are there) and X-Forwarded-Proto (http when it is not there).
///
/// Framing is written anew from what was read, so that both sides see one length. An upgrade is
/// passed on. `Expect` is passed on, and the endpoint's `100 Continue` comes back.
void append_forwarded(std::string& out, const http::RequestHead& head, Via via);

/// How the body goes to the client.
enum class BodyMode : std::uint8_t {
    raw,      ///< as it comes
    chunk,    ///< it would end by closing: in chunks, and the connection can stay
    unchunk,  ///< it comes in chunks, which HTTP/1.0 does not know: as data, and then close
};

struct Reply {
    bool http10 = false;     ///< the client speaks HTTP/1.0
    bool keep_alive = true;  ///< the client's connection shall stay
};

BodyMode body_mode(const http::ResponseHead& head, Reply reply);
/// Whether the client's connection can stay after this response.
bool stays(const http::ResponseHead& head, Reply reply);

/// The response head for the client, as append_forwarded does it the other way. Also for 1xx.
void append_returned(std::string& out, const http::ResponseHead& head, Reply reply);

/// Why the proxy itself answers.
enum class Reason : std::uint8_t {
    bad_request,          ///< 400 and the codec's other refusals
    connect_unsupported,  ///< 405
    request_timeout,      ///< 408: the request did not come in time
    bad_response,         ///< 502: no HTTP
    upstream_closed,      ///< 502: closed before or inside the response head
    no_endpoint,          ///< 503: none is ready
    connect_failed,       ///< 503: none that is ready could be reached
    overloaded,           ///< 503: no descriptors, or too many wait
    upstream_timeout,     ///< 504
    client_closed,        ///< 499, never sent: the client went away
    response_cut,         ///< never sent: the endpoint broke off inside the response
};
inline constexpr std::size_t reasons = 11;

/// `no-endpoint`: as in the `X-Swell-Reason` field and in the metrics.
std::string_view word(Reason reason);
int status_of(Reason reason);

struct Refusal {
    Reason reason = Reason::bad_request;
    int status = 400;
    std::string_view what;  ///< one sentence for a person
    bool keep_alive = false;
    bool head = false;  ///< the request was HEAD: no body
};
/// A whole response: status, `X-Swell-Reason`, and `what` as its text.
void append_refusal(std::string& out, const Refusal& refusal);

/// How far a request was when its connection to an endpoint failed.
struct Failure {
    bool response_begun = false;  ///< a byte of the response was there
    bool written = false;         ///< a byte of the request went out
    bool replayable = false;      ///< every byte of the request is still here
    bool idempotent = false;
    bool reused = false;  ///< the connection had served before: it was closing, most likely
    int tries = 1;        ///< connections tried, this one included
};
/// Whether another connection may be tried: nothing was written, or doing it twice does no harm.
/// At most `most_tries` in all; a request that a fresh connection has died of is tried once more
/// only, lest one bad request bring down endpoint after endpoint.
bool may_retry(const Failure& failure);
inline constexpr int most_tries = 4;

}  // namespace swell::proxy
