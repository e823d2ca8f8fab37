#include "cluster/admission/refusal.hpp"

#include "spec/kinds/field_error.hpp"

namespace swell::cluster {
namespace {

std::string with_group(const spec::Kind& kind, std::string_view word) {
    std::string name(word);
    if (!group_of(kind).empty()) name.append(".").append(group_of(kind));
    return name;
}

/// `deployments.apps "shop"`
std::string named(const spec::Kind& kind, std::string_view name) {
    return qualified_plural(kind) + " " + spec::go_quoted(name);
}

/// Under which key the original would keep an object: its conflicts of uids tell.
std::string storage_key(const spec::Object& object) {
    const spec::Kind& kind = object.kind();
    const spec::ObjectMeta& metadata = object.metadata();
    std::string key = "/registry/";
    // Groups with a domain that is not Kubernetes' own are of custom resources.
    const std::string_view group = group_of(kind);
    const bool custom =
        group.contains('.') && (!group.ends_with(".k8s.io") || group == "autoscaling.k8s.io");
    if (custom) key.append(group).append("/");
    key += kind.name == "Service" ? "services/specs" : std::string(kind.plural);
    if (kind.namespaced) key += "/" + metadata.ns;
    return key + "/" + metadata.name;
}

/// A name that is yet to be made is shown by its start.
const std::string& shown_name(const spec::Object& object) {
    const spec::ObjectMeta& metadata = object.metadata();
    return metadata.name.empty() ? metadata.generate_name : metadata.name;
}

}  // namespace

std::string_view group_of(const spec::Kind& kind) {
    const std::size_t slash = kind.api_version.find('/');
    return slash == std::string_view::npos ? std::string_view() : kind.api_version.substr(0, slash);
}

std::string qualified_plural(const spec::Kind& kind) { return with_group(kind, kind.plural); }

Error not_found(const spec::Kind& kind, std::string_view name) {
    return {Code::not_found, named(kind, name) + " not found"};
}

Error already_exists(const spec::Kind& kind, std::string_view name) {
    return {Code::exists, named(kind, name) + " already exists"};
}

Error conflict(const spec::Kind& kind, std::string_view name, std::string_view why) {
    return {
        Code::conflict,
        "Operation cannot be fulfilled on " + named(kind, name) + ": " + std::string(why)
    };
}

std::optional<Error> conflict_with(
    const spec::Object& stored, std::string_view uid, std::uint64_t version
) {
    const spec::ObjectMeta& have = stored.metadata();
    if (!uid.empty() && uid != have.uid)
        return conflict(
            stored.kind(),
            have.name,
            "StorageError: invalid object, Code: 4, Key: " + storage_key(stored) +
                ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in "
                "precondition: " +
                std::string(uid) + ", UID in object meta: " + have.uid
        );
    if (version != 0 && version != have.resource_version)
        return conflict(
            stored.kind(),
            have.name,
            "the object has been modified; please apply your changes to the latest version and "
            "try again"
        );
    return {};
}

Error forbidden(const spec::Object& object, std::string_view why) {
    return {
        Code::forbidden,
        qualified_plural(object.kind()) + " " + spec::go_quoted(shown_name(object)) +
            " is forbidden: " + std::string(why)
    };
}

Error invalid(const spec::Object& object, const spec::Problems& problems) {
    return {
        Code::invalid,
        with_group(object.kind(), object.kind().name) + " " +
            spec::go_quoted(object.metadata().name) + " is invalid: " + spec::together(problems)
    };
}

}  // namespace swell::cluster
