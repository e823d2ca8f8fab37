#include "hpa_validation.hpp"

#include <algorithm>

#include "from_json.hpp"
#include "sorted.hpp"
#include "spec/kinds/autoscaling_errors.hpp"
#include "spec/kinds/autoscaling_rules.hpp"
#include "spec/object.hpp"

namespace swell::conformance {
namespace {

/// Without order, and without the lists that are there and empty: Go leaves them out.
Json plain(const Json& json) {
    Json made = sorted(json);
    const auto prune = [](auto& self, Json& value) -> void {
        if (!value.is_structured()) return;
        for (auto& each : value) self(self, each);
        if (!value.is_object()) return;
        for (auto at = value.begin(); at != value.end();)
            at = at->is_array() && at->empty() ? value.erase(at) : std::next(at);
    };
    prune(prune, made);
    return made;
}

}  // namespace

bool is_hpa_validation_case(const Json& recorded) { return recorded.contains("specDefaulted"); }

std::string check_hpa_validation(const Json& recorded) {
    spec::HorizontalPodAutoscaler hpa;
    from_json(recorded.at("hpa"), hpa);
    spec::complete(hpa.spec);
    std::string difference;
    const spec::Object object(hpa);
    const auto wanted = plain(recorded.at("specDefaulted"));
    const auto got = plain(object.to_json().at("spec"));
    if (wanted != got)
        difference += "defaults: wanted " + wanted.dump() + ", got " + got.dump() + "\n";

    std::vector<std::string> errors;
    for (const spec::Problem& problem : spec::autoscaling_errors(hpa.spec, "spec"))
        errors.push_back(problem.path + ": " + problem.what);
    std::ranges::sort(errors);
    const Json none = Json::array();
    const Json expected = recorded.contains("errors") ? recorded["errors"] : none;
    if (expected != Json(errors))
        difference += "errors: wanted " + expected.dump() + ", got " + Json(errors).dump() + "\n";

    // What a manifest is told is worded otherwise; whether it is told anything is the same.
    spec::Problems findings;
    object.kind().validate(object.value(), findings);
    if (recorded.at("valid").get<bool>() != findings.empty())
        difference +=
            "valid: wanted " + recorded.at("valid").dump() + ", but the findings are " +
            (findings.empty() ? "none" : findings.front().path + ": " + findings.front().what) +
            "\n";
    return difference;
}

}  // namespace swell::conformance
