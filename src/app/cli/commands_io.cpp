#include "app/cli/commands_io.hpp"

#include <cstdio>
#include <iostream>
#include <map>

#include "app/cli/client_io.hpp"
#include "app/cli/describe.hpp"
#include "app/cli/look_io.hpp"
#include "app/cli/manifests_io.hpp"
#include "app/cli/reason_io.hpp"
#include "app/cli/rollout_io.hpp"
#include "app/cli/simulate_io.hpp"
#include "app/cli/table.hpp"
#include "app/cli/up_io.hpp"
#include "app/cli/words.hpp"
#include "app/server/doctor_io.hpp"
#include "app/server/state_dir_io.hpp"
#include "cluster/api/path.hpp"
#include "spec/read.hpp"
#include "spec/registry.hpp"

namespace swell::app {

namespace {

int failed(const Error& error) {
    std::cerr << "error: " << error.what << "\n";
    return 1;
}

int done(const Result<void>& result) { return result ? 0 : failed(result.error()); }

Result<void> scale(const ApiClient& api, const Options& o) {
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    for (const Target& target : *about) {
        if (target.name.empty())
            return fail(Code::invalid, "say which: " + std::string(target.kind->plural) + "/NAME");
        const Json body = {{"spec", {{"replicas", o.replicas}}}};
        const auto answer =
            api.call("PUT", cluster::path_of(*target.kind, o.ns, target.name, "scale"), body);
        if (!answer) return std::unexpected(answer.error());
        std::cout << subject_of(*target.kind, o.ns, target.name) << " scaled\n";
    }
    return {};
}

Result<void> print_schema(const Options& o) {
    if (o.arguments.empty()) {
        std::cout << spec::schema().dump(2) << "\n";
        return {};
    }
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    std::cout << about->front().kind->schema().dump(2) << "\n";
    return {};
}

}  // namespace

int run_command(const Options& o) {
    if (o.command == "simulate") return done(simulate_command(o));
    if (o.command == "schema") return done(print_schema(o));
    const auto dir = state_dir(o.state_dir);
    if (!dir) return failed(dir.error());
    if (o.command == "up") return up(o, *dir);
    if (o.command == "server") return serve(o, *dir);
    if (o.command == "down") return done(down(o, *dir));
    if (o.command == "doctor") return done(doctor(o, *dir));
    if (o.command == "explain") return done(explain_command(o, *dir));
    if (o.command == "history") return done(history_command(o, *dir));

    const ApiClient api(dir->api_socket());
    if (o.command == "apply") return done(apply_command(api, o));
    if (o.command == "get") return done(get_command(api, o));
    if (o.command == "describe") return done(describe_command(api, o));
    if (o.command == "delete") return done(delete_command(api, o));
    if (o.command == "logs") return done(logs_command(api, o));
    if (o.command == "top") return done(top_command(api, o));
    if (o.command == "scale") return done(scale(api, o));
    if (o.command.starts_with("rollout")) return done(rollout_command(api, o));
    return failed({Code::invalid, "no such command: " + o.command});
}

}  // namespace swell::app
