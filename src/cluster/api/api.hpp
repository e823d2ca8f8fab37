#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cluster/api/path.hpp"
#include "cluster/cluster.hpp"

namespace swell::cluster {

struct ApiRequest {
    std::string method, target, body;
};

struct ApiResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
};

/// The embedded API: Kubernetes' paths and answers over a Cluster, for `swell get` and its kin.
///
///     GET    collection or object; labelSelector, fieldSelector; .../scale
///     POST   collection: create
///     PUT    object: update; .../status: status alone; .../scale: spec.replicas alone
///     DELETE object; gracePeriodSeconds, propagationPolicy=Orphan
///     POST   /swell/v1/apply {"objects": [...], "dryRun": false}: create or update all, or none
///     when one is invalid and what the app adds with route()
///
/// Failures are Kubernetes Status objects. It does not wait: watches and log streams are the
/// server's (api_io.hpp). One thread.
class Api {
  public:
    using Handler = std::function<ApiResponse(const std::map<std::string, std::string>& query)>;

    explicit Api(Cluster& cluster) : cluster_(cluster) {}

    ApiResponse handle(const ApiRequest& request);

    /// Answers a method and path, without its query: `GET /swell/v1/top`.
    void route(std::string method_and_path, Handler handler) {
        routes_[std::move(method_and_path)] = std::move(handler);
    }

    /// Called with what is about to be stored by apply or create; its answer is stored, or its
    /// error given to the client. The embedded world checks here that pods can run.
    using Admission = std::function<Result<Object>(Object)>;
    void admit(Admission admission) { admission_ = std::move(admission); }

  private:
    ApiResponse read(const ApiPath& path) const;
    ApiResponse create(const ApiPath& path, const std::string& body);
    ApiResponse replace(const ApiPath& path, const std::string& body);
    ApiResponse set_scale(const ApiPath& path, const Json& body);
    ApiResponse remove(const ApiPath& path);
    ApiResponse apply_all(const std::string& body);
    Result<Object> admitted(Object object) const;

    Cluster& cluster_;
    std::map<std::string, Handler> routes_;
    Admission admission_;
};

/// An error as Kubernetes answers it: a Status object with its HTTP code.
ApiResponse failure(const Error& error);

ApiResponse answer(const Json& json, int status = 200);

/// Which objects a collection's path and query ask for. Errors  invalid: a broken selector.
Result<Query> query_of(const ApiPath& path);

/// `spec.replicas` of a scalable object, and the object with another number.
std::optional<std::int32_t> replicas_of(const Object& object);
std::optional<Object> with_replicas(const Object& object, std::int32_t replicas);

}  // namespace swell::cluster
