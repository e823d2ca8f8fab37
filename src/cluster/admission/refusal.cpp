#include "cluster/admission/refusal.hpp"

#include "spec/kinds/field_error.hpp"

namespace swell::cluster {
namespace {

std::string with_group(const spec::Kind& kind, std::string_view word) {
    const std::size_t slash = kind.api_version.find('/');
    std::string name(word);
    if (slash != std::string_view::npos) name.append(".").append(kind.api_version.substr(0, slash));
    return name;
}

/// A name that is yet to be made is shown by its start.
const std::string& shown_name(const spec::Object& object) {
    const spec::ObjectMeta& metadata = object.metadata();
    return metadata.name.empty() ? metadata.generate_name : metadata.name;
}

}  // namespace

std::string qualified_plural(const spec::Kind& kind) { return with_group(kind, kind.plural); }

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
