#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// What a verb is about: a kind, and one object of it when `name` is not empty.
struct Target {
    const spec::Kind* kind = nullptr;
    std::string name;
};

/// `hpa,deploy` · `hpa shop` · `hpa/shop deploy/shop` · `pods a b` · `deployment.apps/shop` ·
/// `all`: as kubectl reads them. Errors  invalid: an unknown kind names the nearest known one.
Result<std::vector<Target>> targets(const std::vector<std::string>& words);

/// `deployment/shop`, or `prod/…` forms of journal subjects: the subject text for an object.
std::string subject_of(const spec::Kind& kind, const std::string& ns, const std::string& name);

/// Why there is no decision to show about `about`: nothing was decided, and for one that sizes pods
/// when the first decision comes, for it decides once a period and not at once.
///
/// object  as the control plane has it; none when it has no such one, or does not run
std::string nothing_decided(
    const std::string& about, const std::optional<spec::Object>& object, Instant now
);
/// Why there is nothing to compare: it does not observe, has decided nothing since it does, or has
/// decided to want nothing.
enum class Decided { never, before_it_observed, as_observer };
std::string nothing_observed(
    const std::string& about,
    const std::optional<spec::Object>& object,
    Decided decided,
    Instant now
);

/// What `up --detach` says at its end, by the answer of /swell/v1/status. Objects may have been
/// added to a run that another terminal holds: they end with that one.
std::string where_it_runs(const Json& status);

/// What a Status object of the API says, as the verbs say it: an object that is not there is
/// `deployment/prod/shop not found`. Empty when it says nothing.
///
/// target  what was asked for: /apis/apps/v1/namespaces/prod/deployments/shop
std::string said_by(const Json& status, std::string_view target);

/// `NAME='COMMAND'` of --run. Errors  invalid.
struct Run {
    std::string name, command;
};
Result<std::vector<Run>> runs(const std::vector<std::string>& words);

}  // namespace swell::app
