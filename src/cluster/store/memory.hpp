#pragma once

#include <map>
#include <optional>
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
    /// Whether there is any object of a kind.
    bool has(std::string_view kind) const;

    /// Puts an object in the place of its key. Returns what was there.
    std::optional<Object> put(const Object& object);
    /// Empties a place. Returns what was there.
    std::optional<Object> take(const Key& key);

  private:
    struct Place {
        std::string ns, name;
    };
    /// A place that is looked for.
    struct At {
        std::string_view ns, name;
    };
    struct ByPlace {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            const int order = std::string_view(a.ns).compare(b.ns);
            return order != 0 ? order < 0 : std::string_view(a.name) < std::string_view(b.name);
        }
    };
    using Table = std::map<Place, Object, ByPlace>;
    // Of the indexes: objects where they lie in their tables, so that nothing is looked up twice.
    using Names = std::map<std::string, const Object*, std::less<>>;
    using Owned = std::map<Key, const Object*>;

    const Object* find(std::string_view kind, const At& at) const;
    /// Those that one of the query's `key=value` narrows it to; nullptr when none does.
    struct Labelled {
        const Names* names = nullptr;
        bool is_all = false;  ///< the query asks for nothing else: each of them matches
    };
    Labelled labelled(const Query& query) const;
    void index(const Object& in_table);
    void forget(const Object& object);
    void list_table(const Table& table, const Query& query, std::vector<Object>& found) const;

    std::map<std::string_view, Table> tables_;  // by Kind::name
    std::unordered_map<std::string, Key> by_uid_;
    std::unordered_map<std::string, Owned> by_owner_;
    std::unordered_map<std::string, Names> by_label_;  // kind, namespace, key and value of a label
};

}  // namespace swell::cluster
