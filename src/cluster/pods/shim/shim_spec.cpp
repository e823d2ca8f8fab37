#include "cluster/pods/shim/shim_spec.hpp"

#include <array>

namespace swell::cluster::pods {

namespace {

constexpr std::array isolation_words = {"best", "namespaces", "user-namespaces", "subreaper"};

// The text goes through JSON, which holds UTF-8 only; a process's strings may be any bytes.
std::string hex_unless_utf8(const std::string& text) {
    const Json probe = text;
    std::string dumped = probe.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (Json::parse(dumped, nullptr, false) == probe && text.compare(0, 4, "hex:") != 0)
        return text;
    std::string hex = "hex:";
    for (const char c : text) {
        constexpr char digits[] = "0123456789abcdef";
        hex += digits[static_cast<unsigned char>(c) >> 4];
        hex += digits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
}

std::string from_hex(const std::string& text) {
    if (text.compare(0, 4, "hex:") != 0) return text;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 4; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    return bytes;
}

Json strings(const std::vector<std::string>& list) {
    Json json = Json::array();
    for (const std::string& text : list) json.push_back(hex_unless_utf8(text));
    return json;
}

Json pairs(const Environment& env) {
    Json json = Json::array();
    for (const auto& [name, value] : env)
        json.push_back({hex_unless_utf8(name), hex_unless_utf8(value)});
    return json;
}

/// Reads fields of an object; a missing or odd one keeps the default and is remembered.
class Reader {
  public:
    explicit Reader(std::string_view text) : json_(Json::parse(text, nullptr, false)) {
        ok_ = json_.is_object();
    }

    bool ok() const { return ok_; }

    void read(const char* name, std::string& to) {
        if (const Json* value = find(name, [](const Json& j) { return j.is_string(); }))
            to = from_hex(value->get<std::string>());
    }
    void read(const char* name, bool& to) {
        if (const Json* value = find(name, [](const Json& j) { return j.is_boolean(); }))
            to = value->get<bool>();
    }
    template <class Number>
    void read_number(const char* name, Number& to) {
        if (const Json* value = find(name, [](const Json& j) { return j.is_number_integer(); }))
            to = value->get<Number>();
    }
    void read(const char* name, Instant& to) {
        std::int64_t nanos = 0;
        read_number(name, nanos);
        to = Instant{Duration{nanos}};
    }
    void read(const char* name, Isolation& to) {
        std::string text;
        read(name, text);
        to = isolation_from(text);
    }
    void read(const char* name, std::vector<std::string>& to) {
        const Json* list = find(name, [](const Json& j) { return j.is_array(); });
        if (list == nullptr) return;
        for (const Json& item : *list) {
            if (!item.is_string()) return fault();
            to.push_back(from_hex(item.get<std::string>()));
        }
    }
    void read(const char* name, Environment& to) {
        const Json* list = find(name, [](const Json& j) { return j.is_array(); });
        if (list == nullptr) return;
        for (const Json& item : *list) {
            if (!item.is_array() || item.size() != 2 || !item[0].is_string() ||
                !item[1].is_string())
                return fault();
            to.emplace_back(
                from_hex(item[0].get<std::string>()), from_hex(item[1].get<std::string>())
            );
        }
    }
    void read(const char* name, std::vector<Mount>& to) {
        const Json* list = find(name, [](const Json& j) { return j.is_array(); });
        if (list == nullptr) return;
        for (const Json& item : *list) {
            Reader fields(item.dump());
            Mount mount;
            fields.read("source", mount.source);
            fields.read("target", mount.target);
            fields.read("read_only", mount.read_only);
            if (!fields.ok()) return fault();
            to.push_back(std::move(mount));
        }
    }

  private:
    template <class Is>
    const Json* find(const char* name, Is is) {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(name);
        if (found != json_.end() && is(*found)) return &*found;
        fault();
        return nullptr;
    }
    void fault() { ok_ = false; }

    Json json_;
    bool ok_ = false;
};

template <class T>
Result<T> finish(const Reader& reader, T value, const char* what) {
    if (!reader.ok()) return fail(Code::invalid, std::string("not the JSON of ") + what);
    return value;
}

}  // namespace

const char* word(Isolation isolation) {
    return isolation_words[static_cast<std::size_t>(isolation)];
}

Isolation isolation_from(std::string_view word) {
    for (std::size_t i = 0; i < isolation_words.size(); ++i)
        if (isolation_words[i] == word) return static_cast<Isolation>(i);
    return Isolation::best;
}

Exit exit_from_wait(int wait_status, std::uint64_t oom_kills) {
    // As <sys/wait.h> takes the status apart: the low seven bits are the signal.
    Exit exit;
    exit.signal = wait_status & 0x7f;
    exit.code = exit.signal != 0 ? 128 + exit.signal : (wait_status >> 8) & 0xff;
    exit.oom = oom_kills > 0 && exit.code == 137;
    return exit;
}

Json to_json(const ShimSpec& spec) {
    Json mounts = Json::array();
    for (const Mount& mount : spec.mounts)
        mounts.push_back(
            {{"source", mount.source}, {"target", mount.target}, {"read_only", mount.read_only}}
        );
    return {
        {"argv", strings(spec.argv)},
        {"env", pairs(spec.env)},
        {"cwd", spec.cwd},
        {"run_dir", spec.run_dir},
        {"log", spec.log},
        {"cgroup_procs", strings(spec.cgroup_procs)},
        {"oom_file", spec.oom_file},
        {"mounts", std::move(mounts)},
        {"lifeline_path", spec.lifeline_path},
        {"isolation", word(spec.isolation)},
    };
}

Json to_json(const ExecSpec& spec) {
    return {
        {"argv", strings(spec.argv)},
        {"env", pairs(spec.env)},
        {"cwd", spec.cwd},
        {"cgroup_procs", strings(spec.cgroup_procs)},
        {"init_pid", spec.init_pid},
        {"isolation", word(spec.isolation)},
    };
}

Json to_json(const Running& running) {
    return {
        {"version", 1},
        {"shim_pid", running.shim.pid},
        {"shim_start_time", running.shim.start_time},
        {"boot_id", running.shim.boot_id},
        {"init_pid", running.init_pid},
        {"isolation", word(running.isolation)},
        {"started_at", running.started_at.time_since_epoch().count()},
        {"cancelled", running.cancelled},
    };
}

Json to_json(const Exit& exit) {
    return {
        {"version", 1},
        {"code", exit.code},
        {"signal", exit.signal},
        {"oom", exit.oom},
        {"start_error", hex_unless_utf8(exit.start_error)},
        {"started_at", exit.started_at.time_since_epoch().count()},
        {"finished_at", exit.finished_at.time_since_epoch().count()},
    };
}

Json to_json(const ExecResult& result) {
    return {{"code", result.code}, {"output", hex_unless_utf8(result.output)}};
}

Result<ShimSpec> shim_spec_from(std::string_view text) {
    Reader reader(text);
    ShimSpec spec;
    reader.read("argv", spec.argv);
    reader.read("env", spec.env);
    reader.read("cwd", spec.cwd);
    reader.read("run_dir", spec.run_dir);
    reader.read("log", spec.log);
    reader.read("cgroup_procs", spec.cgroup_procs);
    reader.read("oom_file", spec.oom_file);
    reader.read("mounts", spec.mounts);
    reader.read("lifeline_path", spec.lifeline_path);
    reader.read("isolation", spec.isolation);
    if (spec.argv.empty()) return fail(Code::invalid, "argv: must name a program");
    return finish(reader, std::move(spec), "a shim's spec");
}

Result<ExecSpec> exec_spec_from(std::string_view text) {
    Reader reader(text);
    ExecSpec spec;
    reader.read("argv", spec.argv);
    reader.read("env", spec.env);
    reader.read("cwd", spec.cwd);
    reader.read("cgroup_procs", spec.cgroup_procs);
    reader.read_number("init_pid", spec.init_pid);
    reader.read("isolation", spec.isolation);
    if (spec.argv.empty()) return fail(Code::invalid, "argv: must name a program");
    return finish(reader, std::move(spec), "an exec spec");
}

Result<Running> running_from(std::string_view text) {
    Reader reader(text);
    Running running;
    reader.read_number("shim_pid", running.shim.pid);
    reader.read_number("shim_start_time", running.shim.start_time);
    reader.read("boot_id", running.shim.boot_id);
    reader.read_number("init_pid", running.init_pid);
    reader.read("isolation", running.isolation);
    reader.read("started_at", running.started_at);
    reader.read("cancelled", running.cancelled);
    return finish(reader, std::move(running), "running.json");
}

Result<Exit> exit_from(std::string_view text) {
    Reader reader(text);
    Exit exit;
    reader.read_number("code", exit.code);
    reader.read_number("signal", exit.signal);
    reader.read("oom", exit.oom);
    reader.read("start_error", exit.start_error);
    reader.read("started_at", exit.started_at);
    reader.read("finished_at", exit.finished_at);
    return finish(reader, std::move(exit), "exit.json");
}

Result<ExecResult> exec_result_from(std::string_view text) {
    Reader reader(text);
    ExecResult result;
    reader.read_number("code", result.code);
    reader.read("output", result.output);
    return finish(reader, std::move(result), "an exec result");
}

}  // namespace swell::cluster::pods
