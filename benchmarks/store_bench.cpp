// How many writes a second the store takes with 100,000 objects in it and 100 watchers on it, in
// memory and durable. `./bench store [--objects N] [--writes N] [--rounds N]`

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/sim_clock.hpp"
#include "cluster/store/store.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"

namespace {

using namespace swell;
using cluster::Change;
using cluster::Store;

struct Size {
    int objects = 100'000;  // a tenth Deployments, the rest their Pods
    int writes = 20'000;
    int rounds = 3;
};

double now_seconds() { return seconds(std::chrono::steady_clock::now().time_since_epoch()); }

/// Of this process: what other programs on the machine disturb little.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "bench store: %s\n", why.c_str());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error().what);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

spec::PodSpec pod_spec() {
    spec::Container container;
    container.name = "main";
    container.image = "registry.local/shop:1.4.2";
    container.command = {"/srv/shop", "--listen", "$(PORT)"};
    spec::EnvVar mode;
    mode.name = "MODE";
    mode.value = "production";
    container.env = {mode};
    container.resources.requests["cpu"] = Quantity::from_milli(100);
    container.resources.requests["memory"] =
        Quantity::from_value(128 << 20, Quantity::Format::binary_si);
    spec::PodSpec made;
    made.containers = {container};
    return made;
}

spec::Deployment deployment(int number) {
    spec::Deployment made;
    made.metadata.name = "d" + std::to_string(number);
    made.metadata.ns = "ns" + std::to_string(number % 20);
    made.metadata.labels["app"] = made.metadata.name;
    made.spec.selector.match_labels["app"] = made.metadata.name;
    made.spec.pod_template.metadata.labels["app"] = made.metadata.name;
    made.spec.pod_template.spec = pod_spec();
    return made;
}

spec::Pod pod(const cluster::Object& owner, int number) {
    spec::Pod made;
    made.metadata.name = owner.metadata().name + "-" + std::to_string(number);
    made.metadata.ns = owner.metadata().ns;
    made.metadata.labels = owner.metadata().labels;
    spec::OwnerReference reference;
    reference.api_version = "apps/v1";
    reference.kind = "Deployment";
    reference.name = owner.metadata().name;
    reference.uid = owner.metadata().uid;
    reference.controller = true;
    made.metadata.owner_references = {reference};
    made.spec = pod_spec();
    made.status.phase = "Pending";
    return made;
}

void load(Store& store, const Size& size) {
    const int deployments = size.objects / 10;
    for (int i = 0; i < deployments; ++i) {
        must(store.write_batch([&]() -> Result<void> {
            const cluster::Object owner = must(store.create(deployment(i)));
            for (int j = 0; j < 9; ++j) must(store.create(pod(owner, j)));
            return {};
        }));
    }
}

/// 99 who are called, of many sorts, and one who asks now and then, falls behind, and lists again.
struct Watchers {
    std::vector<std::unique_ptr<cluster::Watching>> called;
    std::uint64_t told = 0, relists = 0, pulled = 0;
    std::uint64_t at = 0;

    explicit Watchers(Store& store) : at(store.version()) {
        for (int i = 0; i < 99; ++i) {
            cluster::Query query;
            query.kind = i % 3 == 0 ? "Deployment" : i % 3 == 1 ? "Pod" : "";
            if (i % 5 == 0) query.ns = "ns" + std::to_string(i % 20);
            if (i % 11 == 0)
                query.labels = must(spec::Selector::parse("app=d" + std::to_string(i)));
            called.push_back(store.watch(
                query,
                at,
                [this](const Change&) { ++told; },
                [] { give_up("a live watcher expired"); }
            ));
        }
    }

    void pull(Store& store) {
        cluster::Query query;
        query.kind = "Pod";
        if (const auto changes = store.changes_since(at, query, 500)) {
            at = changes->version;
            pulled += changes->changes.size();
            return;
        }
        ++relists;
        pulled += store.list(query).size();
        at = store.version();
    }
};

struct Speed {
    double per_second = 0;  // writes
    double cpu_us = 0;      // CPU time of one
};

/// Status updates of pods, and every fourth a new spec of a Deployment.
Speed measure(Store& store, const Size& size, std::uint64_t seed, Watchers& watchers) {
    Rng rng(seed);
    const auto deployments = static_cast<std::uint64_t>(size.objects / 10);
    const double begin = now_seconds();
    const double cpu_begin = cpu_seconds();
    for (int i = 0; i < size.writes; ++i) {
        const int number = static_cast<int>(rng.below(deployments));
        const std::string ns = "ns" + std::to_string(number % 20);
        const std::string name = "d" + std::to_string(number);
        if (i % 4 == 0) {
            auto changed = must(store.get({"Deployment", ns, name})).as<spec::Deployment>();
            changed.spec.replicas = static_cast<std::int32_t>(rng.below(1'000'000));
            must(store.update(std::move(changed)));
        } else {
            const std::string member = name + "-" + std::to_string(rng.below(9));
            auto changed = must(store.get({"Pod", ns, member})).as<spec::Pod>();
            changed.status.phase = "Running";
            changed.status.message = std::to_string(rng.next());
            must(store.update_status(std::move(changed)));
        }
        if (i % 4000 == 3999) watchers.pull(store);  // 500 of 3000 each time: it falls behind
    }
    const double cpu_us = (cpu_seconds() - cpu_begin) * 1e6;
    return {size.writes / (now_seconds() - begin), cpu_us / size.writes};
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// The rounds of one mode.
struct Rounds {
    std::vector<double> per_second, cpu_us;

    void add(const Speed& speed) {
        per_second.push_back(speed.per_second);
        cpu_us.push_back(speed.cpu_us);
    }
    void print(const char* mode) const {
        std::printf("figure store.writes_per_second_%s %.0f\n", mode, median(per_second));
        std::printf("figure store.cpu_us_per_write_%s %.1f\n", mode, median(cpu_us));
    }
};

struct Folder {
    std::string path;
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "swell-bench-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

std::string load_average() {
    std::ifstream in("/proc/loadavg");
    std::string one;
    in >> one;
    return one;
}

int number_after(int argc, char** argv, const std::string& flag, int otherwise) {
    for (int i = 1; i + 1 < argc; ++i)
        if (flag == argv[i]) return std::atoi(argv[i + 1]);
    return otherwise;
}

void run(const Size& size) {
    const Folder folder;
    const std::string file = folder.path + "/store.db";
    SimClock clock(Instant(std::chrono::seconds(1'800'000'000)));
    double begin = now_seconds();
    const auto memory = must(Store::open("", clock, Rng(1)));
    load(*memory, size);
    std::printf("loaded %zu objects in memory in %.1f s\n", memory->size(), now_seconds() - begin);
    begin = now_seconds();
    auto durable = must(Store::open(file, clock, Rng(1)));
    load(*durable, size);
    std::printf(
        "loaded %zu objects durably in %.1f s (one batch of 10 a Deployment)\n\n",
        durable->size(),
        now_seconds() - begin
    );

    Watchers of_memory(*memory);
    auto of_durable = std::make_unique<Watchers>(*durable);
    Rounds in_memory, in_file;
    std::printf(
        "%-6s %16s %8s %16s %8s %6s\n",
        "round",
        "memory writes/s",
        "CPU µs",
        "durable writes/s",
        "CPU µs",
        "load"
    );
    for (int round = 1; round <= size.rounds; ++round) {
        const auto seed = static_cast<std::uint64_t>(round);
        const Speed memory_speed = measure(*memory, size, seed, of_memory);
        const Speed file_speed = measure(*durable, size, seed, *of_durable);
        in_memory.add(memory_speed);
        in_file.add(file_speed);
        std::printf(
            "%-6d %16.0f %7.1f %16.0f %7.1f %6s\n",
            round,
            memory_speed.per_second,
            memory_speed.cpu_us,
            file_speed.per_second,
            file_speed.cpu_us,
            load_average().c_str()
        );
    }
    std::printf(
        "\n100 watchers each: 99 called %llu times (memory), 1 pulled %llu changes and listed "
        "again %llu times\n",
        static_cast<unsigned long long>(of_memory.told),
        static_cast<unsigned long long>(of_memory.pulled),
        static_cast<unsigned long long>(of_memory.relists)
    );
    const std::uint64_t version = durable->version();
    of_durable.reset();
    durable.reset();
    begin = now_seconds();
    const auto reopened = must(Store::open(file, clock, Rng(1)));
    const double reopening = now_seconds() - begin;
    if (reopened->version() != version || reopened->size() != memory->size())
        give_up("the file lost something");
    std::printf("reopened %zu objects in %.1f s\n\n", reopened->size(), reopening);
    in_memory.print("memory");
    in_file.print("durable");
    std::printf("figure store.reopen_seconds %.2f\n", reopening);
}

}  // namespace

int main(int argc, char** argv) {
    Size size;
    size.objects = number_after(argc, argv, "--objects", size.objects);
    size.writes = number_after(argc, argv, "--writes", size.writes);
    size.rounds = number_after(argc, argv, "--rounds", size.rounds);
    run(size);
    return 0;
}
