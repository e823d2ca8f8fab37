#include "app/server/left_over.hpp"

#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"

namespace swell::app {

namespace {

constexpr std::size_t most_named = 5;

bool applied(const spec::Object& object) {
    return object.metadata().owner_references.empty() && !object.is<spec::Event>() &&
           !object.is<spec::EndpointSlice>();
}

}  // namespace

std::string left_over_words(LeftOver what, const std::vector<spec::Object>& objects) {
    std::string names;
    std::size_t count = 0;
    for (const auto& object : objects) {
        if (!applied(object) || ++count > most_named) continue;
        names += (names.empty() ? "" : ", ") + to_text(spec::key_of(object));
    }
    if (count == 0) return {};
    if (count > most_named) names += " and " + std::to_string(count - most_named) + " more";
    return (what == LeftOver::removed ? "removed " : "resumed ") + std::to_string(count) +
           (count == 1 ? " object" : " objects") +
           (what == LeftOver::removed ? " that a killed run left: "
                                      : " of an earlier `swell up --detach`: ") +
           names;
}

}  // namespace swell::app
