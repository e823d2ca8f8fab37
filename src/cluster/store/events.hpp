#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/rng.hpp"
#include "cluster/cluster.hpp"
#include "spec/kinds/core.hpp"

namespace swell::cluster {

/// What happened to an object, in a word and a sentence.
struct Happening {
    bool warning = false;
    std::string reason, message;
};

/// Which Events there are: to find the one that is counted up, and the ones that are to go. Follows
/// what is put into and taken from the store; keeps no Event itself.
class EventIndex {
  public:
    void added(const spec::Event& event);
    void taken(const spec::Event& event);

    /// The Event that says the same of the same object.
    std::optional<Key> same(const Object& about, const Happening& happening) const;
    /// Those last seen before a moment, in all namespaces.
    std::vector<Key> before(Instant moment) const;
    /// The oldest of a namespace, as many as it has over `bound`.
    std::vector<Key> over(const std::string& ns, std::size_t bound) const;

  private:
    using Aged = std::pair<Instant, std::string>;  // last seen, name

    std::map<std::string, std::set<Aged>> by_age_;  // by namespace
    std::unordered_map<std::string, Key> by_what_;  // by object, reason, message
};

/// A new Event; the store adds uid and version.
spec::Event make_event(const Object& about, const Happening& happening, Instant now, Rng& rng);
/// The same, seen once more.
spec::Event seen_again(spec::Event event, Instant now);

}  // namespace swell::cluster
