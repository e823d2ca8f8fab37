#include "app/cli/words.hpp"

#include <chrono>

#include "base/text.hpp"
#include "cluster/api/path.hpp"
#include "control/vpa/controller.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/mode.hpp"
#include "spec/registry.hpp"

namespace swell::app {

namespace {

/// `deployments.apps`, `deployment.v1.apps`: a kind with its group.
const spec::Kind* kind_of_group(std::string_view word) {
    const auto dot = word.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const spec::Kind* const kind = spec::find_kind(word.substr(0, dot));
    const auto slash = kind == nullptr ? std::string_view::npos : kind->api_version.find('/');
    if (slash == std::string_view::npos) return nullptr;
    const std::string group(kind->api_version.substr(0, slash));
    const std::string version(kind->api_version.substr(slash + 1));
    const std::string_view rest = word.substr(dot + 1);
    return rest == group || rest == version + "." + group ? kind : nullptr;
}

Result<const spec::Kind*> kind_named(std::string_view word) {
    if (const spec::Kind* kind = spec::find_kind(word)) return kind;
    if (const spec::Kind* kind = kind_of_group(word)) return kind;
    std::vector<std::string_view> known;
    for (const spec::Kind* kind : spec::kinds()) {
        known.push_back(kind->plural);
        known.push_back(kind->name);
        known.insert(known.end(), kind->short_names.begin(), kind->short_names.end());
    }
    std::string what = "kind \"" + std::string(word) + "\" is not known";
    if (const auto near = nearest(word, known))
        what += ": did you mean \"" + std::string(*near) + "\"?";
    return fail(Code::invalid, what);
}

/// `: it decides every 60s, the first time in 42s at the latest`; empty for what sizes no pods. A
/// recommender that begins decides at once, so no control plane makes it later.
std::string when_it_decides(const std::optional<spec::Object>& object, bool is_first, Instant now) {
    if (!object || !spec::vertical_of(*object)) return "";
    const Duration period = control::vpa::Config{}.period;
    std::string text = ": it decides every " + to_age(period);
    const auto created = object->metadata().creation_timestamp;
    if (is_first && created && now < *created + period)
        text += ", the first time in " +
                to_age(std::chrono::ceil<std::chrono::seconds>(*created + period - now)) +
                " at the latest";
    return text;
}

}  // namespace

Result<std::vector<Target>> targets(const std::vector<std::string>& words) {
    std::vector<Target> result;
    if (words.empty()) return fail(Code::invalid, "say which kind: pods, deployments, hpa, …");
    if (words.front().find('/') != std::string::npos) {
        for (const std::string& word : words) {
            const auto slash = word.find('/');
            if (slash == std::string::npos || slash + 1 == word.size() || slash != word.rfind('/'))
                return fail(Code::invalid, "expected KIND/NAME, got " + word);
            const auto kind = kind_named(std::string_view(word).substr(0, slash));
            if (!kind) return std::unexpected(kind.error());
            result.push_back({*kind, word.substr(slash + 1)});
        }
        return result;
    }
    for (const std::string_view word : split(words.front(), ',')) {
        if (word == "all") {
            if (words.size() > 1) return fail(Code::invalid, "all takes no names");
            for (const char* each : {"pods", "services", "deployments", "replicasets", "hpa"})
                result.push_back({spec::find_kind(each), ""});
            continue;
        }
        const auto kind = kind_named(word);
        if (!kind) return std::unexpected(kind.error());
        for (std::size_t i = 1; i < words.size(); ++i) result.push_back({*kind, words[i]});
        if (words.size() == 1) result.push_back({*kind, ""});
    }
    return result;
}

std::string subject_of(const spec::Kind& kind, const std::string& ns, const std::string& name) {
    // The journal writes a kind by its short name where it has one that people use: hpa, vpa.
    const std::string word = kind.name == "HorizontalPodAutoscaler" ? "hpa"
                             : kind.name == "VerticalPodAutoscaler" ? "vpa"
                                                                    : "";
    if (!word.empty()) return word + "/" + (ns == "default" ? "" : ns + "/") + name;
    return spec::to_text({kind.name, ns, name});
}

std::string nothing_decided(
    const std::string& about, const std::optional<spec::Object>& object, Instant now
) {
    const std::string when = when_it_decides(object, true, now);
    return "nothing was decided about " + about + (when.empty() ? "" : " yet") + when;
}

std::string nothing_observed(
    const std::string& about,
    const std::optional<spec::Object>& object,
    Decided decided,
    Instant now
) {
    if (decided == Decided::as_observer)
        return about + " wanted nothing so far: swell explain " + about + " says why";
    if (!object || !spec::observes(object->metadata()))
        return about + " did not observe: annotate it with swell.dev/mode: Observe";
    const bool is_new = decided == Decided::never;
    return about + " observes, and has decided nothing " + (is_new ? "yet" : "since it does") +
           when_it_decides(object, is_new, now);
}

std::string where_it_runs(const Json& status) {
    if (status.value("detach", false))
        return "running in the background; `swell get pods` looks, `swell down` ends it";
    return "added to the run in the foreground (pid " +
           std::to_string(status.value("pid", std::int64_t{0})) +
           "), which ends with its terminal; `swell get pods` looks";
}

std::string said_by(const Json& status, std::string_view target) {
    if (!status.is_object()) return {};
    const auto text = [](const Json& object, const char* name) -> std::string {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : "";
    };
    const Json details = status.value("details", Json::object());
    const auto path = cluster::parse_path(target);
    const bool is_of_object =
        path && !path->name.empty() && details.is_object() && text(details, "name") == path->name;
    if (!is_of_object || text(status, "reason") != "NotFound") return text(status, "message");
    return spec::to_text({path->kind->name, path->ns, path->name}) + " not found";
}

Result<std::vector<Run>> runs(const std::vector<std::string>& words) {
    std::vector<Run> result;
    for (const std::string& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
            return fail(Code::invalid, "--run: expected NAME='COMMAND', got " + word);
        result.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return result;
}

}  // namespace swell::app
