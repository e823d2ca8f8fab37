#pragma once

#include <expected>
#include <string>

#include "cluster/api/path.hpp"
#include "cluster/api/status.hpp"
#include "spec/object.hpp"

namespace swell::cluster {

/// JSON of at most 200 levels: what reads and writes it further in may recurse.
/// Errors  what is wrong with it, in a sentence.
std::expected<Json, std::string> parse_body(const std::string& text);

/// The object in a request's body: read and defaulted, not validated.
struct Body {
    Json json;  ///< as it was sent, with what the path says filled in
    spec::Object object;
    spec::Problems missing;  ///< required fields that are not there
};

/// Kind, apiVersion, namespace and name may be left out where the path says them, and must not say
/// otherwise.
///
/// Errors  400, in Kubernetes' order: what cannot be read as an object of the path's kind, another
///         version, namespace, name. Fields that are not known cannot be read, as with kubectl's
///         `--validate=strict`.
/// Source  k8s.io/apiserver/pkg/endpoints/handlers/{create,update,rest}.go (1.37).
std::expected<Body, Failure> read_body(const ApiPath& path, Json json);
/// The same of what a patch has made of an object: what cannot be read is 422 then.
///
/// given  the patch itself
std::expected<Body, Failure> read_patched(const ApiPath& path, Json json, const Json& given);

/// All that is wrong with an object, in Kubernetes' words.
///
/// object  the body's, completed by policies
spec::Problems faults_of(const Body& body, const spec::Object& object);

/// 400: a body that is no JSON.
Failure unrecognized(const spec::Kind& kind, const std::string& body, const std::string& why);

}  // namespace swell::cluster
