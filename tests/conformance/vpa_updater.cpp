#include "vpa_updater.hpp"

#include "control/vpa/disruption.hpp"
#include "control/vpa/policy.hpp"
#include "from_json.hpp"

namespace swell::conformance {

namespace {

using namespace control::vpa;

UpdaterConfig config_of(const Json& json) {
    const auto seconds_at = [&](const char* name) {
        return std::chrono::seconds(json.at(name).get<std::int64_t>());
    };
    UpdaterConfig config;
    config.min_replicas = json.at("min-replicas").get<std::int32_t>();
    config.eviction_tolerance = json.at("eviction-tolerance").get<double>();
    config.pod_update_threshold = json.at("pod-update-threshold").get<double>();
    config.lifetime_threshold = seconds_at("in-recommendation-bounds-eviction-lifetime-threshold");
    config.evict_after_oom_threshold = seconds_at("evict-after-oom-threshold");
    return config;
}

class Loop {
  public:
    explicit Loop(const Json& recorded)
        : recorded_(recorded),
          config_(config_of(recorded["config"])),
          now_(parse_rfc3339(recorded.value("now", "")).value_or(Instant{})) {
        from_json(recorded["vpa"], vpa_);
        // What is empty is not recorded; there was a recommendation in every case, if one of
        // nothing.
        if (!vpa_.status.recommendation) vpa_.status.recommendation.emplace();
        from_json(recorded["pods"], pods_);
        for (const spec::Pod& pod : pods_) live_.push_back(&pod);
    }

    std::string check() {
        const Json& out = recorded_["out"];
        Disruption disruption(live_, vpa_, config_, [&](const Creator& creator) {
            return replicas(creator);
        });
        for (std::size_t i = 0; i < pods_.size(); ++i) check_pod(out["pods"][i], i, disruption);
        if (update_mode(vpa_.spec) == UpdateMode::recreate) check_evictions(out, disruption);
        return difference_;
    }

  private:
    void expect(const std::string& what, const Json& wanted, const Json& found) {
        if (wanted == found) return;
        difference_ += what + ": wanted " + wanted.dump() + ", got " + found.dump() + "\n";
    }

    std::optional<std::int32_t> replicas(const Creator& creator) const {
        const Json& set = recorded_["replicaSet"];
        if (creator.kind != "ReplicaSet" || creator.name != set.value("name", "")) return {};
        return set.value("replicas", 0);
    }

    void check_pod(const Json& wanted, std::size_t index, const Disruption& disruption) {
        const spec::Pod& pod = pods_[index];
        const std::string name = pod.metadata.name;
        expect("pod", wanted["pod"], name);
        const Priority priority = judge(vpa_, pod, {}, now_, config_).priority;
        expect(
            name + " outsideRecommendedRange",
            wanted["outsideRecommendedRange"],
            priority.outside_range
        );
        expect(name + " scaleUp", wanted["scaleUp"], priority.scale_up);
        // Equal to the last bit; a whole number is recorded without a point.
        if (wanted["resourceDiff"].get<double>() != priority.resource_diff)
            expect(name + " resourceDiff", wanted["resourceDiff"], priority.resource_diff);
        Disruption::FirstSeen seen;
        expect(name + " canEvict", wanted["canEvict"], disruption.can_evict(pod, now_, seen));
        if (!wanted.contains("canInPlaceUpdate")) return;
        seen.clear();
        expect(
            name + " canInPlaceUpdate",
            wanted["canInPlaceUpdate"],
            to_text(disruption.can_resize(pod, vpa_, now_, seen))
        );
    }

    void check_evictions(const Json& out, Disruption& disruption) {
        Disruption::FirstSeen seen;
        std::vector<Candidate> candidates;
        for (const spec::Pod& pod : pods_)
            if (disruption.can_evict(pod, now_, seen))
                candidates.push_back(judge(vpa_, pod, {}, now_, config_));
        Json order = Json::array(), evicted = Json::array();
        for (const Candidate& one : update_order(std::move(candidates))) {
            order.push_back(one.pod->metadata.name);
            if (!disruption.can_evict(*one.pod, now_, seen)) continue;
            evicted.push_back(one.pod->metadata.name);
            disruption.evicted(*one.pod);
        }
        expect("updateOrder", out.value("updateOrder", Json::array()), order);
        expect("evicted", out.value("evicted", Json::array()), evicted);
    }

    const Json& recorded_;
    UpdaterConfig config_;
    Instant now_;
    spec::VerticalPodAutoscaler vpa_;
    std::vector<spec::Pod> pods_;
    std::vector<const spec::Pod*> live_;
    std::string difference_;
};

}  // namespace

bool is_vpa_updater_case(const Json& recorded) {
    return recorded.contains("replicaSet") && recorded.contains("pods");
}

std::string check_vpa_updater_case(const Json& recorded) { return Loop(recorded).check(); }

}  // namespace swell::conformance
