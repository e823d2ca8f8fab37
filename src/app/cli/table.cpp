#include "app/cli/table.hpp"

#include <algorithm>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaler.hpp"
#include "spec/kinds/core.hpp"
#include "spec/kinds/discovery.hpp"
#include "spec/kinds/quota.hpp"
#include "spec/kinds/swell.hpp"
#include "spec/kinds/vpa.hpp"
#include "spec/selector.hpp"

namespace swell::app {

using spec::Object;
using Row = std::vector<std::string>;

std::string columns(const Row& heading, const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(heading.size(), 0);
    auto measure = [&](const Row& row) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    };
    measure(heading);
    for (const Row& row : rows) measure(row);
    std::string text;
    auto print = [&](const Row& row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size()) text.append(widths[i] - row[i].size() + 3, ' ');
        }
        text += '\n';
    };
    if (!std::all_of(heading.begin(), heading.end(), [](const std::string& word) {
            return word.empty();
        }))
        print(heading);
    for (const Row& row : rows) print(row);
    return text;
}

namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

std::string age(const Object& object, Instant now) {
    const auto& created = object.metadata().creation_timestamp;
    return created ? to_age(now - *created) : "<unknown>";
}

std::string waiting_or_terminated(const spec::ContainerStatus& status) {
    if (status.state.waiting) return status.state.waiting->reason;
    if (!status.state.terminated) return "";
    const auto& ended = *status.state.terminated;
    if (!ended.reason.empty()) return ended.reason;
    return ended.signal != 0 ? "Signal:" + number(ended.signal)
                             : "ExitCode:" + number(ended.exit_code);
}

bool sidecar(const spec::Pod& pod, std::size_t init) {
    return init < pod.spec.init_containers.size() &&
           pod.spec.init_containers[init].restart_policy == "Always";
}

/// Sidecars count, other init containers do not.
/// Source  kubernetes pkg/printers/internalversion/printers.go, printPod
std::string ready_of(const spec::Pod& pod) {
    std::int64_t ready = 0, all = static_cast<std::int64_t>(pod.spec.containers.size());
    for (std::size_t i = 0; i < pod.spec.init_containers.size(); ++i) all += sidecar(pod, i);
    for (std::size_t i = 0; i < pod.status.init_container_statuses.size(); ++i) {
        const auto& status = pod.status.init_container_statuses[i];
        ready += sidecar(pod, i) && status.started.value_or(false) && status.ready;
    }
    for (const auto& status : pod.status.container_statuses) ready += status.ready;
    return number(ready) + "/" + number(all);
}

bool is_initialized(const spec::Pod& pod) {
    const auto& all = pod.status.conditions;
    return std::any_of(all.begin(), all.end(), [](const spec::Condition& one) {
        return one.type == "Initialized" && one.status == "True";
    });
}

/// What the pod's init containers wait for; empty once they hold nothing up.
/// Source  kubernetes pkg/printers/internalversion/printers.go, printPod
std::string init_word(const spec::Pod& pod) {
    if (is_initialized(pod)) return "";
    for (std::size_t i = 0; i < pod.status.init_container_statuses.size(); ++i) {
        const auto& status = pod.status.init_container_statuses[i];
        const auto& ended = status.state.terminated;
        if (ended && ended->exit_code == 0) continue;
        if (sidecar(pod, i) && status.started.value_or(false)) continue;
        const std::string why = waiting_or_terminated(status);
        if (!why.empty() && why != "PodInitializing") return "Init:" + why;
        return "Init:" + number(static_cast<std::int64_t>(i)) + "/" +
               number(static_cast<std::int64_t>(pod.spec.init_containers.size()));
    }
    return "";
}

/// Of the init containers while they hold the pod up; then of the containers, and of the sidecars
/// beside them.
std::int64_t restarts_of(const spec::Pod& pod) {
    const bool initializing = !init_word(pod).empty();
    std::int64_t restarts = 0;
    for (std::size_t i = 0; i < pod.status.init_container_statuses.size(); ++i)
        if (initializing || sidecar(pod, i))
            restarts += pod.status.init_container_statuses[i].restart_count;
    if (initializing) return restarts;
    for (const auto& status : pod.status.container_statuses) restarts += status.restart_count;
    return restarts;
}

std::string pod_ports(const spec::Pod& pod) {
    std::string text;
    for (const auto& port : pod.status.ports) {
        if (!text.empty()) text += ",";
        text += number(port.port) + "->" + number(port.container_port);
    }
    return text.empty() ? "<none>" : text;
}

std::string service_ports(const spec::Service& service) {
    std::string text;
    for (const auto& port : service.spec.ports) {
        if (!text.empty()) text += ",";
        text += number(port.port);
        if (port.node_port != 0) text += ":" + number(port.node_port);
        text += "/" + port.protocol;
    }
    return text.empty() ? "<none>" : text;
}

std::string or_none(std::string text) { return text.empty() ? "<none>" : text; }

std::string containers_of(const spec::PodTemplateSpec& pods) {
    std::string text;
    for (const auto& container : pods.spec.containers)
        text += (text.empty() ? "" : ",") + container.name;
    return text;
}

std::string selector_text(const spec::LabelSelector& selector) {
    const auto parsed = spec::Selector::from(selector);
    return parsed ? or_none(parsed->text()) : "<invalid>";
}

struct Columns {
    Row heading;
    Row (*row)(const Object&, Instant);
    Row wide_heading;
    Row (*wide_row)(const Object&);
};

Row deployment_row(const Object& object, Instant now) {
    const auto& d = object.as<spec::Deployment>();
    return {
        d.metadata.name,
        number(d.status.ready_replicas) + "/" + number(d.spec.replicas),
        number(d.status.updated_replicas),
        number(d.status.available_replicas),
        age(object, now)
    };
}

Row deployment_wide(const Object& object) {
    const auto& d = object.as<spec::Deployment>();
    return {containers_of(d.spec.pod_template), selector_text(d.spec.selector)};
}

Row replicaset_row(const Object& object, Instant now) {
    const auto& r = object.as<spec::ReplicaSet>();
    return {
        r.metadata.name,
        number(r.spec.replicas),
        number(r.status.replicas),
        number(r.status.ready_replicas),
        age(object, now)
    };
}

Row replicaset_wide(const Object& object) {
    const auto& r = object.as<spec::ReplicaSet>();
    return {containers_of(r.spec.pod_template), selector_text(r.spec.selector)};
}

Row pod_row(const Object& object, Instant now) {
    const auto& pod = object.as<spec::Pod>();
    return {
        pod.metadata.name,
        ready_of(pod),
        pod_status_word(object),
        number(restarts_of(pod)),
        age(object, now)
    };
}

Row pod_wide(const Object& object) {
    const auto& pod = object.as<spec::Pod>();
    return {or_none(pod.status.pod_ip), pod_ports(pod)};
}

Row service_row(const Object& object, Instant now) {
    const auto& s = object.as<spec::Service>();
    std::string external = "<none>";
    if (!s.status.urls.empty() && s.spec.type != "ClusterIP") external = s.status.urls.back();
    return {
        s.metadata.name,
        s.spec.type,
        or_none(s.spec.cluster_ip),
        external,
        service_ports(s),
        age(object, now)
    };
}

Row service_wide(const Object& object) {
    return {or_none(spec::Selector::from(object.as<spec::Service>().spec.selector).text())};
}

Row hpa_row(const Object& object, Instant now) {
    const spec::HorizontalPodAutoscaler hpa = *spec::horizontal_of(object);
    return {
        hpa.metadata.name,
        hpa.spec.scale_target_ref.kind + "/" + hpa.spec.scale_target_ref.name,
        hpa_targets(object),
        number(hpa.spec.min_replicas.value_or(1)),
        number(hpa.spec.max_replicas),
        number(hpa.status.current_replicas),
        age(object, now)
    };
}

/// The first container's, as the printer columns of the original's CRD have it; empty where there
/// is nothing.
Row vpa_row(const Object& object, Instant now) {
    const auto& vpa = object.as<spec::VerticalPodAutoscaler>();
    Row row = {vpa.metadata.name, "", "", "", "", age(object, now)};
    if (vpa.spec.update_policy) row[1] = vpa.spec.update_policy->update_mode.value_or("");
    const auto& recommendation = vpa.status.recommendation;
    if (recommendation && !recommendation->container_recommendations.empty()) {
        const auto& target = recommendation->container_recommendations.front().target;
        if (const auto cpu = target.find("cpu"); cpu != target.end()) row[2] = cpu->second.text();
        if (const auto memory = target.find("memory"); memory != target.end())
            row[3] = memory->second.text();
    }
    for (const spec::Condition& one : vpa.status.conditions)
        if (one.type == "RecommendationProvided") row[4] = one.status;
    return row;
}

/// `requests.cpu: 1500m/4, pods: 3/10`; what limits limits stands in a column of its own.
Row quota_row(const Object& object, Instant now) {
    const auto& quota = object.as<spec::ResourceQuota>();
    std::string requests, limits;
    for (const auto& [resource, hard] : quota.status.hard) {
        std::string& column = resource.starts_with("limits.") ? limits : requests;
        const auto used = quota.status.used.find(resource);
        column += (column.empty() ? "" : ", ") + resource + ": " +
                  (used == quota.status.used.end() ? "0" : used->second.text()) + "/" + hard.text();
    }
    return {quota.metadata.name, requests, limits, age(object, now)};
}

/// `app: cpu 126m, memory 380258472`.
std::string vpa_targets(const spec::VerticalPodAutoscaler& vpa) {
    std::string text;
    if (!vpa.status.recommendation) return "<none>";
    for (const auto& one : vpa.status.recommendation->container_recommendations) {
        std::string amounts;
        for (const auto& [resource, amount] : one.target)
            amounts += (amounts.empty() ? "" : ", ") + resource + " " + amount.text();
        text += (text.empty() ? "" : "; ") + one.container_name + ": " + amounts;
    }
    return or_none(std::move(text));
}

std::string update_mode(const spec::VerticalPodAutoscaler& vpa) {
    const auto& policy = vpa.spec.update_policy;
    return policy ? policy->update_mode.value_or("Recreate") : "Recreate";
}

Row autoscaler_row(const Object& object, Instant now) {
    const auto vpa = spec::vertical_of(object);
    Row row = hpa_row(object, now);
    const Row vertical = {vpa ? update_mode(*vpa) : "<none>", vpa ? vpa_targets(*vpa) : "<none>"};
    row.insert(row.end() - 1, vertical.begin(), vertical.end());
    return row;
}

Row config_map_row(const Object& object, Instant now) {
    const auto& map = object.as<spec::ConfigMap>();
    const auto keys = map.data.size() + map.binary_data.size();
    return {map.metadata.name, number(static_cast<std::int64_t>(keys)), age(object, now)};
}

Row secret_row(const Object& object, Instant now) {
    const auto& secret = object.as<spec::Secret>();
    const auto keys = static_cast<std::int64_t>(secret.data.size());
    return {secret.metadata.name, secret.type, number(keys), age(object, now)};
}

Row event_row(const Object& object, Instant now) {
    const auto& event = object.as<spec::Event>();
    const std::string seen =
        event.last_timestamp ? to_age(now - *event.last_timestamp) : age(object, now);
    const std::string times = event.count > 1 ? " (x" + number(event.count) + ")" : "";
    const std::string_view plain(event.involved_object.kind);
    std::string kind(plain);
    std::transform(kind.begin(), kind.end(), kind.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return {
        seen + times,
        event.type,
        event.reason,
        kind + "/" + event.involved_object.name,
        event.message
    };
}

Row slice_row(const Object& object, Instant now) {
    const auto& slice = object.as<spec::EndpointSlice>();
    std::string endpoints;
    for (const auto& endpoint : slice.endpoints) {
        if (!endpoint.conditions.ready) continue;
        for (const auto& port : endpoint.ports)
            endpoints += (endpoints.empty() ? "" : ",") + endpoint.addresses.front() + ":" +
                         number(port.port);
    }
    return {slice.metadata.name, slice.address_type, or_none(endpoints), age(object, now)};
}

std::string milliseconds(double seconds_value) {
    return number(static_cast<std::int64_t>(seconds_value * 1000 + 0.5)) + "ms";
}

Row load_row(const Object& object, Instant now) {
    const auto& load = object.as<spec::LoadTest>();
    const std::string target = load.spec.target.service.empty()
                                   ? load.spec.target.url
                                   : "service/" + load.spec.target.service;
    return {
        load.metadata.name,
        target,
        or_none(load.status.phase),
        number(load.status.requests),
        number(load.status.errors),
        milliseconds(load.status.p95_seconds),
        age(object, now)
    };
}

Row plain_row(const Object& object, Instant now) {
    return {object.metadata().name, age(object, now)};
}

Columns columns_of(const spec::Kind& kind) {
    if (&kind == &spec::kind_of<spec::Deployment>())
        return {
            {"NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"},
            deployment_row,
            {"CONTAINERS", "SELECTOR"},
            deployment_wide
        };
    if (&kind == &spec::kind_of<spec::ReplicaSet>())
        return {
            {"NAME", "DESIRED", "CURRENT", "READY", "AGE"},
            replicaset_row,
            {"CONTAINERS", "SELECTOR"},
            replicaset_wide
        };
    if (&kind == &spec::kind_of<spec::Pod>())
        return {{"NAME", "READY", "STATUS", "RESTARTS", "AGE"}, pod_row, {"IP", "PORTS"}, pod_wide};
    if (&kind == &spec::kind_of<spec::Service>())
        return {
            {"NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"},
            service_row,
            {"SELECTOR"},
            service_wide
        };
    if (&kind == &spec::kind_of<spec::HorizontalPodAutoscaler>())
        return {
            {"NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"},
            hpa_row,
            {},
            nullptr
        };
    if (&kind == &spec::kind_of<spec::VerticalPodAutoscaler>())
        return {{"NAME", "MODE", "CPU", "MEM", "PROVIDED", "AGE"}, vpa_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::ResourceQuota>())
        return {{"NAME", "REQUEST", "LIMIT", "AGE"}, quota_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::Autoscaler>())
        return {
            {"NAME",
             "REFERENCE",
             "TARGETS",
             "MINPODS",
             "MAXPODS",
             "REPLICAS",
             "MODE",
             "REQUESTS",
             "AGE"},
            autoscaler_row,
            {},
            nullptr
        };
    if (&kind == &spec::kind_of<spec::ConfigMap>())
        return {{"NAME", "DATA", "AGE"}, config_map_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::Secret>())
        return {{"NAME", "TYPE", "DATA", "AGE"}, secret_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::Event>())
        return {{"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"}, event_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::EndpointSlice>())
        return {{"NAME", "ADDRESSTYPE", "ENDPOINTS", "AGE"}, slice_row, {}, nullptr};
    if (&kind == &spec::kind_of<spec::LoadTest>())
        return {
            {"NAME", "TARGET", "PHASE", "REQUESTS", "ERRORS", "P95", "AGE"}, load_row, {}, nullptr
        };
    return {{"NAME", "AGE"}, plain_row, {}, nullptr};
}

}  // namespace

std::string pod_status_word(const Object& object) {
    const auto& pod = object.as<spec::Pod>();
    std::string word = pod.status.reason.empty() ? pod.status.phase : pod.status.reason;
    if (word.empty()) word = "Pending";
    const std::string init = init_word(pod);
    if (!init.empty()) {
        word = init;
    } else {
        bool running = false;
        for (const auto& status : pod.status.container_statuses) {
            const std::string why = waiting_or_terminated(status);
            if (!why.empty()) word = why;
            running |= status.state.running.has_value() && status.ready;
        }
        if (word == "Completed" && running) word = "Running";
    }
    return pod.metadata.deletion_timestamp ? "Terminating" : word;
}

std::string hpa_targets(const Object& object) {
    const auto part = spec::horizontal_of(object);
    if (!part) return "<unknown>";
    const spec::HorizontalPodAutoscaler& hpa = *part;
    std::string text;
    for (std::size_t i = 0; i < hpa.spec.metrics.size(); ++i) {
        const auto& metric = hpa.spec.metrics[i];
        const spec::MetricStatus* seen =
            i < hpa.status.current_metrics.size() ? &hpa.status.current_metrics[i] : nullptr;
        std::string name = metric.type, current = "<unknown>", target = "?";
        auto fill = [&](const spec::MetricTarget& wanted, const spec::MetricValueStatus* value) {
            const char* average = "";
            if (wanted.average_utilization) {
                target = number(*wanted.average_utilization) + "%";
                if (value && value->average_utilization)
                    current = number(*value->average_utilization) + "%";
            } else if (wanted.average_value) {
                average = " (avg)";
                target = wanted.average_value->text() + average;
                if (value && value->average_value) current = value->average_value->text();
            } else if (wanted.value) {
                target = wanted.value->text();
                if (value && value->value) current = value->value->text();
            }
        };
        if (metric.resource) {
            name = metric.resource->name;
            fill(
                metric.resource->target, seen && seen->resource ? &seen->resource->current : nullptr
            );
        } else if (metric.container_resource) {
            name = metric.container_resource->name;
            fill(
                metric.container_resource->target,
                seen && seen->container_resource ? &seen->container_resource->current : nullptr
            );
        } else if (metric.pods) {
            name = metric.pods->metric.name;
            fill(metric.pods->target, seen && seen->pods ? &seen->pods->current : nullptr);
        } else if (metric.object) {
            name = metric.object->metric.name;
            fill(metric.object->target, seen && seen->object ? &seen->object->current : nullptr);
        } else if (metric.external) {
            name = metric.external->metric.name;
            fill(
                metric.external->target, seen && seen->external ? &seen->external->current : nullptr
            );
        }
        text += (text.empty() ? "" : ", ") + name + ": " + current + "/" + target;
    }
    return text.empty() ? "<unknown>" : text;
}

namespace {

Row label_headings(const TableStyle& style) {
    Row heading;
    for (const std::string& key : style.label_columns) {
        std::string name = key.substr(key.rfind('/') + 1);  // npos + 1 is 0
        for (char& c : name)
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        heading.push_back(std::move(name));
    }
    if (style.show_labels) heading.emplace_back("LABELS");
    return heading;
}

Row label_cells(const spec::Labels& labels, const TableStyle& style) {
    Row row;
    for (const std::string& key : style.label_columns) {
        const auto found = labels.find(key);
        row.push_back(found == labels.end() ? "" : found->second);
    }
    if (!style.show_labels) return row;
    std::string all;
    for (const auto& [key, value] : labels) all += (all.empty() ? "" : ",") + key + "=" + value;
    row.push_back(or_none(std::move(all)));
    return row;
}

}  // namespace

std::string table(const std::vector<Object>& objects, Instant now, const TableStyle& style) {
    if (objects.empty()) return "";
    const Columns shape = columns_of(objects.front().kind());
    Row heading = shape.heading;
    if (style.namespaces) heading.insert(heading.begin(), "NAMESPACE");
    if (style.wide)
        heading.insert(heading.end(), shape.wide_heading.begin(), shape.wide_heading.end());
    const Row labels = label_headings(style);
    heading.insert(heading.end(), labels.begin(), labels.end());
    if (!style.headings) heading.assign(heading.size(), "");
    std::vector<Row> rows;
    rows.reserve(objects.size());
    for (const Object& object : objects) {
        Row row = shape.row(object, now);
        if (style.namespaces) row.insert(row.begin(), object.metadata().ns);
        if (style.wide && shape.wide_row) {
            const Row more = shape.wide_row(object);
            row.insert(row.end(), more.begin(), more.end());
        }
        const Row cells = label_cells(object.metadata().labels, style);
        row.insert(row.end(), cells.begin(), cells.end());
        rows.push_back(std::move(row));
    }
    return columns(heading, rows);
}

}  // namespace swell::app
