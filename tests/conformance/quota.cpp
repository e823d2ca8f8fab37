#include "quota.hpp"

#include <algorithm>
#include <memory>

#include "base/sim_clock.hpp"
#include "cluster/admission/refusal.hpp"
#include "cluster/api/api.hpp"
#include "cluster/store/store.hpp"
#include "control/deployment/controller.hpp"
#include "control/replicaset/controller.hpp"
#include "from_json.hpp"
#include "journal/memory.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/read.hpp"
#include "spec/registry.hpp"

namespace swell::conformance {
namespace {

using namespace std::chrono_literals;
using spec::Object;

struct NoMetrics final : metrics::Metrics {
    Result<std::vector<metrics::PodMetrics>>
    pods(std::string_view, const std::function<bool(const std::map<std::string, std::string>&)>&)
        const override {
        return std::vector<metrics::PodMetrics>{};
    }
};

/// An HTTP answer, as far as it is recorded.
struct Answer {
    int code = 200;
    Json reason, message;
    Json stored;
};

const spec::Kind& kind_of(const std::string& name) {
    const spec::Kind& claim = spec::kind_of<spec::PersistentVolumeClaim>();
    if (name == claim.name) return claim;
    const spec::Kind* kind = spec::find_kind(name);
    if (kind == nullptr) throw std::invalid_argument("no such kind: " + name);
    return *kind;
}

Json json_of(const spec::ResourceList& list) {
    if (list.empty()) return {};
    Json json = Json::object();
    for (const auto& [name, amount] : list) json[name] = amount.text();
    return json;
}

Json json_of(const spec::ResourceRequirements& resources) {
    Json json = Json::object();
    if (!resources.limits.empty()) json["limits"] = json_of(resources.limits);
    if (!resources.requests.empty()) json["requests"] = json_of(resources.requests);
    return json;
}

Json stored_pod(const spec::Pod& pod) {
    const auto containers = [](const std::vector<spec::Container>& list) {
        Json json = Json::array();
        for (const spec::Container& each : list)
            json.push_back({{"name", each.name}, {"resources", json_of(each.resources)}});
        return json;
    };
    const auto& annotations = pod.metadata.annotations;
    Json json = {
        {"containers", containers(pod.spec.containers)},
        {"initContainers", containers(pod.spec.init_containers)},
        {"annotations", annotations.empty() ? Json() : Json(annotations)},
        {"qosClass", spec::quality_of_service(pod.spec)},
    };
    if (const Json own = json_of(pod.spec.resources); !own.empty()) json["podResources"] = own;
    return json;
}

Json stored_quota(const spec::ResourceQuotaStatus& status) {
    return {{"hard", json_of(status.hard)}, {"used", json_of(status.used)}};
}

/// Pods of a Deployment have names with a hash and five letters.
std::string without_pod_name(const std::string& deployment, std::string message) {
    const std::size_t at = message.find("\"" + deployment + "-");
    if (at == std::string::npos) return message;
    const std::size_t end = message.find('"', at + 1);
    return message.replace(at + 1, end - at - 1, deployment + "-HASH-RAND");
}

Json stored_deployment(const spec::Deployment& deployment) {
    Json failure;
    for (const spec::Condition& condition : deployment.status.conditions)
        if (condition.type == "ReplicaFailure")
            failure = {
                {"status", condition.status},
                {"reason", condition.reason},
                {"message", without_pod_name(deployment.metadata.name, condition.message)},
            };
    return {{"replicas", deployment.status.replicas}, {"replicaFailure", failure}};
}

/// null for kinds of which nothing is recorded.
Json stored(const Object& object) {
    if (object.is<spec::Pod>()) return stored_pod(object.as<spec::Pod>());
    if (object.is<spec::ResourceQuota>())
        return stored_quota(object.as<spec::ResourceQuota>().status);
    if (object.is<spec::LimitRange>()) return {{"spec", object.to_json()["spec"]}};
    if (object.is<spec::Deployment>()) return stored_deployment(object.as<spec::Deployment>());
    return {};
}

/// The API server of one namespace.
class Server {
  public:
    explicit Server(const Json& prerequisites) {
        if (prerequisites.is_array())
            for (const Json& each : prerequisites)
                if (each.value("kind", "") == "PriorityClass")
                    priority_classes_.push_back(each.at("metadata").at("name"));
        api_.admit([this](Object object) { return with_known_class(std::move(object)); });
        // A dry run is a write that is taken back.
        api_.rehearse([this](const std::function<void()>& writes) {
            static_cast<void>(store_->write_batch([&]() -> Result<void> {
                writes();
                return fail(Code::cancelled, "a dry run");
            }));
        });
        deployments_.start();
        replica_sets_.start();
    }

    Answer answer(const Json& step) {
        const std::string op = step.at("op"), name = step.at("name");
        const spec::Kind& kind = kind_of(step.at("kind"));
        const bool dry = step.value("dryRun", false);
        const auto ask = [&](const char* method, const std::string& part, const Json& body = {}) {
            const std::string patch = step.value("patchType", Json("")) == "strategic"
                                          ? "application/strategic-merge-patch+json"
                                          : "application/merge-patch+json";
            return api_.handle(
                {method, path(kind, name, part) + (dry ? "?dryRun=All" : ""), text(body), patch}
            );
        };
        if (op == "create" && &kind == &spec::kind_of<spec::PersistentVolumeClaim>())
            return claim(step.at("object"));
        if (op == "create")
            return answered(
                api_.handle(
                    {"POST", path(kind) + (dry ? "?dryRun=All" : ""), text(step.at("object"))}
                ),
                dry ? std::optional(stored_quota({})) : std::nullopt
            );
        // The path of an object without a name is that of the list.
        if (op == "get" && name.empty()) return {200, {}, {}, stored_quota({})};
        if (op == "get") return answered(ask("GET", ""));
        // No pod ever ran, so each is gone at once.
        if (op == "delete") {
            Answer done = answered(ask("DELETE", "", {{"gracePeriodSeconds", 0}}));
            done.stored = {};
            return done;
        }
        const auto before = store_->get({kind.name, "default", name});
        const auto unseen = dry && before ? std::optional(stored(*before)) : std::nullopt;
        const char* const part = op == "resize" ? "resize" : (op == "updateStatus" ? "status" : "");
        const bool whole = step.contains("object") && !step["object"].is_null();
        return answered(
            whole ? ask("PUT", part, step["object"]) : ask("PATCH", part, step.at("patch")), unseen
        );
    }

    /// Lets controllers and time do what they do.
    void settle() {
        for (int i = 0; i < 20; ++i) {
            clock_.run_for(100s);
            for (const Object& pod : store_->list({.kind = "Pod"}))
                if (pod.metadata().deletion_timestamp) end(spec::key_of(pod));
        }
    }

    Json quotas() const {
        Json all = Json::object();
        for (const Object& object : store_->list({.kind = "ResourceQuota"}))
            all[object.metadata().name] = stored(object);
        return all;
    }

    Json now(const spec::Key& key) const {
        const auto object = store_->get(key);
        return object ? stored(*object) : Json();
    }

  private:
    static std::string text(const Json& body) { return body.is_null() ? "" : body.dump(); }
    static std::string path(
        const spec::Kind& kind, const std::string& name = "", const std::string& part = ""
    ) {
        return cluster::path_of(kind, "default", name, part);
    }

    void end(const spec::Key& key) {
        static_cast<void>(store_->remove(
            key,
            {.grace_seconds = 0,
             .propagation = cluster::Propagation::background,
             .resource_version = 0}
        ));
    }

    /// quota  what a quota is answered with, which nothing has counted in a dry run
    static Answer answered(
        const cluster::ApiResponse& response, const std::optional<Json>& quota = {}
    ) {
        const Json body = Json::parse(response.body);
        if (response.status >= 400)
            return {
                response.status, body.value("reason", Json()), body.value("message", Json()), {}
            };
        const auto object = spec::read_trusted_json(body);
        if (!object) return {response.status, {}, {}, {}};
        const bool uncounted = quota && object->is<spec::ResourceQuota>();
        return {response.status, {}, {}, uncounted ? *quota : stored(*object)};
    }

    /// Claims are no objects of the API, but quotas count them.
    Answer claim(const Json& json) {
        spec::PersistentVolumeClaim claim;
        from_json(json, claim);
        claim.metadata.ns = "default";
        const Object object(claim);
        const auto made = store_->create(object);
        if (made) return {201, {}, {}, stored(*made)};
        const auto refused =
            cluster::failure_of(made.error(), object.kind(), object.metadata().name);
        return {refused.code, refused.reason, refused.message, {}};
    }

    Result<Object> with_known_class(Object object) const {
        if (!object.is<spec::Pod>()) return object;
        const auto unknown =
            cluster::unknown_priority_class(object.as<spec::Pod>(), priority_classes_);
        if (unknown) return std::unexpected(cluster::forbidden(object, *unknown));
        return object;
    }

    SimClock clock_{Instant{1'800'000'000s}};
    Rng rng_{1};
    std::unique_ptr<cluster::Store> store_ = *cluster::Store::open("", clock_, Rng(2));
    cluster::Api api_{*store_};
    NoMetrics metrics_;
    journal::MemoryJournal journal_;
    control::World world_{clock_, rng_, *store_, metrics_, journal_};
    control::DeploymentController deployments_{world_};
    control::ReplicaSetController replica_sets_{world_};
    std::vector<std::string> priority_classes_;
};

/// Whether `body` is the parts in some order, with commas between.
bool is_made_of(std::string_view body, std::vector<std::string> parts) {
    if (parts.empty()) return body.empty();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!body.starts_with(parts[i])) continue;
        std::string_view rest = body.substr(parts[i].size());
        const bool last = parts.size() == 1;
        if (!last && !rest.starts_with(", ")) continue;
        if (!last) rest.remove_prefix(2);
        std::vector<std::string> others = parts;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        if (is_made_of(rest, std::move(others))) return true;
    }
    return false;
}

bool is_message(const Json& wanted, const Json& out, const Json& got) {
    if (wanted == got) return true;
    if (!got.is_string() || !wanted.is_string()) return false;
    for (const Json& other : out.value("messageAlternatives", Json::array()))
        if (other == got) return true;
    if (!out.contains("unorderedParts")) return false;
    const std::string text = got, model = wanted;
    const std::size_t start = model.find(": [") + 3;
    return text.starts_with(model.substr(0, start)) && text.ends_with(']') &&
           is_made_of(
               std::string_view(text).substr(start, text.size() - start - 1),
               out["unorderedParts"].get<std::vector<std::string>>()
           );
}

/// Without order of fields, and amounts as numbers: the unit of a sum depends on which pod the
/// original happened to count first.
bool same(const Json& a, const Json& b) {
    if (a.is_string() && b.is_string() && a != b) {
        const auto one = Quantity::parse(a.get<std::string>());
        const auto other = Quantity::parse(b.get<std::string>());
        return one && other && *one == *other;
    }
    if (!a.is_structured() || a.type() != b.type() || a.size() != b.size()) return a == b;
    if (a.is_array()) return std::ranges::equal(a, b, same);
    return std::ranges::all_of(a.items(), [&](const auto& field) {
        return b.contains(field.key()) && same(field.value(), b[field.key()]);
    });
}

/// Of a Deployment's failure the figures depend on timing.
Json without_figures(Json stored) {
    if (!stored.is_object() || !stored.contains("replicaFailure")) return stored;
    Json& failure = stored["replicaFailure"];
    if (!failure.is_object()) return stored;
    failure.erase("messageAlternatives");
    const std::string message = failure["message"];
    failure["message"] = message.substr(0, message.find(", used:"));
    return stored;
}

bool is_stored(const Json& out, const Json& got) {
    const Json mine = without_figures(got);
    if (same(without_figures(out.value("stored", Json())), mine)) return true;
    for (const Json& other : out.value("storedAlternatives", Json::array()))
        if (same(without_figures(other), mine)) return true;
    // Nothing is stored by what was refused.
    const Json stored = out.value("stored", Json());
    if (!stored.is_object()) return false;
    const Json failure = stored.value("replicaFailure", Json());
    if (!failure.is_object()) return false;
    for (const Json& text : failure.value("messageAlternatives", Json::array())) {
        Json other = stored;
        other["replicaFailure"]["message"] = text;
        if (same(without_figures(other), mine)) return true;
    }
    return false;
}

}  // namespace

std::string check_quota(const Json& recorded) {
    Server server(recorded.value("prerequisites", Json()));
    std::size_t number = 0;
    for (const Json& step : recorded.at("steps")) {
        const Json& out = step.at("out");
        Answer got = server.answer(step);
        server.settle();
        std::string difference;
        const auto expect = [&](const char* what, bool matches, const Json& wanted, const Json& is
                            ) {
            if (!matches)
                difference += std::string("  ") + what + ": wanted " + wanted.dump() + ", got " +
                              is.dump() + "\n";
        };
        expect("code", out.at("code") == got.code, out.at("code"), got.code);
        expect("reason", out.at("reason") == got.reason, out.at("reason"), got.reason);
        expect(
            "message",
            is_message(out.at("message"), out, got.message),
            out.at("message"),
            got.message
        );
        // Recorded after the controllers had caught up.
        const std::string kind = step.at("kind");
        const bool settles = kind == "Deployment" || kind == "ResourceQuota";
        const bool named = !step.at("name").get<std::string>().empty();
        if (settles && named && !step.value("dryRun", false) && !got.stored.is_null())
            got.stored = server.now({kind, "default", step.at("name")});
        expect("stored", is_stored(out, got.stored), out.at("stored"), got.stored);
        if (out.contains("quotasAfter"))
            expect(
                "quotas after",
                same(out["quotasAfter"], server.quotas()),
                out["quotasAfter"],
                server.quotas()
            );
        if (!difference.empty())
            return "step " + std::to_string(number) + " " + step.dump().substr(0, 600) + "\n" +
                   difference;
        ++number;
    }
    return {};
}

}  // namespace swell::conformance
