#include "cluster/api/api.hpp"

#include <algorithm>

#include "cluster/admission/apply.hpp"
#include "cluster/admission/refusal.hpp"
#include "cluster/admission/resize.hpp"
#include "cluster/api/field_selector.hpp"
#include "cluster/api/patch.hpp"
#include "cluster/api/scale.hpp"
#include "cluster/list.hpp"
#include "http/exchange.hpp"
#include "spec/described.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/read.hpp"

namespace swell::cluster {

namespace {

Key key_at(const ApiPath& path) {
    return {
        path.kind->name, path.kind->namespaced && path.ns.empty() ? "default" : path.ns, path.name
    };
}

std::string text_of(const std::map<std::string, std::string>& query, const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

/// A pod as it is, but for the resources of its containers and its own, which are those of
/// `wanted`.
Object resized(const Object& stored, const Object& wanted) {
    spec::Pod next = stored.as<spec::Pod>();
    next.metadata.resource_version = wanted.metadata().resource_version;
    const spec::PodSpec& asked = wanted.as<spec::Pod>().spec;
    next.spec = with_resources_of(next.spec, asked);
    return next;
}

ApiResponse refuse(const Failure& failure) { return answer(to_json(failure), failure.code); }

/// Kinds that a PUT creates where they are not. Source: AllowCreateOnUpdate of the strategies in
/// k8s.io/kubernetes/pkg/registry (1.37).
bool is_created_by_update(const spec::Kind& kind) {
    return &kind == &spec::kind_of<spec::LimitRange>() ||
           &kind == &spec::kind_of<spec::Service>() || &kind == &spec::kind_of<spec::Event>();
}

/// Kinds whose deletion is answered with the object. Source: ReturnDeletedObject, as above.
bool is_answered_when_deleted(const spec::Kind& kind) {
    return &kind == &spec::kind_of<spec::Pod>() || &kind == &spec::kind_of<spec::Service>() ||
           &kind == &spec::kind_of<spec::ResourceQuota>();
}

/// Whether a kind has a part that is written by itself.
bool has_part(const spec::Kind& kind, const std::string& subresource) {
    if (subresource.empty() || subresource == "status") return true;
    if (subresource == "resize") return &kind == &spec::kind_of<spec::Pod>();
    return subresource == "scale" && (&kind == &spec::kind_of<spec::Deployment>() ||
                                      &kind == &spec::kind_of<spec::ReplicaSet>());
}

/// A patch that does not fit its object. Kubernetes does not say why; a cause does here.
Failure unfit_patch(const std::string& why) {
    Failure failure =
        failure_of({Code::invalid, "the server rejected our request due to an error in our request"}
        );
    failure.details = Failure::Details{};
    failure.details->causes.push_back({"UnexpectedServerResponse", why, ""});
    return failure;
}

bool is_told(const spec::Problems& problems, const spec::Problem& one) {
    return std::ranges::any_of(problems, [&](const spec::Problem& told) {
        return told.path == one.path && told.what == one.what;
    });
}

/// Where a name is yet to be made, its start is told.
const std::string& name_of(const Object& object) {
    const spec::ObjectMeta& metadata = object.metadata();
    return metadata.name.empty() ? metadata.generate_name : metadata.name;
}

ApiResponse refuse(const Error& error, const Object& object) {
    return refuse(failure_of(error, object.kind(), name_of(object)));
}

}  // namespace

ApiResponse answer(const Json& json, int status) {
    // Bytes that are no UTF-8 (a log, a name from outside) must not end the server.
    return {
        status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
    };
}

ApiResponse failure(const Error& error) { return refuse(failure_of(error)); }

Result<Query> query_of(const ApiPath& path) {
    Query query{.kind = path.kind->name, .ns = path.ns};
    const std::string labels = text_of(path.query, "labelSelector");
    auto selector = spec::Selector::parse(labels);
    if (!selector) return std::unexpected(selector.error());
    query.labels = std::move(*selector);
    auto fields = parse_field_selector(text_of(path.query, "fieldSelector"));
    if (!fields) return std::unexpected(fields.error());
    const spec::Described described(*path.kind);
    for (const FieldRequirement& wanted : *fields)
        if (wanted.path != "metadata.name" && !described.has(wanted.path))
            return fail(Code::invalid, "field label not supported: " + wanted.path);
    query.fields = std::move(*fields);
    return query;
}

Result<Object> Api::admitted(Object object) const {
    if (!admission_) return object;
    return admission_(std::move(object));
}

ApiResponse Api::handle(const ApiRequest& request) {
    const auto target = http::parse_target(request.target);
    if (!target) return refuse(bad_request(target.error().what));
    if (request.method == "POST" && target->path == "/swell/v1/apply")
        return apply_all(request.body);
    if (const auto found = routes_.find(request.method + " " + target->path);
        found != routes_.end())
        return found->second(target->query);
    const auto path = parse_path(request.target);
    if (!path) return refuse(no_such_resource());
    if (request.method == "GET") return read(*path);
    const auto options = write_options(request.method, path->query, request.body);
    if (!options) return refuse(options.error());
    if (!options->dry_run) return write(request, *path, *options);
    if (!rehearsal_) return refuse(bad_request("dryRun: not possible with this server"));
    ApiResponse rehearsed;
    rehearsal_([&] { rehearsed = write(request, *path, *options); });
    return rehearsed;
}

ApiResponse Api::write(
    const ApiRequest& request, const ApiPath& path, const WriteOptions& options
) {
    const bool changes = request.method == "PUT" || request.method == "PATCH";
    if (!path.subresource.empty() && changes && !has_part(*path.kind, path.subresource))
        return refuse(no_such_resource());
    if (!path.subresource.empty() && !changes) return refuse(method_not_allowed());
    const bool of_one = !path.name.empty();
    if (request.method == "PATCH" && of_one) return patch(path, request);
    if (request.method == "DELETE" && of_one) return remove(path, options);
    if (request.method != (of_one ? "PUT" : "POST")) return refuse(method_not_allowed());
    const auto json = parse_body(request.body);
    if (!json) return refuse(unrecognized(*path.kind, request.body, json.error()));
    if (path.subresource == "scale") return set_scale(path, *json);
    const auto body = read_body(path, *json);
    if (!body) return refuse(body.error());
    return of_one ? replace(path, *body) : create(*body);
}

ApiResponse Api::read(const ApiPath& path) const {
    if (path.name.empty()) {
        const auto query = query_of(path);
        if (!query) return refuse(bad_request(query.error().what));
        const std::uint64_t version = cluster_.version();
        Json items = Json::array();
        for (const Object& object : cluster_.list(*query)) items.push_back(object.to_json());
        return answer(
            {{"apiVersion", path.kind->api_version},
             {"kind", std::string(path.kind->name) + "List"},
             {"metadata", {{"resourceVersion", std::to_string(version)}}},
             {"items", std::move(items)}}
        );
    }
    if (!path.subresource.empty() && !has_part(*path.kind, path.subresource))
        return refuse(no_such_resource());
    const auto object = cluster_.get(key_at(path));
    if (!object) return refuse(failure_of(object.error(), *path.kind, path.name));
    return answer(path.subresource == "scale" ? scale_json(*object) : object->to_json());
}

ApiResponse Api::create(const Body& body) {
    const Object& wanted = body.object;
    const spec::ObjectMeta& metadata = wanted.metadata();
    if (metadata.resource_version != 0)
        // An error that the original has no better word for than its code.
        return refuse(
            {.code = 500,
             .reason = "",
             .message = "resourceVersion should not be set on objects to be created",
             .details = {}}
        );
    auto problems = faults_of(body, completed(wanted, policies_of(metadata.ns)));
    if (problems.empty()) problems = faults_here(wanted);
    if (!problems.empty()) return refuse(unprocessable(wanted.kind(), metadata.name, problems));
    const auto object = admitted(wanted);
    if (!object) return refuse(object.error(), wanted);
    const auto stored = cluster_.create(object->without_status());
    if (stored) return answer(stored->to_json(), 201);
    Failure failure = failure_of(stored.error(), wanted.kind(), name_of(wanted));
    if (stored.error().code == Code::exists && !metadata.generate_name.empty()) {
        // Whoever says both has a name made, as the original sees it.
        failure.message += ", the server was not able to generate a unique name for the object";
        failure.details->retry_after_seconds = 1;
    }
    return refuse(failure);
}

/// What the object is with the patch is written at once: nobody can have changed it meanwhile, so
/// that only a patch that names a version itself can meet a conflict.
ApiResponse Api::patch(const ApiPath& path, const ApiRequest& request) {
    const auto type = patch_type(request.content_type);
    if (!type) return refuse(unsupported_media_type());
    const auto given = parse_body(request.body);
    if (!given) return refuse(bad_request("invalid JSON patch: " + given.error()));
    const bool is_list = *type == PatchType::json;
    if (is_list ? !given->is_array() : !given->is_object())
        return refuse(bad_request(
            std::string("error decoding patch: expected ") + (is_list ? "a list" : "an object")
        ));
    const auto stored = cluster_.get(key_at(path));
    if (!stored) return refuse(failure_of(stored.error(), *path.kind, path.name));
    const bool is_scale = path.subresource == "scale";
    auto wanted = patched(is_scale ? scale_json(*stored) : stored->to_json(), *given, *type);
    if (!wanted) return refuse(unfit_patch(wanted.error().what));
    if (is_scale) return set_scale(path, *wanted);
    const auto body = read_patched(path, std::move(*wanted), *given);
    if (!body) return refuse(body.error());
    const std::string& uid = body->object.metadata().uid;
    if (!uid.empty() && uid != stored->metadata().uid)
        return refuse(unprocessable(
            *path.kind,
            path.name,
            {spec::invalid("metadata.uid", spec::go_quoted(uid), "field is immutable")}
        ));
    return replace(path, *body);
}

ApiResponse Api::replace(const ApiPath& path, const Body& body) {
    const auto stored = cluster_.get(key_at(path));
    if (!stored && is_created_by_update(*path.kind) && path.subresource.empty())
        return create(body);
    if (!stored) return refuse(failure_of(stored.error(), *path.kind, path.name));
    const spec::ObjectMeta& given = body.object.metadata();
    if (const auto stale = conflict_with(*stored, given.uid, given.resource_version))
        return refuse(*stale, *stored);
    const bool resizes = path.subresource == "resize";
    const Object wanted = resizes ? resized(*stored, body.object) : body.object;
    auto problems = faults_of(body, wanted);
    if (path.subresource == "status") {
        if (!problems.empty()) return refuse(unprocessable(*path.kind, path.name, problems));
        const auto written = cluster_.update_status(wanted);
        return written ? answer(written->to_json()) : refuse(written.error(), *stored);
    }
    const auto policies = [&] { return policies_of(stored->metadata().ns); };
    for (spec::Problem& more : resizes ? faults_of_resize(wanted, *stored, policies())
                                       : faults_of_change(wanted, *stored))
        if (!is_told(problems, more)) problems.push_back(std::move(more));
    if (problems.empty()) problems = faults_here(wanted);
    if (!problems.empty()) return refuse(unprocessable(*path.kind, path.name, problems));
    auto object = admitted(wanted);
    if (!object) return refuse(object.error(), *stored);
    const auto written =
        resizes ? cluster_.resize(*std::move(object)) : cluster_.update(*std::move(object));
    return written ? answer(written->to_json()) : refuse(written.error(), *stored);
}

ApiResponse Api::set_scale(const ApiPath& path, const Json& body) {
    const auto wanted = replicas_in(body, path.name);
    if (!wanted) return refuse(wanted.error());
    const auto version = version_in(body);
    if (!version) return refuse(version.error());
    const auto object = cluster_.get(key_at(path));
    if (!object) return refuse(failure_of(object.error(), *path.kind, path.name));
    auto next = with_replicas(*object, *wanted);
    if (!next) return refuse(no_such_resource());
    if (*version != 0) {
        spec::ObjectMeta metadata = next->metadata();
        metadata.resource_version = *version;
        next = next->with_metadata(std::move(metadata));
    }
    const auto stored = cluster_.update(std::move(*next));
    return stored ? answer(scale_json(*stored)) : refuse(stored.error(), *object);
}

ApiResponse Api::remove(const ApiPath& path, const WriteOptions& options) {
    const auto stored = cluster_.get(key_at(path));
    if (!stored) return refuse(failure_of(stored.error(), *path.kind, path.name));
    if (const auto failed = unmet(*stored, options)) return refuse(*failed);
    const auto done = cluster_.remove(key_at(path), options.deletion);
    if (!done) return refuse(done.error(), *stored);
    const spec::ObjectMeta& metadata = stored->metadata();
    // What a grace period or a finalizer holds is told as it is now.
    if (const auto left = cluster_.get(key_at(path)); left && left->metadata().uid == metadata.uid)
        return answer(left->to_json());
    if (is_answered_when_deleted(*path.kind)) return answer(stored->to_json());
    Json details = {{"name", metadata.name}};
    if (const auto group = group_of(*path.kind); !group.empty()) details["group"] = group;
    details["kind"] = path.kind->plural;
    details["uid"] = metadata.uid;
    return answer(
        {{"kind", "Status"},
         {"apiVersion", "v1"},
         {"metadata", Json::object()},
         {"status", "Success"},
         {"details", std::move(details)}}
    );
}

Policies Api::policies_of(const std::string& ns) const {
    Policies policies;
    const spec::Kind& kind = spec::kind_of<spec::LimitRange>();
    for (const Object& object : cluster_.list({.kind = kind.name, .ns = ns}))
        policies.limit_ranges.push_back(object.as<spec::LimitRange>());
    return policies;
}

/// A pod with what admission gave it when it was created; others as they are.
Object Api::as_applied(const Object& manifest) const {
    if (!manifest.is<spec::Pod>()) return manifest;
    const auto live = cluster_.get(key_of(manifest));
    return live ? apply(*live, manifest, false) : manifest;
}

ApiResponse Api::apply_all(const std::string& body) {
    const auto read = parse_body(body);
    if (!read) return failure({Code::invalid, read.error()});
    const Json& json = *read;
    if (!json.is_object() || !json.contains("objects") || !json["objects"].is_array())
        return failure({Code::invalid, "the body must be {\"objects\": [...]}"});
    std::vector<Object> wanted;
    std::string problems;
    for (const Json& each : json["objects"]) {
        auto object = spec::read_json(each);
        if (object)
            if (const auto here = faults_here(as_applied(*object)); !here.empty())
                object = std::unexpected(invalid(*object, here));
        if (object) object = admitted(std::move(*object));
        if (object)
            wanted.push_back(std::move(*object));
        else
            problems += (problems.empty() ? "" : "\n") + object.error().what;
    }
    if (!problems.empty()) return failure({Code::invalid, problems});

    const bool dry_run = json.contains("dryRun") && json["dryRun"] == true;
    if (!dry_run || !rehearsal_) return apply_each(wanted, dry_run);
    ApiResponse rehearsed;
    rehearsal_([&] { rehearsed = apply_each(wanted, false); });
    return rehearsed;
}

ApiResponse Api::apply_each(const std::vector<Object>& wanted, bool dry_run) {
    std::vector<Object> hpas = list_all(cluster_, spec::horizontal_kinds());
    for (const Object& object : wanted)
        if (spec::horizontal_of(object)) hpas.push_back(object);
    Json results = Json::array();
    for (const Object& object : wanted) {
        const auto found = cluster_.get(key_of(object));
        const auto live = found ? std::optional<Object>(*found) : std::nullopt;
        bool scaled = false;
        for (const Object& hpa : hpas) scaled = scaled || scales(hpa, object);
        const Object next = apply(live, object, scaled);
        const char* action = live ? "unchanged" : "created";
        if (!dry_run) {
            const auto stored = live ? cluster_.update(next) : cluster_.create(next);
            if (!stored)
                return failure(
                    {stored.error().code, to_text(key_of(object)) + ": " + stored.error().what}
                );
            if (live && stored->metadata().resource_version != live->metadata().resource_version)
                action = "configured";
        } else if (live && (next.metadata() != live->metadata() ||
                            !next.kind().same_spec(next.value(), live->value()))) {
            action = "configured";
        }
        results.push_back({{"key", to_text(key_of(object))}, {"action", action}});
    }
    return answer({{"results", std::move(results)}});
}

}  // namespace swell::cluster
