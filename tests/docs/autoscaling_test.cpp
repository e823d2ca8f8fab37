// The examples of docs/autoscaling.md. There each is
//
//     <!-- example: NAME -->
//     ```yaml            the spec of the HorizontalPodAutoscaler, but for its target; may be left
//     out
//     ```
//     ```                lines of what `swell explain hpa/shop` prints
//     ```

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/hpa/decide.hpp"
#include "control/hpa/reading.hpp"
#include "control/hpa/record.hpp"
#include "journal/explain.hpp"
#include "spec/read.hpp"

namespace {

using namespace swell;
using namespace std::chrono_literals;
namespace hpa = control::hpa;

const Instant now{std::chrono::seconds(1'800'000'000)};  // 08:00:00

enum class Is { ready, starting, unmeasured, going };

/// Pods that are alike. Each has a container `app` and one `proxy`.
struct PodsOf {
    int count = 0;
    Is is = Is::ready;
    const char* cpu = "0";  // of app; proxy uses 2m and 8Mi
    const char* memory = "64Mi";
};

/// What the autoscaler of an example meets.
struct Scene {
    const char* name;
    std::vector<PodsOf> pods;
    hpa::State past{};
    std::optional<std::int32_t> replicas{};       // when it is not the number of pods
    std::map<std::string, std::string> values{};  // of other metrics, by name; none: unknown
};

const hpa::State six_a_minute_ago{
    .recommendations = {{6, now - 1min}}, .scale_ups = {}, .scale_downs = {}
};
const hpa::State three_added{
    .recommendations = {{9, now - 40s}}, .scale_ups = {{3, now - 40s}}, .scale_downs = {}
};

// A pod requests 120m and 160Mi: app 100m and 128Mi, proxy 20m and 32Mi.
// clang-format off
const Scene scenes[] = {
    {"ratio",             {{3, Is::ready, "120m"}}},
    {"tolerance",         {{4, Is::ready, "82m"}}},
    {"own-tolerance",     {{4, Is::ready, "82m"}}},
    {"starting",          {{3, Is::ready, "150m"}, {2, Is::starting, "300m"}}},
    {"unmeasured",        {{4, Is::ready, "20m"}, {1, Is::unmeasured}}},
    {"going",             {{3, Is::ready, "120m"}, {1, Is::going}}},
    {"several",           {{3, Is::ready, "60m", "150Mi"}}},
    {"one-unknown",       {{3, Is::ready, "20m"}}, {}, {}, {}},
    {"container",         {{3, Is::ready, "95m"}}},
    {"pods-metric",       {{3, Is::ready, "10m"}}, {}, {}, {{"requests_per_second", "25"}}},
    {"object-value",      {{3, Is::ready, "10m"}}, {}, {}, {{"requests_per_second", "900"}}},
    {"external-average",  {{3, Is::ready, "10m"}}, {}, {}, {{"queue_length", "140"}}},
    {"window",            {{6, Is::ready, "30m"}}, six_a_minute_ago},
    {"rate",              {{5, Is::ready, "180m"}}, three_added},
    {"default-rate",      {{2, Is::ready, "400m"}}},
    {"max",               {{9, Is::ready, "130m"}}},
    {"zero",              {}, {}, 0},
};
// clang-format on

spec::ResourceList resources(const char* cpu, const char* memory) {
    return {{"cpu", *Quantity::parse(cpu)}, {"memory", *Quantity::parse(memory)}};
}

spec::Container container(const char* name, const char* cpu, const char* memory) {
    spec::Container made;
    made.name = name;
    made.resources.requests = resources(cpu, memory);
    return made;
}

spec::Pod pod(const std::string& name, Is is) {
    spec::Pod made;
    made.metadata.name = name;
    made.metadata.ns = "default";
    made.spec.containers = {container("app", "100m", "128Mi"), container("proxy", "20m", "32Mi")};
    made.status.phase = "Running";
    const bool starts = is == Is::starting;
    made.status.start_time = starts ? now - 20s : now - 1h;
    spec::Condition& ready = made.status.conditions.emplace_back();
    ready.type = "Ready";
    ready.status = starts ? "False" : "True";
    ready.last_transition_time = made.status.start_time;
    if (is == Is::going) made.metadata.deletion_timestamp = now;
    return made;
}

metrics::PodMetrics measured(const std::string& name, const PodsOf& of) {
    metrics::PodMetrics made;
    made.name = name;
    made.ns = "default";
    made.timestamp = now - 9s;
    made.window = 15s;
    made.containers = {{"app", resources(of.cpu, of.memory)}, {"proxy", resources("2m", "8Mi")}};
    return made;
}

struct Met {
    std::vector<spec::Pod> pods;
    std::vector<metrics::PodMetrics> metrics;

    explicit Met(const Scene& scene) {
        for (const PodsOf& of : scene.pods) {
            for (int i = 0; i < of.count; ++i) {
                const std::string name = "shop-" + std::to_string(pods.size());
                pods.push_back(pod(name, of.is));
                if (of.is != Is::unmeasured) metrics.push_back(measured(name, of));
            }
        }
    }
};

std::optional<std::int64_t> value_of(const Scene& scene, const std::string& name) {
    const auto found = scene.values.find(name);
    if (found == scene.values.end()) return std::nullopt;
    return Quantity::parse(found->second)->milli_value();
}

hpa::Reading read(const spec::MetricSpec& metric, const Scene& scene, const Met& met) {
    std::vector<const spec::Pod*> pods;
    for (const spec::Pod& one : met.pods) pods.push_back(&one);
    const Error unknown{Code::unavailable, "the metrics adapter does not answer"};
    if (metric.pods) {
        const auto value = value_of(scene, metric.pods->metric.name);
        Result<std::vector<hpa::NamedUsage>> usages = std::unexpected(unknown);
        if (value) usages.emplace();
        for (const spec::Pod& one : met.pods)
            if (value) usages->push_back({one.metadata.name, *value, now - 9s, 15s});
        return hpa::read_pods_metric(usages, pods);
    }
    if (metric.object || metric.external) {
        const auto source = metric.object ? hpa::ValueSource::custom : hpa::ValueSource::external;
        const spec::MetricIdentifier& of =
            metric.object ? metric.object->metric : metric.external->metric;
        Result<std::vector<std::int64_t>> values = std::unexpected(unknown);
        if (const auto value = value_of(scene, of.name)) values = std::vector{*value};
        return hpa::read_values(source, values, pods, std::optional(now - 9s));
    }
    return hpa::read_resource(metric, met.metrics, pods);
}

/// What `swell explain hpa/shop` prints twelve seconds after the decision.
std::string explained(const Scene& scene, const spec::HorizontalPodAutoscaler& autoscaler) {
    const Met met(scene);
    hpa::Observation seen;
    seen.at = now;
    seen.replicas = scene.replicas.value_or(static_cast<std::int32_t>(met.pods.size()));
    seen.status_replicas = static_cast<std::int32_t>(met.pods.size());
    for (const spec::MetricSpec& metric : autoscaler.spec.metrics)
        seen.readings.push_back(read(metric, scene, met));
    const hpa::Decision decision = hpa::decide(seen, autoscaler, scene.past, {});
    journal::Entry entry = hpa::entry_of(seen, autoscaler, decision);
    entry.id = 7;
    if (decision.rescale) entry.outcome = "done";
    return journal::explain(entry, {}, now + 12s);
}

constexpr const char* plain = R"(minReplicas: 2
maxReplicas: 10
metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
)";

std::string manifest_of(const std::string& spec) {
    std::string text = R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
)";
    std::string line;
    for (const char c : spec) {
        line += c;
        if (c != '\n') continue;
        text += "  " + line;
        line.clear();
    }
    return text;
}

struct Example {
    std::string name, spec, shown;
};

std::vector<Example> examples_of(const std::string& path) {
    std::vector<Example> found;
    std::ifstream in(path);
    constexpr std::string_view mark = "<!-- example: ";
    bool open = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(mark)) {
            found.push_back({line.substr(mark.size(), line.find(" -->") - mark.size()), "", ""});
            open = true;
        }
        if (!open || !line.starts_with("```")) continue;
        const bool is_spec = line == "```yaml";
        std::string& into = is_spec ? found.back().spec : found.back().shown;
        while (std::getline(in, line) && line != "```") into += line + "\n";
        if (!is_spec) open = false;
    }
    return found;
}

TEST(AutoscalingGuide, ItsExamplesAreWhatExplainPrints) {
    const auto examples = examples_of(std::string(SWELL_SOURCE_DIR) + "/docs/autoscaling.md");
    std::set<std::string> told;
    for (const Example& example : examples) {
        SCOPED_TRACE(example.name);
        EXPECT_TRUE(told.insert(example.name).second) << "twice";
        const auto scene = std::ranges::find(scenes, example.name, &Scene::name);
        ASSERT_NE(scene, std::end(scenes)) << "no scene of this name";
        const auto manifests =
            spec::read_text(manifest_of(example.spec.empty() ? plain : example.spec), example.name);
        for (const spec::Finding& finding : manifests.findings) ADD_FAILURE() << finding.text();
        ASSERT_EQ(manifests.objects.size(), 1u);
        const std::string whole =
            explained(*scene, manifests.objects.front().object.as<spec::HorizontalPodAutoscaler>());
        const bool is_there = !example.shown.empty() && whole.contains(example.shown);
        EXPECT_TRUE(is_there) << "the page has\n" << example.shown << "\nexplain prints\n" << whole;
    }
    for (const Scene& scene : scenes)
        EXPECT_TRUE(told.contains(scene.name)) << scene.name << ": no example";
}

}  // namespace
