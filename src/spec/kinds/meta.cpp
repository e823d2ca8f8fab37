#include "spec/fields/check.hpp"
#include "spec/fields/read.hpp"
#include "spec/kinds/names.hpp"

namespace swell::spec {

void validate(
    const ObjectMeta& metadata,
    const std::string& path,
    Problems& problems,
    Complaint (*name_rule)(std::string_view)
) {
    if (metadata.name.empty() && metadata.generate_name.empty())
        problems.push_back({path + ".name", "is required"});
    tell(problems, path + ".name", metadata.name, name_rule);
    // A name that ends in a dash is no name, but may start one.
    std::string_view prefix = metadata.generate_name;
    if (prefix.ends_with('-')) prefix.remove_suffix(1);
    tell(problems, path + ".generateName", prefix, name_rule);
    tell(problems, path + ".namespace", metadata.ns, dns_label);
    validate_labels(metadata.labels, path + ".labels", problems);
    validate_annotations(metadata.annotations, path + ".annotations", problems);
    for (std::size_t i = 0; i < metadata.finalizers.size(); ++i)
        tell(
            problems,
            path + ".finalizers[" + std::to_string(i) + "]",
            metadata.finalizers[i],
            qualified_name
        );
    std::size_t controllers = 0;
    for (const OwnerReference& owner : metadata.owner_references) controllers += owner.controller;
    if (controllers > 1)
        problems.push_back(
            {path + ".ownerReferences", "only one reference can have controller set to true"}
        );
}

void validate_labels(const Labels& labels, const std::string& path, Problems& problems) {
    for (const auto& [key, value] : labels) {
        const Complaint complaint = qualified_name(key);
        if (!complaint.empty())
            problems.push_back(
                {path + "[" + key + "]", std::string(complaint) + ", got " + fields::in_quotes(key)}
            );
        else
            tell(problems, path + "[" + key + "]", value, label_value);
    }
}

void validate_annotations(const Labels& annotations, const std::string& path, Problems& problems) {
    constexpr std::size_t most = 256 * 1024;
    std::size_t size = 0;
    for (const auto& [key, value] : annotations) {
        std::string lower = key;
        for (char& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const Complaint complaint = qualified_name(lower);
        if (!complaint.empty())
            problems.push_back(
                {path + "[" + key + "]", std::string(complaint) + ", got " + fields::in_quotes(key)}
            );
        size += key.size() + value.size();
    }
    if (size > most)
        problems.push_back({path, "must have at most 262144 bytes, got " + std::to_string(size)});
}

void validate(const LabelSelector& selector, const std::string& path, Problems& problems) {
    validate_labels(selector.match_labels, path + ".matchLabels", problems);
    for (std::size_t i = 0; i < selector.match_expressions.size(); ++i) {
        const LabelSelectorRequirement& each = selector.match_expressions[i];
        const std::string at = path + ".matchExpressions[" + std::to_string(i) + "]";
        tell(problems, at + ".key", each.key, qualified_name);
        const bool wants_values = each.op == "In" || each.op == "NotIn";
        const bool wants_none = each.op == "Exists" || each.op == "DoesNotExist";
        if (wants_values && each.values.empty())
            problems.push_back(
                {at + ".values", "must be specified when `operator` is 'In' or 'NotIn'"}
            );
        if (wants_none && !each.values.empty())
            problems.push_back(
                {at + ".values",
                 "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"}
            );
        for (std::size_t k = 0; k < each.values.size(); ++k)
            tell(problems, at + ".values[" + std::to_string(k) + "]", each.values[k], label_value);
    }
}

void validate_port(std::int64_t port, const std::string& path, Problems& problems) {
    constexpr fields::Field::Range ports{1, 65535};
    if (port < ports.min || port > ports.max)
        problems.push_back({path, fields::not_within(ports, port)});
}

void validate_port(const IntOrString& port, const std::string& path, Problems& problems) {
    if (port.is_text())
        tell(problems, path, port.text, port_name);
    else
        validate_port(port.number, path, problems);
}

}  // namespace swell::spec
