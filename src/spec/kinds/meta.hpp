#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/quantity.hpp"
#include "base/time.hpp"

// A kind is declared once: a struct with initializers as defaults, and a describe() that names each
// field for the reader, the writer, the checker and the schema (spec/fields/describe.hpp). Absent
// stays absent: an optional without a value, an empty string, list or map is not written out.
//
//     field(name, member, doc)                     may be left out
//     required(name, member, doc)                  must be given; always written out
//     one_of(name, member, words, doc)             a string out of a fixed set (absent when empty)
//     required_one_of(name, member, words, doc)    the same, and must be given
//     range(name, member, min, max, doc)           a number within bounds, both included
//     required_range(name, member, min, max, doc)  the same, and must be given
//     version(name, member, doc)                   a number written as a string: resourceVersion
//     base64(name, member, doc)                    a map of bytes
//     merged(name, member, doc)                    a map of text that is merged into member, only
//     read ignored({names})                             Kubernetes knows them, Swell does not act
//     on them:
//                                                  read with a warning, not kept
//     dropped({names})                             set by a cluster: read in silence, not kept

namespace swell::spec {

struct Kind;

/// The row of a kind in the registry; the same address for the whole run. See spec/object.hpp.
template <class T>
const Kind& kind_of();

using Labels = std::map<std::string, std::string>;

struct OwnerReference {
    std::string api_version, kind, name, uid;
    bool controller = false;
    bool block_owner_deletion = false;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("apiVersion", s.api_version, "API version of the owner.");
        v.required("kind", s.kind, "Kind of the owner.");
        v.required("name", s.name, "Name of the owner.");
        v.required("uid", s.uid, "UID of the owner.");
        v.field("controller", s.controller, "Whether the owner manages this object.");
        v.field("blockOwnerDeletion", s.block_owner_deletion, "Kept, not acted on.");
    }
    bool operator==(const OwnerReference&) const = default;
};

struct ObjectMeta {
    std::string name;
    std::string generate_name;
    std::string ns;  ///< `default` where a manifest leaves it out
    std::string uid;
    std::uint64_t resource_version = 0;  ///< of the last write; 0 before the first
    std::int64_t generation = 0;         ///< raised by each change of the spec
    std::optional<Instant> creation_timestamp;
    std::optional<Instant> deletion_timestamp;
    std::optional<std::int64_t> deletion_grace_period_seconds;
    Labels labels;
    Labels annotations;
    std::vector<OwnerReference> owner_references;
    std::vector<std::string> finalizers;

    /// The owner that manages this object, if any.
    const OwnerReference* controller() const {
        for (const OwnerReference& owner : owner_references)
            if (owner.controller) return &owner;
        return nullptr;
    }

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("name", s.name, "Name, unique for the kind within its namespace.");
        v.field("generateName", s.generate_name, "Prefix of a name to be made up.");
        v.field("namespace", s.ns, "Namespace; `default` when left out.");
        v.field("uid", s.uid, "Set by the system.");
        v.version("resourceVersion", s.resource_version, "Set by the system at each write.");
        v.field("generation", s.generation, "Set by the system at each change of the spec.");
        v.field("creationTimestamp", s.creation_timestamp, "Set by the system.");
        v.field("deletionTimestamp", s.deletion_timestamp, "Set by the system.");
        v.field(
            "deletionGracePeriodSeconds", s.deletion_grace_period_seconds, "Set by the system."
        );
        v.field("labels", s.labels, "What selectors select by.");
        v.field("annotations", s.annotations, "Notes of any kind.");
        v.field("ownerReferences", s.owner_references, "Objects this one goes with.");
        v.field("finalizers", s.finalizers, "Who must agree before it is gone.");
        v.dropped({"managedFields", "selfLink"});
    }
    bool operator==(const ObjectMeta&) const = default;
};

struct LabelSelectorRequirement {
    std::string key, op;  ///< op: In, NotIn, Exists, DoesNotExist
    std::vector<std::string> values;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("key", s.key, "Label key.");
        v.required_one_of(
            "operator",
            s.op,
            {"In", "NotIn", "Exists", "DoesNotExist"},
            "Relation of key and values."
        );
        v.field("values", s.values, "Values; empty for Exists and DoesNotExist.");
    }
    bool operator==(const LabelSelectorRequirement&) const = default;
};

struct LabelSelector {
    Labels match_labels;
    std::vector<LabelSelectorRequirement> match_expressions;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.field("matchLabels", s.match_labels, "Labels that must be equal.");
        v.field("matchExpressions", s.match_expressions, "Requirements that must all hold.");
    }
    bool operator==(const LabelSelector&) const = default;
};

/// A condition of any kind's status, as Kubernetes writes them.
struct Condition {
    std::string type;
    std::string status = "Unknown";  ///< True, False, Unknown
    std::optional<Instant> last_update_time;
    std::optional<Instant> last_transition_time;
    std::optional<Instant> last_probe_time;
    std::string reason, message;

    template <class V, class S>
    static void describe(V& v, S& s) {
        v.required("type", s.type, "What is said.");
        v.required("status", s.status, "True, False or Unknown.");
        v.field("lastProbeTime", s.last_probe_time, "When it was last looked at.");
        v.field("lastUpdateTime", s.last_update_time, "When it was last written.");
        v.field("lastTransitionTime", s.last_transition_time, "When status last changed.");
        v.field("reason", s.reason, "One word, for programs.");
        v.field("message", s.message, "A sentence, for people.");
        v.dropped({"observedGeneration"});
    }
    bool operator==(const Condition&) const = default;
};

/// An integer, or a percentage or name as text: `25%`, `http`, `8080`.
struct IntOrString {
    std::int64_t number = 0;
    std::string text;  ///< empty when it is a number

    bool is_text() const { return !text.empty(); }
    bool operator==(const IntOrString&) const = default;
};

}  // namespace swell::spec
