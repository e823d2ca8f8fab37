#include "vpa_recommender.hpp"

#include <bit>
#include <cstdlib>

#include "control/vpa/checkpoint.hpp"
#include "control/vpa/conditions.hpp"
#include "control/vpa/recommend.hpp"
#include "from_json.hpp"
#include "sorted.hpp"
#include "spec/object.hpp"

namespace swell::conformance {

namespace {

using namespace control::vpa;

Instant time_at(const Json& json, const char* name) {
    return parse_rfc3339(json.value(name, "")).value_or(Instant{});
}

Duration seconds_at(const Json& json, const char* name) {
    return std::chrono::seconds(json.at(name).get<std::int64_t>());
}

HistoryConfig history_config(const Json& json) {
    HistoryConfig config;
    config.memory_aggregation_interval = seconds_at(json, "memory-aggregation-interval");
    config.memory_aggregation_interval_count =
        json.at("memory-aggregation-interval-count").get<std::int64_t>();
    config.cpu_histogram_decay_half_life = seconds_at(json, "cpu-histogram-decay-half-life");
    config.memory_histogram_decay_half_life = seconds_at(json, "memory-histogram-decay-half-life");
    config.oom_bump_up_ratio = json.at("oom-bump-up-ratio").get<double>();
    config.oom_min_bump_up_bytes = json.at("oom-min-bump-up-bytes").get<double>();
    return config;
}

RecommenderConfig recommender_config(const Json& json) {
    RecommenderConfig config;
    const auto number = [&](const char* name) { return json.at(name).get<double>(); };
    config.cpu = {
        number("recommendation-lower-bound-cpu-percentile"),
        number("target-cpu-percentile"),
        number("recommendation-upper-bound-cpu-percentile")
    };
    config.memory = {
        number("recommendation-lower-bound-memory-percentile"),
        number("target-memory-percentile"),
        number("recommendation-upper-bound-memory-percentile")
    };
    config.margin_fraction = number("recommendation-margin-fraction");
    config.pod_min_cpu_milli = number("pod-recommendation-min-cpu-millicores");
    config.pod_min_memory_mib = number("pod-recommendation-min-memory-mb");
    config.confidence_interval_cpu = seconds_at(json, "confidence-interval-cpu");
    config.confidence_interval_memory = seconds_at(json, "confidence-interval-memory");
    config.round_cpu_milli = json.at("round-cpu-millicores").get<std::int64_t>();
    config.round_memory_bytes = json.at("round-memory-bytes").get<std::int64_t>();
    config.humanize_memory = json.at("humanize-memory").get<bool>();
    config.integer_cpu = json.at("cpu-integer-post-processor-enabled").get<bool>();
    from_json(json.at("container-recommendation-max-allowed"), config.max_allowed);
    return config;
}

// Sorted by name, without what is empty: absent and empty are the same.
Json plain(const Json& json) {
    Json made = sorted(json);
    if (!made.is_object()) return made;
    for (auto it = made.begin(); it != made.end();) {
        *it = plain(*it);
        const bool empty = it->is_null() || (it->is_structured() && it->empty());
        it = empty ? made.erase(it) : std::next(it);
    }
    return made;
}

Json as_json(const spec::VpaCheckpointStatus& status) {
    spec::VerticalPodAutoscalerCheckpoint checkpoint;
    checkpoint.status = status;
    return spec::Object(checkpoint).to_json()["status"];
}

std::string time_or_empty(const std::optional<Instant>& at) { return at ? to_rfc3339(*at) : ""; }

Json raw_amounts(const ContainerEstimates& one, Estimate ResourceEstimates::* which) {
    Json made = Json::object();
    if (one.cpu) made["cpu"] = (*one.cpu.*which).amount;
    if (one.memory) made["memory"] = (*one.memory.*which).amount;
    return made;
}

Json raw(const ContainerEstimates& one) {
    return {
        {"target", raw_amounts(one, &ResourceEstimates::target)},
        {"lowerBound", raw_amounts(one, &ResourceEstimates::lower_bound)},
        {"upperBound", raw_amounts(one, &ResourceEstimates::upper_bound)},
        {"firstSampleStart", time_or_empty(one.first_sample)},
        {"lastSampleStart", time_or_empty(one.last_sample)},
        {"totalSamplesCount", one.samples},
    };
}

class Story {
  public:
    explicit Story(const Json& recorded)
        : recorded_(recorded), config_(recommender_config(recorded["config"])) {
        model_.config = history_config(recorded["config"]);
        from_json(recorded["vpa"], vpa_);
        selection_ = {vpa_.metadata.ns, *spec::Selector::parse("app=web")};
    }

    std::string check() {
        std::size_t number = 0;
        for (const Json& op : recorded_["ops"]) {
            run(op);
            if (!difference_.empty())
                return "op " + std::to_string(number) + " (" + op.value("op", "") +
                       "): " + difference_;
            ++number;
        }
        return {};
    }

  private:
    void expect(const std::string& what, const Json& wanted, const Json& found) {
        const auto left = plain(wanted), right = plain(found);
        if (left == right) return;
        difference_ += what + ": wanted " + left.dump() + ", got " + right.dump() + "\n";
    }

    PodKey key(const Json& op) const { return {vpa_.metadata.ns, op.value("pod", "")}; }

    void run(const Json& op) {
        const std::string name = op.value("op", "");
        if (name == "addPod") return add_pod(op);
        if (name == "deletePod") {
            model_.pods.erase(key(op));
        } else if (name == "samples") {
            samples(op);
        } else if (name == "oom") {
            oom(op);
        } else if (name == "garbageCollect") {
            const bool exists = op.at("controllerExists").get<bool>();
            collect_garbage(
                model_,
                time_at(op, "now"),
                std::chrono::minutes(1),
                [&](const PodKey&, const TrackedPod&) { return exists; }
            );
            expect("aggregateStatesLeft", op["aggregateStatesLeft"], model_.states.size());
        } else if (name == "restartFromCheckpoint") {
            restart(op);
        } else if (name == "recommend") {
            recommend(op);
        } else {
            difference_ = "unknown\n";
        }
    }

    void add_pod(const Json& op) {
        spec::Labels labels;
        from_json(op["labels"], labels);
        track(model_, key(op), labels, "Running");
        for (const Json& container : op["containers"])
            track_container(model_, key(op), container.value("name", ""), time_at(op, "now"));
    }

    void samples(const Json& op) {
        const Instant start = time_at(op, "start");
        const Duration interval = seconds_at(op, "intervalSeconds");
        Sample sample{key(op), op.value("container", ""), 0, start};
        const Json extra = op.value("extra", Json::array());
        const Json &cpu = op["cpuMillicores"], &memory = op["memoryBytes"];
        for (std::size_t i = 0; i <= cpu.size(); ++i) {
            for (const Json& one : extra) {
                if (one.at("beforeIndex").get<std::size_t>() != i) continue;
                sample.at = time_at(one, "timestamp");
                sample.amount = one.at("cpuMillicores").get<std::int64_t>();
                expect("cpuAccepted", one["cpuAccepted"], add_cpu(model_, sample));
                sample.amount = one.at("memoryBytes").get<std::int64_t>();
                expect("memoryAccepted", one["memoryAccepted"], add_memory(model_, sample));
            }
            if (i == cpu.size()) break;
            sample.at = start + static_cast<std::int64_t>(i) * interval;
            sample.amount = cpu[i].get<std::int64_t>();
            add_cpu(model_, sample);
            sample.amount = memory[i].get<std::int64_t>();
            add_memory(model_, sample);
        }
    }

    void oom(const Json& op) {
        const Sample sample{
            key(op),
            op.value("container", ""),
            op.at("memoryBytes").get<std::int64_t>(),
            time_at(op, "timestamp")
        };
        const auto added = add_oom(model_, sample);
        expect("error", op["error"], added ? "" : added.error().what);
    }

    void restart(const Json& op) {
        const Instant now = time_at(op, "now");
        const auto saved = save(model_, selection_, initial_, now);
        Json written = Json::object();
        for (const auto& [container, status] : saved) written[container] = as_json(status);
        expect("checkpoints", op["checkpoints"], written);
        initial_.clear();
        for (const auto& [container, status] : saved) {
            const auto loaded = load(status, model_.config, now);
            if (loaded) initial_.emplace(container, *loaded);
        }
        const auto pods = std::move(model_.pods);
        model_.pods.clear();
        model_.states.clear();
        model_.collected.reset();
        for (const auto& [pod, tracked] : pods) {
            track(model_, pod, tracked.labels, tracked.phase);
            for (const auto& [container, window] : tracked.containers)
                track_container(model_, pod, container, now);
        }
    }

    void recommend(const Json& op) {
        const Instant now = time_at(op, "now");
        const auto estimates =
            estimate(aggregate(model_, selection_, initial_, now), vpa_.spec, config_);
        Json raws = Json::object();
        for (const ContainerEstimates& one : estimates) raws[one.container] = raw(one);
        expect("raw", op["raw"], raws);
        vpa_.status.recommendation = control::vpa::recommend(estimates, vpa_, config_);
        const auto shown = spec::Object(vpa_).to_json()["status"].value("recommendation", Json());
        const Json wanted = op["containerRecommendations"];
        const Json got = shown.is_null() ? Json::array()
                                         : shown.value("containerRecommendations", Json::array());
        expect("containers", wanted.size(), got.size());
        for (std::size_t i = 0; i < std::min(wanted.size(), got.size()); ++i)
            expect("containerRecommendations", wanted[i], got[i]);
        const std::size_t pods = count_pods(model_, selection_);
        expect("podCount", op["podCount"], pods);
        conclude(vpa_.status.conditions, {!estimates.empty(), pods > 0}, now);
        Json conditions = Json::object();
        for (const spec::Condition& one : vpa_.status.conditions)
            conditions[one.type] = one.reason.empty() ? one.status : one.status + " " + one.reason;
        expect("conditions", op["conditions"], conditions);
    }

    const Json& recorded_;
    RecommenderConfig config_;
    Model model_;
    spec::VerticalPodAutoscaler vpa_;
    Selection selection_;
    AggregateStates initial_;
    std::string difference_;
};

double hexadecimal(const Json& text) {
    return std::strtod(text.get_ref<const std::string&>().c_str(), nullptr);
}

std::string check_buckets(const char* name, const Json& wanted, const Buckets& buckets) {
    std::string difference;
    const auto tell = [&](const std::string& what) {
        difference += std::string(name) + ": " + what + "\n";
    };
    if (wanted.at("numBuckets") != Buckets::count) tell("numBuckets");
    if (wanted.at("epsilon") != Buckets::epsilon) tell("epsilon");
    const Json& starts = wanted.at("bucketStartHex");
    for (std::size_t i = 0; i < std::min(starts.size(), Buckets::count); ++i)
        if (std::bit_cast<std::uint64_t>(hexadecimal(starts[i])) !=
            std::bit_cast<std::uint64_t>(buckets.starts[i]))
            tell("start of bucket " + std::to_string(i) + ": wanted " + starts[i].dump());
    for (const Json& one : wanted.at("findBucket")) {
        const std::size_t found = buckets.find(hexadecimal(one[0]));
        if (one[1] != found)
            tell(
                "bucket of " + one[0].dump() + ": wanted " + one[1].dump() + ", got " +
                std::to_string(found)
            );
    }
    return difference;
}

}  // namespace

bool is_vpa_recommender_case(const Json& recorded) {
    return recorded.contains("ops") && recorded.contains("vpa");
}

std::string check_vpa_recommender_case(const Json& recorded) { return Story(recorded).check(); }

bool is_vpa_buckets(const Json& recorded) {
    return recorded.contains("cpuCores") && recorded.contains("memoryBytes");
}

std::string check_vpa_buckets(const Json& recorded) {
    return check_buckets("cpuCores", recorded["cpuCores"], cpu_buckets()) +
           check_buckets("memoryBytes", recorded["memoryBytes"], memory_buckets());
}

}  // namespace swell::conformance
