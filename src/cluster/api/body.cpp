#include "cluster/api/body.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "base/yaml/node.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/autoscaling_errors.hpp"
#include "spec/kinds/field_error.hpp"
#include "spec/registry.hpp"

namespace swell::cluster {

namespace {

std::string printed(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_missing(const spec::Problem& problem) { return problem.what == "is required"; }

std::string text_in(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// An amount that is none, as the original tells it; empty where it is one.
std::string amount_fault(const Json* value) {
    if (value == nullptr || value->is_null()) return {};
    const std::string text = value->is_string() ? value->get<std::string>() : value->dump();
    const auto read = Quantity::parse(trim(text));
    return read ? "" : read.error().what;
}

using Faults = std::map<const Json*, const spec::Problem*>;

/// The first of these values in the order of the text, as a decoder comes to them.
const spec::Problem* first_in(const Json& json, const Faults& faults) {
    if (const auto found = faults.find(&json); found != faults.end()) return found->second;
    if (!json.is_structured()) return nullptr;
    for (const Json& part : json)
        if (const spec::Problem* const first = first_in(part, faults)) return first;
    return nullptr;
}

std::string text_of(const spec::Problem& problem, const Json& json) {
    if (problem.what.starts_with("expected a quantity"))
        if (std::string fault = amount_fault(value_at(json, problem.path)); !fault.empty())
            return fault;
    return problem.path + ": " + problem.what;
}

/// Why a body cannot be read: the first value of a wrong type, else all fields that are not known.
/// Empty where it can.
std::string reading_fault(const spec::Problems& problems, const Json& json) {
    std::string unknown;
    Faults faults;
    const spec::Problem* any = nullptr;
    for (const spec::Problem& problem : problems) {
        if (problem.warning || is_missing(problem)) continue;
        if (problem.what.starts_with("unknown field ")) {
            unknown += (unknown.empty() ? "strict decoding error: " : ", ");
            unknown += "unknown field " + spec::go_quoted(problem.path);
            continue;
        }
        if (any == nullptr) any = &problem;
        faults.emplace(value_at(json, problem.path), &problem);
    }
    if (any == nullptr) return unknown;
    const spec::Problem* const first = first_in(json, faults);
    return text_of(first != nullptr ? *first : *any, json);
}

/// `Pod in version "v1" cannot be handled as a Deployment: `
std::string cannot_be_handled(const Json& json, const spec::Kind& kind) {
    const std::string version = text_in(json, "apiVersion");
    const std::size_t slash = version.find('/');
    return text_in(json, "kind") + " in version " +
           spec::go_quoted(slash == std::string::npos ? version : version.substr(slash + 1)) +
           " cannot be handled as a " + std::string(kind.name) + ": ";
}

/// Kind and version as the path has them, if the body has none; what is wrong with those it has.
std::optional<Failure> settle_kind(const ApiPath& path, Json& json) {
    const spec::Kind& kind = *path.kind;
    for (const auto& [name, value] :
         {std::pair("apiVersion", kind.api_version), std::pair("kind", kind.name)})
        if (text_in(json, name).empty()) json[name] = value;
    const std::string version = text_in(json, "apiVersion"), word = text_in(json, "kind");
    if (spec::find_kind(version, word) == &kind) return std::nullopt;
    if (word == kind.name)
        return bad_request(
            "the API version in the data (" + version +
            ") does not match the expected API version (" + std::string(kind.api_version) + ")"
        );
    return bad_request(
        cannot_be_handled(json, kind) + "no kind " + spec::go_quoted(word) +
        " is registered for version " + spec::go_quoted(version) + " here"
    );
}

/// Namespace as the path has it, if the body has none.
std::optional<Failure> settle_place(const ApiPath& path, Json& json) {
    if (!json.contains("metadata") || !json["metadata"].is_object()) {
        if (json.contains("metadata") && !json["metadata"].is_null()) return std::nullopt;
        json["metadata"] = Json::object();
    }
    Json& metadata = json["metadata"];
    const std::string ns = text_in(metadata, "namespace");
    if (!path.kind->namespaced) {
        metadata.erase("namespace");
    } else if (ns.empty()) {
        if (!path.ns.empty()) metadata["namespace"] = path.ns;
    } else if (!path.ns.empty() && ns != path.ns) {
        return bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        );
    }
    const std::string name = text_in(metadata, "name");
    if (!path.name.empty() && name != path.name)
        return bad_request(
            "the name of the object (" + name + ") does not match the name on the URL (" +
            path.name + ")"
        );
    return std::nullopt;
}

/// not_read  answers what the reader complains of: (json, why) -> Failure
std::expected<Body, Failure> read(const ApiPath& path, Json json, const auto& not_read) {
    if (!json.is_object()) return std::unexpected(not_read(json, "it is no object"));
    if (auto wrong = settle_kind(path, json)) return std::unexpected(*std::move(wrong));
    // Where the object stands is looked at after it was read, as a whole.
    Json settled = json;
    auto misplaced = settle_place(path, settled);
    if (!misplaced) json = std::move(settled);
    spec::Problems problems;
    auto value = path.kind->read(yaml::Node::from_json(json), problems);
    if (const std::string fault = reading_fault(problems, json); !fault.empty())
        return std::unexpected(not_read(json, fault));
    if (misplaced) return std::unexpected(*std::move(misplaced));
    std::erase_if(problems, [](const spec::Problem& problem) { return !is_missing(problem); });
    return Body{std::move(json), spec::Object(*path.kind, std::move(value)), std::move(problems)};
}

/// The original's words for an HPA are kept apart from those of manifests; both find something, or
/// neither.
void tell_of_hpa(const spec::Object& object, spec::Problems& problems) {
    if (!object.is<spec::HorizontalPodAutoscaler>()) return;
    const auto& hpa = object.as<spec::HorizontalPodAutoscaler>();
    const spec::Problems errors = spec::autoscaling_errors(hpa.spec, "spec");
    if (errors.empty()) return;
    std::erase_if(problems, [](const spec::Problem& problem) {
        return problem.path.starts_with("spec");
    });
    problems.insert(problems.end(), errors.begin(), errors.end());
}

}  // namespace

std::expected<Json, std::string> parse_body(const std::string& text) {
    constexpr int most_levels = 200;
    bool deep = false;
    const Json::parser_callback_t look = [&](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > most_levels;
        return !deep;
    };
    Json json = Json::parse(text, look, false);
    if (deep) return std::unexpected("the body is nested deeper than 200 levels");
    if (json.is_discarded()) return std::unexpected("the body is not JSON");
    return json;
}

std::expected<Body, Failure> read_body(const ApiPath& path, Json json) {
    return read(path, std::move(json), [&](const Json& sent, const std::string& why) {
        if (!sent.is_object()) return unrecognized(*path.kind, printed(sent), why);
        return bad_request(cannot_be_handled(sent, *path.kind) + why);
    });
}

std::expected<Body, Failure> read_patched(const ApiPath& path, Json json, const Json& given) {
    return read(path, std::move(json), [&](const Json&, const std::string& why) {
        constexpr std::size_t longest = 4096;
        std::string patch = printed(given);
        if (patch.size() > longest) patch.replace(longest, std::string::npos, "...");
        return unprocessable(
            GroupWord{}, "", {spec::invalid("patch", spec::go_quoted(patch), why)}
        );
    });
}

spec::Problems faults_of(const Body& body, const spec::Object& object) {
    spec::Problems found = body.missing;
    object.kind().validate(object.value(), found);
    std::erase_if(found, [](const spec::Problem& problem) { return problem.warning; });
    tell_of_hpa(object, found);
    // The original looks at the metadata first.
    std::ranges::stable_partition(found, [](const spec::Problem& problem) {
        return problem.path.starts_with("metadata");
    });
    spec::Problems told;
    for (const spec::Problem& problem : found)
        for (spec::Problem& each : in_kubernetes_words(problem, body.json))
            told.push_back(std::move(each));
    return told;
}

Failure unrecognized(const spec::Kind& kind, const std::string& body, const std::string& why) {
    constexpr std::size_t shown = 30;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string start = body.substr(0, shown);
    if (!start.starts_with('{')) {
        start.clear();
        for (const char c : body.substr(0, shown)) {
            const auto byte = static_cast<unsigned char>(c);
            start += digits[byte >> 4U];
            start += digits[byte & 15U];
        }
    }
    if (body.size() > shown) start += " ...";
    if (body.empty()) start = "<empty>";
    return bad_request(
        "the object provided is unrecognized (must be of type " + std::string(kind.name) +
        "): couldn't get version/kind; json parse error: " + why + " (" + start + ")"
    );
}

}  // namespace swell::cluster
