#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cluster/cluster.hpp"
#include "spec/selector.hpp"

namespace swell::control {

/// What an owner does about objects of the kind it manages. Pure.
struct Claim {
    std::vector<cluster::Object> keep;     ///< its own, and selected
    std::vector<cluster::Object> adopt;    ///< nobody's, and selected
    std::vector<cluster::Object> release;  ///< its own, but not selected any more
};

/// Sorts candidates by what `owner` has to do with them; those of other owners are left out.
///
/// An owner that is being deleted adopts and releases nothing; an object that is being deleted is
/// not adopted.
/// Source  kubernetes ControllerRefManager.
Claim claim(
    const cluster::Object& owner,
    const spec::Selector& selector,
    std::span<const cluster::Object> candidates
);

/// The owner reference by which `owner` manages an object.
spec::OwnerReference controller_reference(const cluster::Object& owner);

/// Objects of one kind by who manages them: carries out what claim() says.
///
/// It keeps the keys of the orphans, so that looking for something to adopt costs no list of all.
class Dependents {
  public:
    Dependents(cluster::Cluster& cluster, std::string_view kind) : cluster_(cluster), kind_(kind) {}

    /// Starts over from what there is.
    void relist();
    /// Who manages an object: a controller of its namespace.
    struct Owner {
        std::string kind, name;
        bool operator==(const Owner&) const = default;
    };
    /// Returns the owner that the object had and has no longer, whoever took it away; empty when it
    /// has lost none.
    std::optional<Owner> note(const cluster::Change& change);

    /// The objects that belong to `owner` now, after adopting and releasing, in the order of their
    /// names.
    /// Errors  conflict and others of a failed write: look again.
    Result<std::vector<cluster::Object>> of(
        const cluster::Object& owner, const spec::Selector& selector
    );

  private:
    static std::optional<Owner> owner_of(const cluster::Object& object);
    std::vector<cluster::Object> candidates(const cluster::Object& owner) const;
    Result<cluster::Object> adopt(const cluster::Object& owner, const cluster::Object& orphan);
    Result<void> release(const cluster::Object& owner, const cluster::Object& object);

    cluster::Cluster& cluster_;
    std::string_view kind_;
    std::set<spec::Key> orphans_;
    std::map<spec::Key, Owner> owners_;  // as last heard
};

}  // namespace swell::control
