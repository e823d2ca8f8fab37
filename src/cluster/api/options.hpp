#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/api/status.hpp"
#include "cluster/cluster.hpp"

namespace swell::cluster {

/// What a write is asked with, beside its object.
struct WriteOptions {
    bool dry_run = false;
    Cluster::Deletion deletion;
    /// What must be so of the object that is deleted.
    std::optional<std::string> uid, resource_version;
};

/// From the query (dryRun, gracePeriodSeconds, propagationPolicy, orphanDependents); of a DELETE
/// with a body, from that alone, as Kubernetes reads it (DeleteOptions: preconditions too). Pure.
///
/// Errors  400: a number or a body that is none; 422: a word that is none.
/// Source  k8s.io/apiserver/pkg/endpoints/handlers/delete.go; k8s.io/apimachinery/pkg/apis/meta/v1/
///         validation, ValidateDeleteOptions (1.37).
std::expected<WriteOptions, Failure> write_options(
    std::string_view method,
    const std::map<std::string, std::string>& query,
    const std::string& body
);

/// Why an object is not the one that shall be deleted: 409; empty when it is. Of a deletion
/// Kubernetes names the kind where it else names the plural: its own slip. Source
/// k8s.io/apiserver/pkg/registry/rest/delete.go, BeforeDelete (1.37).
std::optional<Failure> unmet(const spec::Object& stored, const WriteOptions& options);

}  // namespace swell::cluster
