#include "cluster/api/api.hpp"

#include <algorithm>
#include <charconv>

#include "cluster/admission/apply.hpp"
#include "cluster/api/field_selector.hpp"
#include "cluster/api/patch.hpp"
#include "cluster/list.hpp"
#include "http/exchange.hpp"
#include "spec/described.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/read.hpp"

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

Key key_at(const ApiPath& path) {
    return {
        path.kind->name, path.kind->namespaced && path.ns.empty() ? "default" : path.ns, path.name
    };
}

std::string text_of(const std::map<std::string, std::string>& query, const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

Json scale_json(const Object& object) {
    const auto& metadata = object.metadata();
    Json status = Json::object();
    if (object.is<spec::Deployment>())
        status["replicas"] = object.as<spec::Deployment>().status.replicas;
    if (object.is<spec::ReplicaSet>())
        status["replicas"] = object.as<spec::ReplicaSet>().status.replicas;
    return {
        {"apiVersion", "autoscaling/v1"},
        {"kind", "Scale"},
        {"metadata",
         {{"name", metadata.name},
          {"namespace", metadata.ns},
          {"resourceVersion", std::to_string(metadata.resource_version)}}},
        {"spec", {{"replicas", replicas_of(object).value_or(0)}}},
        {"status", status}
    };
}

/// What reads and writes JSON further in may recurse; a body is bounded here, as a manifest is by
/// its reader.
Result<Json> json_of(const std::string& body) {
    constexpr int most_levels = 200;
    bool deep = false;
    const Json::parser_callback_t look = [&](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > most_levels;
        return !deep;
    };
    Json json = Json::parse(body, look, false);
    if (deep) return fail(Code::invalid, "the body is nested deeper than 200 levels");
    if (json.is_discarded()) return fail(Code::invalid, "the body is not JSON");
    return json;
}

/// `spec.replicas` of a Scale.
Result<std::int32_t> replicas_in(const Json& body) {
    constexpr std::int64_t most = 1'000'000;
    const Json::json_pointer at("/spec/replicas");
    if (!body.is_object() || !body.contains(at) || !body[at].is_number_integer())
        return fail(Code::invalid, "spec.replicas: must be an integer");
    const auto replicas = body[at].get<std::int64_t>();
    if (replicas < 0 || replicas > most)
        return fail(
            Code::invalid,
            "spec.replicas: must be from 0 to 1000000, got " + std::to_string(replicas)
        );
    return static_cast<std::int32_t>(replicas);
}

/// The path and the body must name the same object.
Result<Object> read_for(const ApiPath& path, const Json& body) {
    auto object = spec::read_json(body);
    if (!object) return object;
    const auto& metadata = object->metadata();
    if (&object->kind() != path.kind)
        return fail(
            Code::invalid,
            "kind: expected " + std::string(path.kind->name) + ", got " +
                std::string(object->kind().name)
        );
    if (!path.name.empty() && metadata.name != path.name)
        return fail(
            Code::invalid, "metadata.name: expected " + path.name + ", got " + metadata.name
        );
    if (!path.ns.empty() && metadata.ns != path.ns)
        return fail(
            Code::invalid, "metadata.namespace: expected " + path.ns + ", got " + metadata.ns
        );
    return object;
}

/// A pod as it is, but for the resources of its containers, which are those of `wanted`.
Result<Object> resized(const Cluster& cluster, const Object& wanted) {
    const auto stored = cluster.get(key_of(wanted));
    if (!stored) return stored;
    spec::Pod next = stored->as<spec::Pod>();
    next.metadata.resource_version = wanted.metadata().resource_version;
    const spec::PodSpec& asked = wanted.as<spec::Pod>().spec;
    const auto take = [](std::vector<spec::Container>& into, const auto& from) {
        for (spec::Container& container : into) {
            const auto one = std::ranges::find(from, container.name, &spec::Container::name);
            if (one != from.end()) container.resources = one->resources;
        }
    };
    if (asked.resources != spec::ResourceRequirements{} && asked.resources != next.spec.resources)
        return fail(
            Code::invalid, "spec.resources: what a pod has as a whole cannot change while it runs"
        );
    take(next.spec.containers, asked.containers);
    take(next.spec.init_containers, asked.init_containers);
    return Object(std::move(next));
}

ApiResponse refusal(int status, const char* reason, const std::string& message) {
    return answer(
        {{"kind", "Status"},
         {"apiVersion", "v1"},
         {"status", "Failure"},
         {"message", message},
         {"reason", reason},
         {"code", status}},
        status
    );
}

ApiResponse method_not_allowed() {
    return refusal(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
    );
}

/// Whether a kind has a part that is written by itself.
bool has_part(const spec::Kind& kind, const std::string& subresource) {
    if (subresource.empty() || subresource == "status") return true;
    if (subresource == "resize") return &kind == &spec::kind_of<spec::Pod>();
    return subresource == "scale" && (&kind == &spec::kind_of<spec::Deployment>() ||
                                      &kind == &spec::kind_of<spec::ReplicaSet>());
}

/// The version that a body asks for; 0: any.
Result<std::uint64_t> version_in(const Json& body) {
    static const Json::json_pointer at("/metadata/resourceVersion");
    if (!body.is_object() || !body.contains(at) || body[at].is_null()) return 0;
    const std::string text = body[at].is_string() ? body[at].get<std::string>() : body[at].dump();
    if (text.empty()) return 0;
    std::uint64_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || !body[at].is_string())
        return fail(
            Code::invalid, "metadata.resourceVersion: must be the text of a number, got " + text
        );
    return version;
}

}  // namespace

ApiResponse answer(const Json& json, int status) {
    // Bytes that are no UTF-8 (a log, a name from outside) must not end the server.
    return {
        status, "application/json", json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
    };
}

ApiResponse failure(const Error& error) {
    const HttpWord word = http_word(error.code);
    return refusal(word.status, word.reason, error.what);
}

std::optional<std::int32_t> replicas_of(const Object& object) {
    if (object.is<spec::Deployment>()) return object.as<spec::Deployment>().spec.replicas;
    if (object.is<spec::ReplicaSet>()) return object.as<spec::ReplicaSet>().spec.replicas;
    return {};
}

std::optional<Object> with_replicas(const Object& object, std::int32_t replicas) {
    if (object.is<spec::Deployment>()) {
        auto next = object.as<spec::Deployment>();
        next.spec.replicas = replicas;
        return Object(std::move(next));
    }
    if (object.is<spec::ReplicaSet>()) {
        auto next = object.as<spec::ReplicaSet>();
        next.spec.replicas = replicas;
        return Object(std::move(next));
    }
    return {};
}

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
    if (!target) return failure(target.error());
    if (request.method == "POST" && target->path == "/swell/v1/apply")
        return apply_all(request.body);
    if (const auto found = routes_.find(request.method + " " + target->path);
        found != routes_.end())
        return found->second(target->query);
    const auto path = parse_path(request.target);
    if (!path) return failure(path.error());
    if (request.method == "GET") return read(*path);
    const std::string dry_run = text_of(path->query, "dryRun");
    if (dry_run.empty()) return write(request, *path);
    if (dry_run != "All") return failure({Code::invalid, "dryRun: must be All, got " + dry_run});
    if (!rehearsal_) return failure({Code::invalid, "dryRun: not possible with this server"});
    ApiResponse rehearsed;
    rehearsal_([&] { rehearsed = write(request, *path); });
    return rehearsed;
}

ApiResponse Api::write(const ApiRequest& request, const ApiPath& path) {
    const bool changes = request.method == "PUT" || request.method == "PATCH";
    if (!path.subresource.empty() && changes && !has_part(*path.kind, path.subresource))
        return refusal(404, "NotFound", "the server could not find the requested resource");
    if (!path.subresource.empty() && !changes) return method_not_allowed();
    if (request.method == "POST" && path.name.empty()) return create(path, request.body);
    if (request.method == "PUT" && !path.name.empty()) {
        const auto json = json_of(request.body);
        return json ? replace(path, *json) : failure(json.error());
    }
    if (request.method == "PATCH" && !path.name.empty()) return patch(path, request);
    if (request.method == "DELETE" && !path.name.empty()) return remove(path);
    return method_not_allowed();
}

ApiResponse Api::read(const ApiPath& path) const {
    if (path.name.empty()) {
        const auto query = query_of(path);
        if (!query) return failure(query.error());
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
    const auto object = cluster_.get(key_at(path));
    if (!object) return failure(object.error());
    if (path.subresource.empty() || path.subresource == "status") return answer(object->to_json());
    if (path.subresource == "scale" && replicas_of(*object)) return answer(scale_json(*object));
    return failure(
        {Code::not_found, "no subresource " + path.subresource + " of " + to_text(key_at(path))}
    );
}

ApiResponse Api::create(const ApiPath& path, const std::string& body) {
    const auto json = json_of(body);
    if (!json) return failure(json.error());
    auto object = read_for(path, *json);
    if (object) object = admitted(std::move(*object));
    if (!object) return failure(object.error());
    const auto stored = cluster_.create(object->without_status());
    return stored ? answer(stored->to_json(), 201) : failure(stored.error());
}

/// What the object is with the patch is written at once: nobody can have changed it meanwhile, so
/// that only a patch that names a version itself can meet a conflict.
ApiResponse Api::patch(const ApiPath& path, const ApiRequest& request) {
    const auto type = patch_type(request.content_type);
    if (!type)
        return refusal(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/strategic-merge-patch+json"
        );
    const auto given = json_of(request.body);
    if (!given) return failure(given.error());
    const auto stored = cluster_.get(key_at(path));
    if (!stored) return failure(stored.error());
    const bool is_scale = path.subresource == "scale";
    const auto wanted = patched(is_scale ? scale_json(*stored) : stored->to_json(), *given, *type);
    return wanted ? replace(path, *wanted) : failure(wanted.error());
}

ApiResponse Api::replace(const ApiPath& path, const Json& body) {
    if (path.subresource == "scale") return set_scale(path, body);
    auto object = read_for(path, body);
    if (object && path.subresource == "resize") object = resized(cluster_, *object);
    if (!object) return failure(object.error());
    if (path.subresource == "status") {
        const auto stored = cluster_.update_status(std::move(*object));
        return stored ? answer(stored->to_json()) : failure(stored.error());
    }
    object = admitted(std::move(*object));
    if (!object) return failure(object.error());
    const auto stored = cluster_.update(std::move(*object));
    return stored ? answer(stored->to_json()) : failure(stored.error());
}

ApiResponse Api::set_scale(const ApiPath& path, const Json& body) {
    const auto wanted = replicas_in(body);
    if (!wanted) return failure(wanted.error());
    const auto object = cluster_.get(key_at(path));
    if (!object) return failure(object.error());
    auto next = with_replicas(*object, *wanted);
    if (!next) return failure({Code::invalid, to_text(key_at(path)) + " has no replicas to scale"});
    const auto version = version_in(body);
    if (!version) return failure(version.error());
    if (*version != 0) {
        spec::ObjectMeta metadata = next->metadata();
        metadata.resource_version = *version;
        next = next->with_metadata(std::move(metadata));
    }
    const auto stored = cluster_.update(std::move(*next));
    return stored ? answer(scale_json(*stored)) : failure(stored.error());
}

ApiResponse Api::remove(const ApiPath& path) {
    Cluster::Deletion deletion;
    const std::string grace = text_of(path.query, "gracePeriodSeconds");
    if (!grace.empty()) {
        std::int64_t seconds_given = 0;
        const auto [end, error] =
            std::from_chars(grace.data(), grace.data() + grace.size(), seconds_given);
        if (error != std::errc() || end != grace.data() + grace.size() || seconds_given < 0)
            return failure(
                {Code::invalid, "gracePeriodSeconds: must be a number of seconds, got " + grace}
            );
        deletion.grace_seconds = seconds_given;
    }
    if (text_of(path.query, "propagationPolicy") == "Orphan")
        deletion.propagation = Propagation::orphan;
    const auto done = cluster_.remove(key_at(path), deletion);
    if (!done) return failure(done.error());
    return answer({{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}});
}

ApiResponse Api::apply_all(const std::string& body) {
    const auto read = json_of(body);
    if (!read) return failure(read.error());
    const Json& json = *read;
    if (!json.is_object() || !json.contains("objects") || !json["objects"].is_array())
        return failure({Code::invalid, "the body must be {\"objects\": [...]}"});
    std::vector<Object> wanted;
    std::string problems;
    for (const Json& each : json["objects"]) {
        auto object = spec::read_json(each);
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
