#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/cluster.hpp"

namespace swell::cluster {

/// The objects, by kind and name, by uid, and by the uids of their owners. Pure; knows no rule:
/// what may be written is said in rules.hpp.
class Memory {
  public:
    /// The object of a key; nullptr when there is none. Valid until the next put().
    const Object* find(const Key& key) const;
    const Object* with_uid(const std::string& uid) const;
    /// In the order of kind, namespace, name.
    std::vector<Object> list(const Query& query) const;
    /// Keys of the objects with an owner reference to the uid, controller or not, in order.
    std::vector<Key> owned_by(const std::string& uid) const;
    std::size_t size() const;

    /// Puts an object in the place of its key. Returns what was there.
    std::optional<Object> put(const Object& object);
    /// Empties a place. Returns what was there.
    std::optional<Object> take(const Key& key);

  private:
    struct Place {
        std::string ns, name;
        auto operator<=>(const Place&) const = default;
    };
    using Table = std::map<Place, Object>;

    using Names = std::set<std::string, std::less<>>;

    /// The names that one of the query's `key=value` narrows it to; nullptr when none does.
    const Names* labelled(const Query& query) const;
    void index(const Object& object);
    void forget(const Object& object);
    void list_table(const Table& table, const Query& query, std::vector<Object>& found) const;

    std::map<std::string_view, Table> tables_;  // by Kind::name
    std::unordered_map<std::string, Key> by_uid_;
    std::unordered_map<std::string, std::set<Key>> by_owner_;
    std::unordered_map<std::string, Names> by_label_;  // kind, namespace, key and value of a label
};

}  // namespace swell::cluster
