#include "sim/simulation.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "cluster/list.hpp"
#include "cluster/store/store.hpp"
#include "control/deployment/controller.hpp"
#include "control/hpa/controller.hpp"
#include "control/replicaset/controller.hpp"
#include "control/vpa/contention.hpp"
#include "sim/journal.hpp"
#include "spec/kinds/autoscaler.hpp"

namespace swell::sim {

namespace {

std::string name_of(const spec::Key& key) {
    return key.ns.empty() || key.ns == "default" ? key.name : key.ns + "/" + key.name;
}

std::size_t count_flaps(const std::vector<Scaling>& scalings) {
    std::size_t flaps = 0;
    for (std::size_t i = 1; i < scalings.size(); ++i) {
        const bool up = scalings[i].after > scalings[i].before;
        const bool was_up = scalings[i - 1].after > scalings[i - 1].before;
        flaps += up != was_up && scalings[i].at - scalings[i - 1].at <= flap_within ? 1 : 0;
    }
    return flaps;
}

/// One run, assembled as the real control plane is.
class Run {
  public:
    explicit Run(const Options& options)
        : options_(options),
          clock_(start_of_time),
          rng_(options.seed),
          store_(*cluster::Store::open("", clock_, rng_.split(), store_options())),
          pods_(clock_, *store_, rng_.split(), options.pods, options.measuring),
          world_{clock_, rng_, *store_, pods_, journal_},
          deployments_(world_),
          replica_sets_(world_),
          hpas_(world_, acts_alone(options.hpa)) {}

    Result<void> begin(const std::vector<spec::Object>& objects, const std::vector<Load>& loads) {
        const auto is_vertical = [](const spec::Object& object) {
            return spec::vertical_of(object).has_value();
        };
        if (std::ranges::any_of(objects, is_vertical)) size_vertically();
        for (const spec::Object& object : objects)
            if (auto made = store_->create(object); !made)
                return fail(made.error().code, to_text(key_of(object)) + ": " + made.error().what);
        for (const Load& load : loads)
            if (auto added = add(load); !added) return added;
        pods_.start();
        replica_sets_.start();
        deployments_.start();
        hpas_.start();
        if (vpas_) vpas_->start();
        return {};
    }

    Outcome run() {
        const Instant end = start_of_time + options_.length;
        if (options_.point > Duration{}) look();
        clock_.run_until(end);
        pods_.settle();
        return outcome();
    }

  private:
    /// Nobody reads decisions to do nothing here, nor what the metrics were at each, and nobody
    /// goes on from them.
    static control::hpa::Config acts_alone(control::hpa::Config config) {
        config.journal_holds = false;
        config.journal_windows = false;
        config.status_of_metrics = false;
        return config;
    }

    void size_vertically() {
        vpas_ = std::make_unique<control::vpa::VpaController>(world_, options_.vpa);
        replica_sets_.admit_with(vpas_->admission());
        vpas_->resize_with(control::vpa::resize_through(*store_));
        hpas_.admit_with(vpas_->admission());
        hpas_.contention_from([this](const spec::HorizontalPodAutoscaler& hpa) {
            return control::vpa::explain_contention(*store_, hpa);
        });
        vpas_->on_decision([this](const journal::Entry& entry) {
            if (entry.observation.contains("observes")) {
                VerticalObserver& one = vertical_observers_[entry.subject];
                const bool acts = entry.observation.contains("pod");
                one.acts += acts ? 1 : 0;
                if (!acts) one.advice = entry.summary;
                return;
            }
            Vertical& kept =
                vertical_[{entry.ns, entry.observation.at("target").get<std::string>()}];
            if (entry.action == "recommend") kept.recommendation = entry.summary;
            if (entry.outcome != "done") return;
            kept.resizes += entry.action == "resize" ? 1 : 0;
            kept.evictions += entry.action == "evict" ? 1 : 0;
        });
    }

    /// Every watcher here is told of a write at once; only one that starts in the past looks back.
    /// Nobody reads events.
    static cluster::Store::Options store_options() {
        cluster::Store::Options options;
        options.history = 128;  // old objects that are kept are memory that is not in a cache
        options.keeps_events = false;
        return options;
    }

    struct Seen {
        spec::Key deployment;
        Service* service;
        std::vector<Point> points;
    };

    Result<void> add(const Load& load) {
        const auto object = store_->get(load.deployment);
        if (!object)
            return fail(
                Code::invalid, "a load for " + to_text(load.deployment) + ", which is not there"
            );
        const auto& deployment = object->as<spec::Deployment>();
        const auto workload = workload_of(deployment, options_.workload);
        if (!workload) return std::unexpected(workload.error());
        auto names = MetricNames::of(deployment);
        if (!names) return std::unexpected(names.error());
        const auto& containers = deployment.spec.pod_template.spec.containers;
        Service service(
            *workload, load.trace, start_of_time, containers.empty() ? "" : containers.front().name
        );
        seen_.push_back(
            {load.deployment, &pods_.add(deployment, std::move(service), *std::move(names)), {}}
        );
        return {};
    }

    /// A point of each chart, now and again.
    void look() {
        clock_.call_after(options_.point, [this] { look(); });
        for (Seen& seen : seen_) {
            Service& service = *seen.service;
            service.advance(clock_.now());
            const Served recent = service.take_recent();
            const double length = seconds(options_.point);
            Point point;
            point.at = clock_.now() - start_of_time;
            point.rate =
                point.at == Duration{} ? service.rate(clock_.now()) : recent.arrived / length;
            point.ready = static_cast<int>(service.ready());
            if (const auto object = store_->get(seen.deployment))
                point.wanted = object->as<spec::Deployment>().spec.replicas;
            if (recent.arrived > 0)
                point.late = std::min(1.0, (recent.late + recent.failed) / recent.arrived);
            if (recent.served > 0) point.latency_ms = recent.latency_sum / recent.served * 1000;
            point.cpu_cores = recent.cpu_seconds / length;
            seen.points.push_back(point);
        }
    }

    std::vector<Scaling> scalings_of(const spec::Key& deployment) const {
        std::vector<Scaling> list;
        for (const spec::Object& object :
             cluster::list_all(*store_, spec::horizontal_kinds(), deployment.ns)) {
            if (spec::horizontal_of(object)->spec.scale_target_ref.name != deployment.name)
                continue;
            const auto kept = journal_.kept().find(spec::to_text(key_of(object)));
            if (kept == journal_.kept().end()) continue;
            for (const auto& one : kept->second)
                list.push_back({one.at - start_of_time, one.before, one.after, one.summary});
        }
        std::ranges::stable_sort(list, {}, &Scaling::at);
        return list;
    }

    /// What could not be done, as conditions say it at the end, and the journal of the time before.
    std::vector<std::string> troubles() const {
        std::vector<std::string> list;
        const auto add = [&](const spec::Object& object, const std::string& what) {
            list.push_back(to_text(key_of(object)) + ": " + what);
        };
        for (const spec::Object& object : cluster::list_all(*store_, spec::horizontal_kinds())) {
            const auto hpa = spec::horizontal_of(object);
            for (const spec::Condition& condition : hpa->status.conditions)
                if (condition.status == "False" && condition.type != "ScalingLimited" &&
                    condition.type != "ScaledToZero")
                    add(object,
                        condition.type + " is False: " + condition.reason + ": " + condition.message
                    );
            const auto stopped = journal_.stopped().find(spec::to_text(key_of(object)));
            if (stopped == journal_.stopped().end()) continue;
            add(object,
                "a quota stopped " + std::to_string(stopped->second.times) +
                    " scale-outs, the first after " +
                    to_text(stopped->second.first - start_of_time) + "; the one that lacked most " +
                    stopped->second.text);
        }
        for (const spec::Object& object : cluster::list_all(*store_, spec::vertical_kinds())) {
            const auto vpa = spec::vertical_of(object);
            if (!vpa) continue;
            // One that is for nothing matches no pods either: the first says more.
            const auto fault = std::ranges::find_if(vpa->status.conditions, [](const auto& one) {
                return one.status == "True" &&
                       (one.type == "ConfigUnsupported" || one.type == "NoPodsMatched");
            });
            if (fault != vpa->status.conditions.end())
                add(object, fault->type + ": " + fault->message);
        }
        for (const spec::Object& object : store_->list({.kind = "Deployment"}))
            for (const spec::Condition& condition : object.as<spec::Deployment>().status.conditions)
                if (condition.type == "ReplicaFailure" && condition.status == "True")
                    add(object, condition.reason + ": " + condition.message);
        return list;
    }

    std::vector<Observer> observers() const {
        std::vector<Observer> list;
        for (const auto& [name, moments] : journal_.observed()) {
            Observer& one = list.emplace_back();
            one.name = name;
            for (std::size_t i = 0; i < moments.size(); ++i) {
                const bool is_last = i + 1 == moments.size();
                const Instant until = is_last ? clock_.now() : moments[i + 1].at;
                const double hours = seconds(until - moments[i].at) / 3600;
                one.replica_hours += moments[i].is * hours;
                one.would_have_been += moments[i].would_be * hours;
                if (moments[i].is != moments[i].would_be) ++one.differed;
            }
        }
        return list;
    }

    Outcome outcome() {
        Outcome out;
        out.length = options_.length;
        out.seed = options_.seed;
        out.evaluations = hpas_.evaluations();
        out.troubles = troubles();
        out.observers = observers();
        for (auto& [name, one] : vertical_observers_) {
            one.name = name;
            out.vertical_observers.push_back(std::move(one));
        }
        for (Seen& seen : seen_) {
            ServiceOutcome one;
            one.name = name_of(seen.deployment);
            one.served = seen.service->total();
            one.replica_hours = seen.service->pod_seconds() / 3600;
            one.core_hours = seen.service->core_seconds() / 3600;
            const auto vertical =
                vertical_.find({seen.deployment.ns, "Deployment/" + seen.deployment.name});
            if (vertical != vertical_.end()) one.vertical = vertical->second;
            one.scalings = scalings_of(seen.deployment);
            one.decisions = one.scalings.size();
            one.flaps = count_flaps(one.scalings);
            const auto object = store_->get(seen.deployment);
            one.lowest = one.highest = object ? object->as<spec::Deployment>().spec.replicas : 0;
            for (const Scaling& scaling : one.scalings) {
                one.lowest = std::min({one.lowest, scaling.before, scaling.after});
                one.highest = std::max({one.highest, scaling.before, scaling.after});
            }
            one.points = std::move(seen.points);
            out.services.push_back(std::move(one));
        }
        return out;
    }

    const Options& options_;
    SimClock clock_;
    Rng rng_;
    std::unique_ptr<cluster::Store> store_;
    SimJournal journal_;
    SimPods pods_;
    control::World world_;
    control::DeploymentController deployments_;
    control::ReplicaSetController replica_sets_;
    control::hpa::HpaController hpas_;
    std::unique_ptr<control::vpa::VpaController> vpas_;  // only where there is work for it
    std::map<std::pair<std::string, std::string>, Vertical> vertical_;  // by namespace, target
    std::map<std::string, VerticalObserver> vertical_observers_;        // by subject
    std::vector<Seen> seen_;
};

}  // namespace

Result<Outcome> simulate(
    const Options& options, const std::vector<spec::Object>& objects, const std::vector<Load>& loads
) {
    Run run(options);
    if (auto begun = run.begin(objects, loads); !begun) return std::unexpected(begun.error());
    return run.run();
}

}  // namespace swell::sim
