#include "cluster/api/options.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/text.hpp"
#include "cluster/admission/refusal.hpp"
#include "cluster/api/body.hpp"
#include "spec/kinds/field_error.hpp"

namespace swell::cluster {

namespace {

std::string kind_of_options(std::string_view method) {
    if (method == "POST") return "CreateOptions";
    if (method == "PUT") return "UpdateOptions";
    return method == "PATCH" ? "PatchOptions" : "DeleteOptions";
}

/// A query as the body that says the same.
Json as_body(const std::map<std::string, std::string>& query) {
    Json json = Json::object();
    for (const auto& [name, value] : query) {
        if (value.empty()) continue;
        if (name == "dryRun") json[name] = Json::array({value});
        if (name == "propagationPolicy") json[name] = value;
        if (name == "orphanDependents") json[name] = value == "true" || value == "1";
    }
    return json;
}

/// Bytes of a query need not be text.
std::string printed(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Failure not_read(const std::string& why) {
    return bad_request(
        "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: " + why
    );
}

std::expected<std::int64_t, Failure> seconds_in(const std::string& text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size()) return seconds;
    return std::unexpected(
        bad_request("strconv.ParseInt: parsing " + spec::go_quoted(text) + ": invalid syntax")
    );
}

class Options {
  public:
    Options(std::string_view method, const Json& json) : method_(method), json_(json) {}

    std::expected<WriteOptions, Failure> read() {
        if (!json_.is_object()) return std::unexpected(not_read("it is no object"));
        if (const std::string wrong = wrong_type(); !wrong.empty())
            return std::unexpected(not_read(wrong));
        dry_run();
        propagation();
        if (const auto seconds = json_.find("gracePeriodSeconds"); has(seconds))
            options_.deletion.grace_seconds = seconds->get<std::int64_t>();
        if (const auto conditions = json_.find("preconditions"); has(conditions)) {
            options_.uid = text(*conditions, "uid");
            options_.resource_version = text(*conditions, "resourceVersion");
        }
        if (problems_.empty()) return options_;
        return std::unexpected(
            unprocessable(GroupWord{"meta.k8s.io", kind_of_options(method_)}, "", problems_)
        );
    }

  private:
    bool has(Json::const_iterator found) const { return found != json_.end() && !found->is_null(); }

    static std::optional<std::string> text(const Json& object, const char* name) {
        const auto found = object.find(name);
        if (found == object.end() || !found->is_string()) return std::nullopt;
        return found->get<std::string>();
    }

    std::string wrong_type() const {
        const auto wrong = [&](const char* name, bool (*fits)(const Json&)) {
            const auto found = json_.find(name);
            return has(found) && !fits(*found);
        };
        const auto is_int64 = [](const Json& j) {
            constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
            return j.is_number_integer() &&
                   (!j.is_number_unsigned() || j.get<std::uint64_t>() <= most);
        };
        if (wrong("gracePeriodSeconds", is_int64)) return "gracePeriodSeconds: expected an integer";
        if (wrong("propagationPolicy", [](const Json& j) { return j.is_string(); }))
            return "propagationPolicy: expected a string";
        if (wrong("orphanDependents", [](const Json& j) { return j.is_boolean(); }))
            return "orphanDependents: expected true or false";
        if (wrong("preconditions", [](const Json& j) { return j.is_object(); }))
            return "preconditions: expected an object";
        // A condition that is not understood must not be taken for met.
        if (const auto conditions = json_.find("preconditions"); has(conditions))
            for (const char* const name : {"uid", "resourceVersion"})
                if (const auto found = conditions->find(name);
                    found != conditions->end() && !found->is_null() && !found->is_string())
                    return std::string("preconditions.") + name + ": expected a string";
        if (wrong("dryRun", [](const Json& j) { return j.is_array(); }))
            return "dryRun: expected a list";
        return {};
    }

    void dry_run() {
        const auto found = json_.find("dryRun");
        if (!has(found)) return;
        bool known = true;
        for (const Json& word : *found) known = known && word == "All";
        if (!known)
            problems_.push_back(
                {"dryRun", "Unsupported value: " + printed(*found) + ": supported values: \"All\""}
            );
        options_.dry_run = !found->empty();
    }

    /// What has dependents goes at once, and they behind it: `Foreground` is no other thing here.
    void propagation() {
        const auto policy = json_.find("propagationPolicy");
        const auto orphan = json_.find("orphanDependents");
        if (has(policy) && has(orphan))
            problems_.push_back(spec::invalid(
                "propagationPolicy",
                printed(*policy),
                "orphanDependents and deletionPropagation cannot be both set"
            ));
        if (has(orphan) && *orphan == true) options_.deletion.propagation = Propagation::orphan;
        if (!has(policy)) return;
        if (*policy == "Orphan")
            options_.deletion.propagation = Propagation::orphan;
        else if (*policy != "Foreground" && *policy != "Background")
            problems_.push_back(spec::unsupported(
                "propagationPolicy",
                policy->get<std::string>(),
                {"Foreground", "Background", "Orphan", "nil"}
            ));
    }

    std::string_view method_;
    const Json& json_;
    WriteOptions options_;
    spec::Problems problems_;
};

}  // namespace

std::expected<WriteOptions, Failure> write_options(
    std::string_view method,
    const std::map<std::string, std::string>& query,
    const std::string& body
) {
    if (method == "DELETE" && !trim(body).empty()) {
        const auto json = parse_body(body);
        if (!json) return std::unexpected(bad_request(json.error()));
        return Options(method, *json).read();
    }
    Json json = as_body(query);
    if (const auto grace = query.find("gracePeriodSeconds");
        method == "DELETE" && grace != query.end() && !grace->second.empty()) {
        const auto seconds = seconds_in(grace->second);
        if (!seconds) return std::unexpected(seconds.error());
        json["gracePeriodSeconds"] = *seconds;
    }
    return Options(method, json).read();
}

std::optional<Failure> unmet(const spec::Object& stored, const WriteOptions& options) {
    const spec::ObjectMeta& have = stored.metadata();
    const spec::Kind& kind = stored.kind();
    const std::string version = std::to_string(have.resource_version);
    std::string why;
    if (options.uid && *options.uid != have.uid)
        why = "the UID in the precondition (" + *options.uid +
              ") does not match the UID in record (" + have.uid +
              "). The object might have been deleted and then recreated";
    else if (options.resource_version && *options.resource_version != version)
        why = "the ResourceVersion in the precondition (" + *options.resource_version +
              ") does not match the ResourceVersion in record (" + version +
              "). The object might have been modified";
    else
        return std::nullopt;
    const std::string group(group_of(kind)), word(kind.name);
    const std::string what = "Operation cannot be fulfilled on " +
                             (group.empty() ? word : word + "." + group) + " " +
                             spec::go_quoted(have.name) + ": " + why;
    return failure_of({Code::conflict, what}, GroupWord{group, word}, have.name);
}

}  // namespace swell::cluster
