#include "cluster/store/events.hpp"

#include <array>
#include <cstdio>

#include "spec/object.hpp"

namespace swell::cluster {

namespace {

/// What makes two Events equal. The parts cannot run into each other: names have no line breaks,
/// and the message comes last.
std::string what_of(
    const spec::ObjectReference& about,
    bool warning,
    const std::string& reason,
    const std::string& message
) {
    return about.kind + '\n' + about.ns + '\n' + about.name + '\n' + about.uid + '\n' +
           (warning ? 'W' : 'N') + reason + '\n' + message;
}

std::string what_of(const spec::Event& event) {
    return what_of(event.involved_object, event.type == "Warning", event.reason, event.message);
}

spec::ObjectReference reference(const Object& about) {
    const spec::ObjectMeta& metadata = about.metadata();
    spec::ObjectReference to;
    to.api_version = about.kind().api_version;
    to.kind = about.kind().name;
    to.ns = metadata.ns;
    to.name = metadata.name;
    to.uid = metadata.uid;
    return to;
}

Instant last_seen(const spec::Event& event) {
    if (event.last_timestamp) return *event.last_timestamp;
    return event.metadata.creation_timestamp.value_or(Instant{});
}

Key key_of_event(const std::string& ns, const std::string& name) {
    return {spec::kind_of<spec::Event>().name, ns, name};
}

}  // namespace

void EventIndex::added(const spec::Event& event) {
    by_age_[event.metadata.ns].emplace(last_seen(event), event.metadata.name);
    by_what_.insert_or_assign(what_of(event), key_of_event(event.metadata.ns, event.metadata.name));
}

void EventIndex::taken(const spec::Event& event) {
    const auto aged = by_age_.find(event.metadata.ns);
    if (aged != by_age_.end()) {
        aged->second.erase({last_seen(event), event.metadata.name});
        if (aged->second.empty()) by_age_.erase(aged);
    }
    const auto found = by_what_.find(what_of(event));
    if (found != by_what_.end() && found->second.name == event.metadata.name) by_what_.erase(found);
}

std::optional<Key> EventIndex::same(const Object& about, const Happening& happening) const {
    const auto found = by_what_.find(
        what_of(reference(about), happening.warning, happening.reason, happening.message)
    );
    if (found == by_what_.end()) return std::nullopt;
    return found->second;
}

std::vector<Key> EventIndex::before(Instant moment) const {
    std::vector<Key> found;
    for (const auto& [ns, aged] : by_age_)
        for (auto oldest = aged.begin(); oldest != aged.end() && oldest->first < moment; ++oldest)
            found.push_back(key_of_event(ns, oldest->second));
    return found;
}

std::vector<Key> EventIndex::over(const std::string& ns, std::size_t bound) const {
    std::vector<Key> found;
    const auto aged = by_age_.find(ns);
    if (aged == by_age_.end()) return found;
    auto oldest = aged->second.begin();
    for (std::size_t left = aged->second.size(); left > bound; --left)
        found.push_back(key_of_event(ns, (oldest++)->second));
    return found;
}

spec::Event make_event(const Object& about, const Happening& happening, Instant now, Rng& rng) {
    spec::Event event;
    event.involved_object = reference(about);
    event.metadata.ns = about.metadata().ns.empty() ? "default" : about.metadata().ns;
    std::array<char, 17> digits{};
    std::snprintf(
        digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(rng.next())
    );
    event.metadata.name = about.metadata().name + "." + digits.data();
    event.reason = happening.reason;
    event.message = happening.message;
    event.type = happening.warning ? "Warning" : "Normal";
    event.source_component = "swell";
    event.first_timestamp = now;
    event.last_timestamp = now;
    return event;
}

spec::Event seen_again(spec::Event event, Instant now) {
    ++event.count;
    event.last_timestamp = now;
    return event;
}

}  // namespace swell::cluster
