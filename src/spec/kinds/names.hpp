#pragma once

#include <string>
#include <string_view>

#include "spec/object.hpp"

// Kubernetes' rules for names, as complaints: what a text must be, empty when it is that.
//
// Source  k8s.io/apimachinery/pkg/util/validation and pkg/api/validation/path.

namespace swell::spec {

/// How a rule answers: empty when all is well, else a sentence such as `must be no more than 63
/// characters`.
using Complaint = std::string_view;

Complaint dns_label(std::string_view text);       ///< `shop-2`, at most 63
Complaint dns_1035_label(std::string_view text);  ///< the same, starting with a letter: Services
Complaint dns_subdomain(std::string_view text);   ///< `shop.example.com`, at most 253
Complaint qualified_name(std::string_view text);  ///< `app`, `example.com/app`: label keys
Complaint label_value(std::string_view text);     ///< may be empty
Complaint port_name(std::string_view text);       ///< `http`: IANA service name, at most 15
Complaint env_name(std::string_view text);        ///< printable ASCII without `=`
Complaint data_key(std::string_view text);        ///< key of a ConfigMap or Secret
Complaint path_segment(std::string_view text);    ///< no `/` or `%`, not `.` or `..`
Complaint http_token(std::string_view text);      ///< header name, method
Complaint inner_path(std::string_view text);      ///< relative, without `..`

/// Reports the complaint, if there is one: `path: complaint, got "text"`. An empty text is
/// required's business.
void tell(
    Problems& problems,
    const std::string& path,
    std::string_view text,
    Complaint (*rule)(std::string_view)
);

/// Problems of metadata that every kind shares, but for the name's own rule.
///
/// name_rule   what the name must be; a generateName must be the start of such a name
void validate(
    const ObjectMeta& metadata,
    const std::string& path,
    Problems& problems,
    Complaint (*name_rule)(std::string_view) = dns_subdomain
);

/// Labels: keys and values. Annotations: keys and total size.
void validate_labels(const Labels& labels, const std::string& path, Problems& problems);
void validate_annotations(const Labels& annotations, const std::string& path, Problems& problems);

/// Keys, values, and values where the operator wants them.
void validate(const LabelSelector& selector, const std::string& path, Problems& problems);

/// A port: `must be between 1 and 65535, got 0`.
void validate_port(std::int64_t port, const std::string& path, Problems& problems);
/// A port's number or name.
void validate_port(const IntOrString& port, const std::string& path, Problems& problems);

}  // namespace swell::spec
