#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "spec/object.hpp"

namespace swell::app {

/// Rows under a heading, columns three spaces apart, as kubectl prints.
std::string columns(
    const std::vector<std::string>& heading, const std::vector<std::vector<std::string>>& rows
);

struct TableStyle {
    bool wide = false;        ///< -o wide
    bool namespaces = false;  ///< -A: a NAMESPACE column first
    bool headings = true;
    bool show_labels = false;                  ///< --show-labels: a LABELS column last
    std::vector<std::string> label_columns{};  ///< -L: a column of each of these labels
};

/// `swell get`: objects of one kind, with kubectl's columns for that kind.
std::string table(const std::vector<spec::Object>& objects, Instant now, const TableStyle& style);

/// The STATUS column of a pod, as kubectl computes it: Running, Pending, CrashLoopBackOff,
/// Init:0/2, Completed, Terminating, …
std::string pod_status_word(const spec::Object& pod);

/// The TARGETS column of an HPA: `cpu: 71%/70%`, `<unknown>` while there is no value.
std::string hpa_targets(const spec::Object& hpa);

}  // namespace swell::app
