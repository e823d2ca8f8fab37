#include "scenario.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/rng.hpp"

namespace swell::simulation {

namespace {

using namespace std::chrono_literals;

constexpr std::array fault_names = {
    "metrics_lost",
    "metrics_missing",
    "metrics_stale",
    "metrics_negative",
    "metrics_infinite",
    "metrics_nan",
    "metrics_huge",
    "pods_crash",
    "pods_slow",
    "pods_fail",
    "pods_linger",
    "resize_deferred",
    "resize_infeasible",
    "resize_fails",
    "api_unavailable",
    "api_overtaken",
    "journal_full",
};

constexpr std::array deed_names = {
    "restart",
    "restart_back",
    "sleep",
    "scale",
    "set_max",
    "set_min",
    "roll_out",
    "renew_hpa",
    "renew_deployment",
    "rival",
    "quota",
    "set_mode",
};

std::string text(std::int64_t number) { return std::to_string(number); }

/// Draws a scenario, part by part.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : rng_(seed) { made_.seed = seed; }

    Scenario scenario() {
        made_.faults_end = minutes(8, 20);
        made_.tells_all = chance(0.3);
        made_.admits = chance(0.85);
        made_.resizes = chance(0.85);
        if (chance(0.2)) made_.history = static_cast<std::size_t>(between(4, 40));
        has_quota_ = chance(0.4);
        const std::int64_t services = between(1, 3);
        const bool one_namespace = chance(0.6);
        if (chance(0.3)) limit_range("team-0");
        for (std::int64_t i = 0; i < services; ++i) service(one_namespace ? 0 : i, "s" + text(i));
        if (has_quota_) quota("team-0");
        const std::int64_t faults = between(0, 6);
        for (std::int64_t i = 0; i < faults; ++i) fault();
        const std::int64_t deeds = between(0, 5);
        for (std::int64_t i = 0; i < deeds; ++i) deed();
        std::ranges::stable_sort(made_.deeds, {}, &Deed::at);
        return std::move(made_);
    }

  private:
    bool chance(double share) { return rng_.unit() < share; }
    /// Both ends are in.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(high - low + 1)));
    }
    Duration minutes(std::int64_t low, std::int64_t high) {
        return std::chrono::seconds(between(60 * low, 60 * high));
    }
    Duration moment() { return std::chrono::seconds(between(1, made_.faults_end / 1s)); }
    std::string one_of(std::initializer_list<const char*> words) {
        return words.begin()[rng_.below(words.size())];
    }

    Levels levels(double highest) {
        Levels drawn;
        for (Duration at{}; at < made_.faults_end; at += minutes(1, 5))
            drawn.levels.push_back({at, chance(0.15) ? 0 : highest * rng_.unit()});
        drawn.levels.push_back({made_.faults_end, highest * rng_.unit()});
        return drawn;
    }

    void document(const std::string& yaml) {
        if (!made_.manifests.empty()) made_.manifests += "---\n";
        made_.manifests += yaml;
    }

    void service(std::int64_t team, const std::string& name) {
        const std::string ns = "team-" + text(team);
        cpu_ = 50 * between(1, 10);
        memory_ = 32 * between(1, 8);
        const std::int64_t limit = cpu_ * between(1, 3);
        Load load{.ns = ns, .name = name};
        load.work = levels(static_cast<double>(cpu_) * static_cast<double>(between(1, 12)));
        load.queue = levels(static_cast<double>(between(1, 400)));
        load.idle = static_cast<double>(cpu_) * 0.2 * rng_.unit();
        load.memory = static_cast<double>(memory_) * (0.3 + 0.9 * rng_.unit());
        load.blocked = team == 0 && most_cpu_ != 0 && limit > most_cpu_;
        made_.loads.push_back(std::move(load));
        document(
            "apiVersion: apps/v1\n"
            "kind: Deployment\n"
            "metadata: {name: " +
            name + ", namespace: " + ns +
            "}\n"
            "spec:\n"
            "  replicas: " +
            text(between(0, 6)) +
            "\n"
            "  minReadySeconds: " +
            text(chance(0.8) ? 0 : between(1, 10)) +
            "\n"
            "  selector: {matchLabels: {app: " +
            name +
            "}}\n"
            "  template:\n"
            "    metadata: {labels: {app: " +
            name +
            "}}\n"
            "    spec:\n"
            "      containers:\n"
            "      - name: main\n"
            "        image: " +
            name +
            ":1\n"
            "        resources: {requests: {cpu: " +
            text(cpu_) + "m, memory: " + text(memory_) + "Mi}, limits: {cpu: " + text(limit) +
            "m}}\n"
        );
        scales_on_resources_ = false;
        const bool is_whole = chance(0.15);
        const bool has_vertical = chance(is_whole ? 0.6 : 0.3);
        // An observer's place is beside one that acts, or where nothing does.
        if (is_whole)
            autoscaler(ns, name, has_vertical);
        else if (chance(0.9))
            hpa({ns, name, name, chance(0.1)});
        if (chance(0.1)) hpa({ns, name, name + "-watch", true});
        if (!is_whole && has_vertical) vpa({ns, name, name, chance(0.1)});
        if (chance(0.08)) vpa({ns, name, name + "-watch", true});
    }

    struct Named {
        std::string ns, target, name;
        bool observes = false;

        std::string metadata() const {
            return "metadata: {name: " + name + ", namespace: " + ns +
                   (observes ? ", annotations: {swell.dev/mode: Observe}" : "") + "}\n";
        }
    };

    void hpa(const Named& named) {
        document(
            "apiVersion: autoscaling/v2\n"
            "kind: HorizontalPodAutoscaler\n" +
            named.metadata() + horizontal(named.target)
        );
    }

    void vpa(const Named& named) {
        document(
            "apiVersion: autoscaling.k8s.io/v1\n"
            "kind: VerticalPodAutoscaler\n" +
            named.metadata() +
            "spec:\n"
            "  targetRef: {apiVersion: apps/v1, kind: Deployment, name: " +
            named.target + "}\n" + vertical(named.ns, "  ")
        );
    }

    void autoscaler(const std::string& ns, const std::string& name, bool has_vertical) {
        const Named named{ns, name, name, chance(0.1)};
        std::string whole = "apiVersion: swell.dev/v1\nkind: Autoscaler\n" + named.metadata();
        whole += horizontal(name);
        if (has_vertical) whole += "  vertical:\n" + vertical(ns, "    ");
        document(whole);
    }

    /// The spec of an HPA, which is that of an Autoscaler as well.
    std::string horizontal(const std::string& name) {
        const std::int64_t count = chance(0.6) ? 1 : between(2, 3);
        std::string metrics;
        bool may_be_zero = false;
        for (std::int64_t i = 0; i < count; ++i) metrics += "  - " + metric(name, may_be_zero);
        const std::int64_t min = may_be_zero && chance(0.3) ? 0 : between(1, 3);
        return "spec:\n"
               "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: " +
               name +
               "}\n"
               "  minReplicas: " +
               text(min) +
               "\n"
               "  maxReplicas: " +
               text(between(std::max<std::int64_t>(min, 1), 12)) +
               "\n"
               "  metrics:\n" +
               metrics + behavior();
    }

    std::string metric(const std::string& service, bool& may_be_zero) {
        const std::int64_t share = between(30, 90);
        const auto milli = [&](std::int64_t amount) { return text(amount * share / 100) + "m"; };
        const auto average = [&](std::int64_t amount) {
            return "target: {type: AverageValue, averageValue: " + milli(amount) + "}";
        };
        const auto value = [&](std::int64_t amount) {
            return "target: {type: Value, value: " + milli(amount) + "}";
        };
        const std::string utilization =
            "target: {type: Utilization, averageUtilization: " + text(share) + "}";
        const std::string object =
            "{type: Object, object: {describedObject: {apiVersion: v1, kind: Service, name: " +
            service + "}, metric: {name: ";
        const std::int64_t kind = between(0, 9);
        scales_on_resources_ = scales_on_resources_ || kind < 5;
        may_be_zero = may_be_zero || kind > 5;
        switch (kind) {
            case 0:
            case 1:
                return "{type: Resource, resource: {name: cpu, " + utilization + "}}\n";
            case 2:
                return "{type: Resource, resource: {name: cpu, " + average(cpu_) + "}}\n";
            case 3:
                return "{type: Resource, resource: {name: memory, " + utilization + "}}\n";
            case 4:
                return "{type: ContainerResource, containerResource: {name: cpu, container: "
                       "main, " +
                       utilization + "}}\n";
            case 5:
                return "{type: Pods, pods: {metric: {name: work}, " + average(cpu_ * 1000) + "}}\n";
            case 6:
                return object + "work}, " + average(cpu_ * 1000) + "}}\n";
            case 7:
                return object + "work_per_pod}, " + value(cpu_ * 1000) + "}}\n";
            case 8:
                return "{type: External, external: {metric: {name: queue, selector: {matchLabels: "
                       "{app: " +
                       service + "}}}, " + average(between(5'000, 60'000)) + "}}\n";
            default:
                return "{type: External, external: {metric: {name: queue_per_pod, selector: "
                       "{matchLabels: {app: " +
                       service + "}}}, " + value(between(5'000, 60'000)) + "}}\n";
        }
    }

    std::string behavior() {
        if (chance(0.4)) return "";
        std::string sides;
        if (chance(0.7)) sides += "    scaleUp: " + rules(0, 120) + "\n";
        // A pod that starts counts for nothing yet when the others are seen to have less to do:
        // with a shorter window than that, cpu goes up and down for ever, in the original as well.
        if (sides.empty() || chance(0.7))
            sides += "    scaleDown: " + rules(scales_on_resources_ ? 75 : 0, 300) + "\n";
        return "  behavior:\n" + sides;
    }

    std::string rules(std::int64_t shortest_window, std::int64_t longest_window) {
        std::vector<std::string> fields;
        if (chance(0.6))
            fields.push_back(
                "stabilizationWindowSeconds: " + text(between(shortest_window, longest_window))
            );
        if (chance(0.3)) fields.push_back("selectPolicy: " + one_of({"Max", "Min", "Disabled"}));
        if (chance(0.3)) fields.push_back("tolerance: 0." + text(between(0, 3)));
        if (chance(0.7)) {
            std::string policies;
            const std::int64_t count = between(1, 2);
            for (std::int64_t i = 0; i < count; ++i) {
                const bool percent = chance(0.5);
                policies += std::string(i == 0 ? "" : ", ") +
                            "{type: " + (percent ? "Percent" : "Pods") +
                            ", value: " + text(percent ? between(10, 150) : between(1, 4)) +
                            ", periodSeconds: " + text(between(1, 180)) + "}";
            }
            fields.push_back("policies: [" + policies + "]");
        }
        std::string all;
        for (const std::string& field : fields) all += (all.empty() ? "" : ", ") + field;
        return "{" + all + "}";
    }

    /// How pods are sized, each line with this indentation.
    std::string vertical(const std::string& ns, const std::string& indent) {
        // What it makes of a limit may be more than a LimitRange takes.
        if (ns == "team-0" && most_cpu_ != 0) made_.loads.back().blocked = true;
        std::string made;
        if (chance(0.95)) {
            const std::string mode = one_of(
                {"Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate", "InPlaceOrRecreate"}
            );
            made += indent + "updatePolicy: {updateMode: \"" + mode + "\"";
            if (chance(0.3)) made += ", minReplicas: " + text(between(1, 3));
            made += "}\n";
        }
        made += indent + "resourcePolicy: {containerPolicies: [{containerName: main, ";
        if (chance(0.2)) made += "controlledResources: [" + one_of({"cpu", "memory"}) + "], ";
        if (chance(0.2)) made += "controlledValues: RequestsOnly, ";
        return made + "minAllowed: {cpu: " + text(between(10, 60)) +
               "m, memory: " + text(between(16, 96)) +
               "Mi}, maxAllowed: {cpu: " + text(between(100, 800)) +
               "m, memory: " + text(between(96, 400)) + "Mi}}]}\n";
    }

    void quota(const std::string& ns) {
        std::string hard = "pods: \"" + text(between(2, 14)) + "\"";
        if (chance(0.6)) hard += ", requests.cpu: " + text(100 * between(2, 30)) + "m";
        if (chance(0.3)) hard += ", requests.memory: " + text(64 * between(4, 40)) + "Mi";
        document(
            "apiVersion: v1\n"
            "kind: ResourceQuota\n"
            "metadata: {name: quota, namespace: " +
            ns +
            "}\n"
            "spec: {hard: {" +
            hard + "}}\n"
        );
    }

    void limit_range(const std::string& ns) {
        most_cpu_ = 100 * between(2, 15);
        document(
            "apiVersion: v1\n"
            "kind: LimitRange\n"
            "metadata: {name: limits, namespace: " +
            ns +
            "}\n"
            "spec: {limits: [{type: Container, max: {cpu: " +
            text(most_cpu_) + "m, memory: 1Gi}, min: {cpu: 10m}}]}\n"
        );
    }

    void fault() {
        Fault drawn;
        drawn.kind = static_cast<Fault::Kind>(rng_.below(fault_names.size()));
        drawn.from = moment();
        drawn.until = std::min(drawn.from + minutes(1, 6), made_.faults_end);
        drawn.load = rng_.below(made_.loads.size());
        drawn.strength = 0.1 + 0.9 * rng_.unit();
        made_.faults.push_back(drawn);
    }

    void deed() {
        Deed drawn;
        drawn.kind = static_cast<Deed::Kind>(rng_.below(deed_names.size()));
        drawn.at = moment();
        drawn.load = rng_.below(made_.loads.size());
        switch (drawn.kind) {
            case Deed::Kind::roll_out:
                // Between a quota and maxUnavailable a rollout can stick, in the original as well.
                if (has_quota_) return;
                break;
            case Deed::Kind::restart_back:
            case Deed::Kind::sleep:
                drawn.value = static_cast<std::int32_t>(between(1, 300));
                break;
            default:
                drawn.value = static_cast<std::int32_t>(between(0, 14));
        }
        made_.deeds.push_back(drawn);
    }

    Rng rng_;
    Scenario made_;
    // Of the service that is drawn.
    std::int64_t cpu_ = 0, memory_ = 0;
    bool scales_on_resources_ = false;
    std::int64_t most_cpu_ = 0;  // of team-0's LimitRange; 0: there is none
    bool has_quota_ = false;
};

}  // namespace

double Levels::at(Duration time) const {
    const auto next = std::ranges::upper_bound(levels, time, {}, &Level::at);
    return next == levels.begin() ? levels.front().value : std::prev(next)->value;
}

const char* to_text(Fault::Kind kind) { return fault_names[static_cast<std::size_t>(kind)]; }
const char* to_text(Deed::Kind kind) { return deed_names[static_cast<std::size_t>(kind)]; }

Scenario scenario_of(std::uint64_t seed) { return Draw(seed).scenario(); }

std::string to_text(const Scenario& scenario) {
    std::string told = scenario.manifests;
    char line[160];
    for (const Load& load : scenario.loads) {
        std::snprintf(
            line,
            sizeof line,
            "# %s/%s: idle %.0fm, memory %.0fMi; work",
            load.ns.c_str(),
            load.name.c_str(),
            load.idle,
            load.memory
        );
        told += line;
        for (const Levels::Level& level : load.work.levels) {
            std::snprintf(
                line, sizeof line, " %s %.0f", swell::to_text(level.at).c_str(), level.value
            );
            told += line;
        }
        told += '\n';
    }
    for (const Fault& fault : scenario.faults) {
        std::snprintf(
            line,
            sizeof line,
            "# %s to %s: %s of %s, %.2f\n",
            swell::to_text(fault.from).c_str(),
            swell::to_text(fault.until).c_str(),
            to_text(fault.kind),
            scenario.loads[fault.load].name.c_str(),
            fault.strength
        );
        told += line;
    }
    for (const Deed& deed : scenario.deeds)
        told += "# " + swell::to_text(deed.at) + ": " + to_text(deed.kind) + " " +
                scenario.loads[deed.load].name + " " + std::to_string(deed.value) + "\n";
    return told + "# faults end at " + swell::to_text(scenario.faults_end) + "\n";
}

}  // namespace swell::simulation
