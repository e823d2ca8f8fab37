#include "cluster/pods/runtime_fixture_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cluster/pods/cgroup/cgroups_io.hpp"
#include "spec/read.hpp"

namespace swell::cluster::pods {

namespace fs = std::filesystem;

World::World(const std::string&, const std::string& store_path, PodRuntime::Config config) {
    auto opened = Store::open(store_path, loop, Rng(static_cast<std::uint64_t>(::getpid())));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().what);
    store = std::move(*opened);
    runtime = std::make_unique<PodRuntime>(loop, *store, journal, gate, Rng(7), std::move(config));
    const auto started = runtime->start();
    EXPECT_TRUE(started) << (started ? "" : started.error().what);
}

World::~World() {
    if (runtime) runtime->kill_all();
}

bool World::until(const std::function<bool()>& holds) {
    const Instant deadline = loop.precise() + std::chrono::seconds(120);
    while (!holds()) {
        if (loop.precise() > deadline) return false;
        loop.run_once(std::chrono::milliseconds(20));
    }
    return true;
}

Object World::create(const std::string& json) {
    auto object = spec::read_json(Json::parse(json));
    EXPECT_TRUE(object) << (object ? "" : object.error().what);
    auto made = store->create(*object);
    EXPECT_TRUE(made) << (made ? "" : made.error().what);
    return *made;
}

Object World::create_pod(
    const std::string& name, const std::string& spec_json, const std::string& annotations
) {
    return create(
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name +
        R"(","namespace":"default","annotations":)" + annotations + R"(},"spec":)" + spec_json + "}"
    );
}

Object World::create_shell(
    const std::string& name,
    const std::string& line,
    const std::string& policy,
    const std::string& more
) {
    return create_pod(
        name,
        R"({"terminationGracePeriodSeconds":30,"restartPolicy":")" + policy +
            R"(","containers":[{"name":"app","command":["sh","-c",)" + Json(line).dump() + "]" +
            (more.empty() ? "" : "," + more) + "}]}"
    );
}

spec::Pod World::pod(const std::string& name) const {
    const auto object = store->get({spec::kind_of<spec::Pod>().name, "default", name});
    return object ? object->as<spec::Pod>() : spec::Pod{};
}

bool World::exists(const std::string& name) const {
    return store->get({spec::kind_of<spec::Pod>().name, "default", name}).has_value();
}

spec::ContainerStatus World::container(const std::string& name, std::size_t index) const {
    const auto found = pod(name).status.container_statuses;
    return index < found.size() ? found[index] : spec::ContainerStatus{};
}

bool World::ready(const std::string& name) const {
    for (const auto& condition : pod(name).status.conditions)
        if (condition.type == "Ready") return condition.status == "True";
    return false;
}

std::string World::log(const std::string& name, LogQuery query) const {
    const auto slice = runtime->logs({spec::kind_of<spec::Pod>().name, "default", name}, query);
    if (!slice) return "error: " + slice.error().what;
    std::string text;
    for (const LogLine& line : slice->lines) text += line.text + (line.whole ? "\n" : "");
    return text;
}

bool World::has_event(const std::string& reason) const {
    Query query;
    query.kind = spec::kind_of<spec::Event>().name;
    for (const Object& object : store->list(query))
        if (object.as<spec::Event>().reason == reason) return true;
    return false;
}

void World::remove(const std::string& name, std::optional<std::int64_t> grace) {
    Cluster::Deletion deletion;
    deletion.grace_seconds = grace;
    EXPECT_TRUE(store->remove({spec::kind_of<spec::Pod>().name, "default", name}, deletion));
}

bool World::stop() {
    bool done = false;
    runtime->stop([&] { done = true; });
    return until([&] { return done; });
}

RuntimeTest::RuntimeTest() {
    std::string folder = fs::temp_directory_path() / "swell-pods-XXXXXX";
    folder_ = ::mkdtemp(folder.data());
    prefix_ = "swell-test-" + folder_.substr(folder_.size() - 6);
}

RuntimeTest::~RuntimeTest() {
    fs::remove_all(folder_);
    EXPECT_FALSE(groups_left(prefix_));
}

PodRuntime::Config RuntimeTest::config(bool detach) const {
    PodRuntime::Config made;
    made.state_dir = state_dir();
    made.swell_binary = SWELL_SHIM_TOOL;
    made.detach = detach;
    made.cgroup_prefix = prefix_;
    made.usage_period = std::chrono::milliseconds(200);
    return made;
}

std::unique_ptr<World> RuntimeTest::world(PodRuntime::Config with, const std::string& store_path)
    const {
    return std::make_unique<World>(state_dir(), store_path, std::move(with));
}

std::vector<int> processes_with(const std::string& text) {
    std::vector<int> pids;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        int pid = 0;
        const auto read = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (read.ec != std::errc{} || pid == ::getpid()) continue;
        const auto line = read_file(entry.path() / "cmdline");
        if (line && line->find(text) != std::string::npos) pids.push_back(pid);
    }
    return pids;
}

bool groups_left(const std::string& prefix) {
    const auto layout = Cgroups::detect();
    std::error_code failed;
    for (const char* controller : {"", "/cpu", "/cpuacct", "/memory", "/pids"})
        if (!layout.base.empty() && fs::exists(layout.base + controller + "/" + prefix, failed))
            return true;
    return false;
}

}  // namespace swell::cluster::pods
