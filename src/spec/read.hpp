#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/yaml/parse.hpp"
#include "spec/object.hpp"

namespace swell::spec {

/// A problem with its place: `shop.yaml:14:7: spec.maxReplicas: must be >= minReplicas (3), got 2`.
struct Finding {
    std::string file;
    yaml::Position at;
    std::string path;
    std::string what;
    bool warning = false;

    std::string text() const;
};

/// What manifests say, and everything that is wrong with them. Objects are right by construction;
/// those with errors are left out.
struct Manifests {
    struct Source {
        Object object;
        std::string file;  ///< as given; its folder is the default working directory of its pods
        std::shared_ptr<const yaml::Node> document;  ///< shared with the others of its text

        /// Where a path stands in the manifest: at its last key or item that is there.
        yaml::Position place(std::string_view path) const;
        yaml::Position at() const { return document->at; }
    };
    std::vector<Source> objects;
    std::vector<Finding> findings;

    bool ok() const {
        for (const Finding& finding : findings)
            if (!finding.warning) return false;
        return true;
    }
};

/// Reads, defaults and validates one text. `file` only names it. Pure.
///
/// Also found: two objects of one key in the same text (the later one is the error).
Manifests read_text(
    std::string_view text, const std::string& file, const yaml::Limits& limits = {}
);

/// One object from JSON, as the API and the store hold it: defaulted and validated.
/// Errors  invalid: all problems, one a line.
Result<Object> read_json(const Json& json);

/// One object from JSON that was valid when it was written (the store's own rows): not validated
/// again.
Result<Object> read_trusted_json(const Json& json);

/// One JSON Schema for all kinds (`oneOf` by apiVersion and kind), for editors.
Json schema();

}  // namespace swell::spec
