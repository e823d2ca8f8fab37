#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "cluster/admission/admit.hpp"
#include "cluster/api/body.hpp"
#include "cluster/api/options.hpp"
#include "cluster/api/path.hpp"
#include "cluster/cluster.hpp"

namespace swell::cluster {

struct ApiRequest {
    std::string method, target, body;
    std::string content_type = {};
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
///            .../resize of a pod: its containers' resources alone
///     PATCH  the same; a merge patch, a strategic merge patch or a JSON patch (patch.hpp)
///     DELETE object; gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions: in
///            the query, or in a body of DeleteOptions
///     dryRun=All with any of them: the answer of a write that is not made
///     POST   /swell/v1/apply {"objects": [...], "dryRun": false}: create or update all, or none
///     when one is invalid and what the app adds with route()
///
/// Failures are Kubernetes' Status objects, with its messages (status.hpp). It does not wait:
/// watches and log streams are the server's (api_io.hpp). One thread.
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

    /// What is wrong with an object that only the world knows in which it is to live, in
    /// Kubernetes' words: each becomes a cause. Asked before admit().
    using Check = std::function<spec::Problems(const Object&)>;
    void check(Check check) { check_ = std::move(check); }

    /// Does writes and takes them back, for dry runs: they meet everything that a write meets,
    /// quotas and limit ranges too. Without it a dry run of a single object is refused, and one of
    /// an apply only reads the objects.
    using Rehearsal = std::function<void(const std::function<void()>& writes)>;
    void rehearse(Rehearsal rehearsal) { rehearsal_ = std::move(rehearsal); }

  private:
    ApiResponse write(const ApiRequest& request, const ApiPath& path, const WriteOptions& options);
    ApiResponse read(const ApiPath& path) const;
    ApiResponse create(const Body& body);
    ApiResponse replace(const ApiPath& path, const Body& body);
    ApiResponse patch(const ApiPath& path, const ApiRequest& request);
    ApiResponse set_scale(const ApiPath& path, const Json& body);
    ApiResponse remove(const ApiPath& path, const WriteOptions& options);
    Object as_applied(const Object& manifest) const;
    ApiResponse apply_all(const std::string& body);
    ApiResponse apply_each(const std::vector<Object>& wanted, bool dry_run);
    Result<Object> admitted(Object object) const;
    spec::Problems faults_here(const Object& object) const {
        return check_ ? check_(object) : spec::Problems{};
    }
    /// The limit ranges of a namespace, which complete pods before they are looked at.
    Policies policies_of(const std::string& ns) const;

    Cluster& cluster_;
    std::map<std::string, Handler> routes_;
    Check check_;
    Admission admission_;
    Rehearsal rehearsal_;
};

/// An error as Kubernetes answers it: a Status object with its HTTP code.
ApiResponse failure(const Error& error);

ApiResponse answer(const Json& json, int status = 200);

/// Which objects a collection's path and query ask for. Errors  invalid: a broken selector.
Result<Query> query_of(const ApiPath& path);

}  // namespace swell::cluster
