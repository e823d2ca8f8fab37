#include "run.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/check.hpp"
#include "base/text.hpp"
#include "control/deployment/controller.hpp"
#include "control/hpa/controller.hpp"
#include "control/replicaset/controller.hpp"
#include "control/vpa/contention.hpp"
#include "control/vpa/controller.hpp"
#include "invariants.hpp"
#include "nodes.hpp"
#include "spec/read.hpp"

namespace swell::simulation {

namespace {

using namespace std::chrono_literals;
using cluster::Object;
using spec::kind_of;

constexpr Instant start{1'767'225'600s};
constexpr Duration patience = 4h;           // until all must have come to rest
constexpr Duration rest = 3min;             // for which it must stay so
constexpr Duration look_period = 30s;       // between two looks whether it has
constexpr std::size_t most_steps = 20'000;  // in a minute; more is a loop that does not end

std::vector<Object> objects_of(const Scenario& scenario) {
    const spec::Manifests read = spec::read_text(scenario.manifests, "seed.yaml");
    for (const spec::Finding& finding : read.findings)
        if (!finding.warning) throw std::logic_error(finding.text());
    std::vector<Object> objects;
    for (const auto& source : read.objects) objects.push_back(source.object);
    return objects;
}

std::uint64_t mixed(std::uint64_t digest, std::string_view text) {
    for (const char c : text) {
        digest ^= static_cast<unsigned char>(c);
        digest *= 0x100000001b3ULL;
    }
    return digest;
}

std::string line_of(const journal::Entry& entry) {
    return swell::to_text(entry.at - start) + " " + entry.subject + " " + entry.action + ": " +
           entry.summary + (entry.outcome.empty() ? "" : " [" + entry.outcome + "]");
}

/// One life of the control plane.
class ControlPlane {
  public:
    ControlPlane(
        const Scenario& scenario,
        ShiftedClock& clock,
        cluster::Store& store,
        const metrics::Metrics& metrics,
        journal::Journal& journal,
        Rng& rng,
        const Refusals& refusals,
        Invariants& invariants,
        const Door::OnWrite& on_write
    )
        : rng_(rng.split()),
          deployment_door_("deployment", store, rng.split(), refusals, on_write),
          replica_set_door_("replicaset", store, rng.split(), refusals, on_write),
          hpa_door_("hpa", store, rng.split(), refusals, on_write),
          vpa_door_("vpa", store, rng.split(), refusals, on_write),
          deployments_({clock, rng_, deployment_door_, metrics, journal}),
          vpas_({clock, rng_, vpa_door_, metrics, journal}),
          replica_sets_({clock, rng_, replica_set_door_, metrics, journal}),
          hpas_({clock, rng_, hpa_door_, metrics, journal}, config_of(scenario)) {
        if (scenario.admits) {
            replica_sets_.admit_with(vpas_.admission());
            hpas_.admit_with(vpas_.admission());
        }
        if (scenario.resizes) vpas_.resize_with(resize_telling(invariants));
        hpas_.contention_from([this](const spec::HorizontalPodAutoscaler& hpa) {
            return control::vpa::explain_contention(hpa_door_, hpa);
        });
        invariants.begins();
        replica_sets_.start();
        deployments_.start();
        hpas_.start();
        vpas_.start();
    }

    std::size_t evaluations() const { return hpas_.evaluations(); }
    std::size_t refused() const {
        return deployment_door_.refused() + replica_set_door_.refused() + hpa_door_.refused() +
               vpa_door_.refused();
    }

  private:
    control::vpa::Resize resize_telling(Invariants& invariants) {
        return
            [&invariants, resize = control::vpa::resize_through(vpa_door_)](const spec::Pod& wanted
            ) -> Result<void> {
                const Result<void> done = resize(wanted);
                if (!done) invariants.resize_failed(wanted, done.error());
                return done;
            };
    }

    static control::hpa::Config config_of(const Scenario& scenario) {
        control::hpa::Config config;
        if (scenario.tells_all) config.repeat_hold = {};
        return config;
    }

    Rng rng_;
    Door deployment_door_, replica_set_door_, hpa_door_, vpa_door_;
    control::DeploymentController deployments_;
    control::vpa::VpaController vpas_;
    control::ReplicaSetController replica_sets_;
    control::hpa::HpaController hpas_;
};

class Play {
  public:
    explicit Play(const Scenario& scenario)
        : scenario_(scenario), objects_(objects_of(scenario)), rng_(scenario.seed) {
        for (const Object& object : objects_) {
            const auto created = store_->create(object);
            CHECK(created.has_value());
        }
        for (const Deed& deed : scenario.deeds)
            truth_.call_at(start + deed.at, [this, &deed] { happen(deed); });
        live_again();
    }

    Verdict verdict(bool tell) {
        run_until(start + scenario_.faults_end);
        heal();
        settle();
        Verdict made;
        made.seed = scenario_.seed;
        made.broken = invariants_.broken();
        made.counts = invariants_.counts();
        made.counts["evaluations"] = evaluations_ + plane_->evaluations();
        made.counts["refused writes"] = refused_ + plane_->refused();
        made.counts["crash in a resize"] = nodes_.crashed_in_resizes();
        made.digest = 0xcbf29ce484222325ULL;
        for (const journal::Entry& entry : journal_.entries()) {
            const std::string line = line_of(entry);
            made.digest = mixed(made.digest, line);
            if (tell) made.told.push_back(line);
        }
        made.digest = mixed(made.digest, std::to_string(store_->version()));
        return made;
    }

  private:
    using Hpa = spec::HorizontalPodAutoscaler;
    using Whole = spec::Autoscaler;

    bool is_broken() const { return !invariants_.broken().empty(); }

    void live_again() {
        if (plane_) die();
        plane_ = std::make_unique<ControlPlane>(
            scenario_,
            clock_,
            *store_,
            measured_,
            journal_,
            rng_,
            refusals_,
            invariants_,
            [this](const Write& write) { invariants_.wrote(write); }
        );
    }

    void run_until(Instant until) {
        bool waits = true;
        truth_.call_at(until, [&waits] { waits = false; });
        while (waits) {
            set_faults();
            const Duration minute = std::chrono::floor<std::chrono::minutes>(faults_.elapsed());
            steps_ = minute == minute_ ? steps_ + 1 : 0;
            minute_ = minute;
            if (steps_ == most_steps) {
                invariants_.break_("settles", "a minute has no end");
                return;
            }
            CHECK(truth_.step());
            invariants_.stepped();
        }
    }

    void set_faults() {
        const Fault* const unavailable = faults_.of(Fault::Kind::api_unavailable);
        const Fault* const overtaken = faults_.of(Fault::Kind::api_overtaken);
        refusals_.unavailable = unavailable == nullptr ? 0 : unavailable->strength;
        // Somebody who is always faster would keep everybody busy for ever.
        refusals_.overtaken = overtaken == nullptr ? 0 : 0.7 * overtaken->strength;
        journal_.refuse(faults_.of(Fault::Kind::journal_full) != nullptr);
    }

    template <class T>
    std::optional<T> of(const Load& load, const std::string& name) const {
        const auto object = store_->get({kind_of<T>().name, load.ns, name});
        return object ? std::optional(object->template as<T>()) : std::nullopt;
    }

    template <class T, class Change>
    void edit(const Load& load, const std::string& name, Change change) {
        std::optional<T> object = of<T>(load, name);
        if (!object) return;
        change(*object);
        CHECK(store_->update(*std::move(object)).has_value());
    }

    /// An HPA's spec, in whichever kind of object.
    template <class Change>
    void edit_horizontal(const Load& load, Change change) {
        edit<Hpa>(load, load.name, [&](Hpa& hpa) { change(hpa.spec); });
        edit<Whole>(load, load.name, [&](Whole& whole) { change(whole.spec); });
    }

    /// Of what scales the load, or sizes it.
    void set_mode(const Load& load, std::int32_t value) {
        const auto set = [&](auto& object) {
            object.metadata.annotations["swell.dev/mode"] = (value & 2) != 0 ? "Act" : "Observe";
        };
        if ((value & 1) != 0) return edit<spec::VerticalPodAutoscaler>(load, load.name, set);
        edit<Hpa>(load, load.name, set);
        edit<Whole>(load, load.name, set);
    }

    template <class T>
    void take_away(const Load& load, const std::string& name) {
        (void)store_->remove({kind_of<T>().name, load.ns, name}, {});
    }

    template <class T>
    void put_back(const Load& load) {
        for (const Object& object : objects_)
            if (object.is<T>() && object.metadata().ns == load.ns &&
                object.metadata().name == load.name && !of<T>(load, load.name))
                CHECK(store_->create(object).has_value());
    }

    void happen(const Deed& deed) {
        using Kind = Deed::Kind;
        invariants_.count(to_text(deed.kind));
        const Load& load = scenario_.loads[deed.load];
        switch (deed.kind) {
            case Kind::restart_back:
                die();
                clock_.jump(-std::chrono::seconds(deed.value));
                invariants_.clock_was_set_back(std::chrono::seconds(deed.value));
                return live_again();
            case Kind::restart:
                return live_again();
            case Kind::sleep:
                return clock_.jump(std::chrono::seconds(deed.value));
            case Kind::scale:
                return edit<spec::Deployment>(load, load.name, [&](spec::Deployment& d) {
                    d.spec.replicas = deed.value;
                });
            case Kind::set_max:
                return edit_horizontal(load, [&](spec::HpaSpec& spec) {
                    spec.max_replicas = std::max({deed.value, 1, spec.min_replicas.value_or(1)});
                });
            case Kind::set_min:
                return edit_horizontal(load, [&](spec::HpaSpec& spec) {
                    spec.min_replicas = std::clamp(deed.value, 1, spec.max_replicas);
                });
            case Kind::roll_out:
                return edit<spec::Deployment>(load, load.name, [&](spec::Deployment& d) {
                    d.spec.pod_template.spec.containers[0].image = load.name + ":2";
                });
            case Kind::renew_hpa:
                take_away<Hpa>(load, load.name);
                take_away<Whole>(load, load.name);
                truth_.call_after(20s, [this, &load] {
                    put_back<Hpa>(load);
                    put_back<Whole>(load);
                });
                return;
            case Kind::renew_deployment:
                take_away<spec::Deployment>(load, load.name);
                truth_.call_after(40s, [this, &load] { put_back<spec::Deployment>(load); });
                return;
            case Kind::rival:
                for (const Horizontal& one : horizontals(*store_, load.ns, load.name)) {
                    if (one.part.metadata.name != load.name) continue;
                    Hpa rival;
                    rival.metadata.ns = load.ns;
                    rival.metadata.name = "rival";
                    rival.spec = one.part.spec;
                    (void)store_->create(std::move(rival));
                }
                return;
            case Kind::quota:
                return edit<spec::ResourceQuota>(load, "quota", [&](spec::ResourceQuota& quota) {
                    quota.spec.hard["pods"] = Quantity::from_value(deed.value);
                });
            case Kind::set_mode:
                return set_mode(load, deed.value);
        }
    }

    // Nobody waits for a timer while the clock is set back.
    void die() {
        evaluations_ += plane_->evaluations();
        refused_ += plane_->refused();
        plane_.reset();
    }

    void heal() {
        set_faults();
        for (const Load& load : scenario_.loads) {
            take_away<Hpa>(load, "rival");
            put_back<spec::Deployment>(load);
            put_back<Hpa>(load);
            put_back<Whole>(load);
            for (const Horizontal& one : horizontals(*store_, load.ns, load.name)) {
                if (one.part.spec.min_replicas == 0 || one.part.metadata.name != load.name)
                    continue;
                edit<spec::Deployment>(load, load.name, [](spec::Deployment& deployment) {
                    if (deployment.spec.replicas == 0) deployment.spec.replicas = 1;
                });
            }
            renew_odd_pods(load);
        }
    }

    /// Pods that were sized while the HPA that scales on their utilization was away or observed: a
    /// mixture of sizes need not come to rest, in the original as well.
    void renew_odd_pods(const Load& load) {
        const auto deployment = of<spec::Deployment>(load, load.name);
        const auto& own = deployment->spec.pod_template.spec.containers[0].resources.requests;
        for (const Vertical& vertical : verticals(*store_, load.ns, load.name))
            for (const std::string& resource : contested(*store_, vertical))
                for (const spec::Pod& pod : measured_.pods_of(load)) {
                    const auto& its = pod.spec.containers[0].resources.requests;
                    if (amount(its, resource, 0) != amount(own, resource, 0))
                        take_away<spec::Pod>(load, pod.metadata.name);
                }
    }

    void settle() {
        const Instant end = truth_.now() + patience;
        Instant since = truth_.now();
        std::string why;
        while (truth_.now() < end && !is_broken()) {
            run_until(truth_.now() + look_period);
            why = invariants_.unsettled();
            if (!why.empty()) since = truth_.now();
            if (truth_.now() - since >= rest) return;
        }
        if (!is_broken()) invariants_.break_("settles", why.empty() ? "never for long" : why);
    }

    const Scenario& scenario_;
    std::vector<Object> objects_;
    Rng rng_;
    SimClock truth_{start};
    ShiftedClock clock_{truth_};
    std::unique_ptr<cluster::Store> store_ =
        *cluster::Store::open("", clock_, rng_.split(), {.history = scenario_.history});
    journal::MemoryJournal journal_;
    Faults faults_{scenario_, truth_};
    Measured measured_{clock_, *store_, faults_};
    Nodes nodes_{truth_, clock_, *store_, rng_.split(), faults_};
    Invariants invariants_{clock_, *store_, journal_, measured_, faults_};
    Refusals refusals_;
    std::unique_ptr<ControlPlane> plane_;
    std::size_t evaluations_ = 0, refused_ = 0, steps_ = 0;
    Duration minute_{-1};
};

}  // namespace

Verdict play(const Scenario& scenario, bool tell) { return Play(scenario).verdict(tell); }

void play_seeds(
    std::uint64_t first,
    std::uint64_t count,
    unsigned threads,
    const std::function<bool(const Verdict&)>& keep
) {
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    constexpr std::uint64_t most_ahead = 64;  // verdicts that wait for an earlier one
    std::mutex mutex;
    std::condition_variable moved;
    std::map<std::uint64_t, Verdict> done;
    std::uint64_t next = 0, kept = 0;
    bool ends = false;
    const auto work = [&] {
        std::unique_lock lock(mutex);
        while (true) {
            moved.wait(lock, [&] { return ends || next == count || next < kept + most_ahead; });
            if (ends || next == count) return;
            const std::uint64_t mine = next++;
            lock.unlock();
            Verdict verdict = play(scenario_of(first + mine));
            lock.lock();
            done.emplace(mine, std::move(verdict));
            while (!ends && !done.empty() && done.begin()->first == kept) {
                const auto oldest = done.extract(done.begin());
                ++kept;
                ends = !keep(oldest.mapped());
            }
            moved.notify_all();
        }
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
    work();
}

}  // namespace swell::simulation
