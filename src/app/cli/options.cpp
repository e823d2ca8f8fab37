#include "app/cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string_view>

#include "base/text.hpp"

namespace swell::app {

namespace {

constexpr const char* version = "swell 0.1.0";

/// CLI11's own check of a number without an upper bound tells the largest double there is.
template <class Number = int>
CLI::Validator not_negative() {
    return {
        [](std::string& text) -> std::string {
            Number value = 0;
            const char* const end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            if (error == std::errc{} && stop == end && value >= 0) return "";
            return "must be a whole number >= 0, got " + text;
        },
        "N"
    };
}

void where(CLI::App& command, Options& o) {
    command.add_option("-n,--namespace", o.ns, "Namespace");
    command.add_flag("-A,--all-namespaces", o.all_namespaces, "All namespaces");
}

void selects(CLI::App& command, Options& o) {
    command.add_option("-l,--selector", o.selector, "Labels: app=shop,tier in (a,b)");
    command.add_option(
        "--field-selector", o.field_selector, "Fields: status.phase=Running,metadata.name!=a"
    );
}

void prints(CLI::App& command, Options& o, const std::vector<std::string>& forms) {
    command.add_option("-o,--output", o.output, "Form of the output")->check(CLI::IsMember(forms));
}

CLI::App* add(CLI::App& app, Options& o, const std::string& name, const std::string& help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option(
        "--state", o.state_dir, "Folder of the state; default $SWELL_STATE or ~/.local/state/swell"
    );
    const std::string prefix =
        app.get_name().empty() || app.get_name() == "swell" ? "" : app.get_name() + " ";
    command->callback([&o, prefix, name] {
        if (o.command.empty()) o.command = prefix + name;
    });
    return command;
}

/// Within both ends; CLI::Range takes NaN for within any.
CLI::Validator between(double least, double most) {
    return CLI::Validator(
        [=](std::string& text) -> std::string {
            double value = 0;
            const bool is_number = CLI::detail::lexical_cast(text, value);
            if (is_number && value >= least && value <= most) return {};
            char what[96];
            std::snprintf(what, sizeof what, "must be from %g to %g, got ", least, most);
            return what + text;
        },
        "NUMBER"
    );
}

void run_commands(CLI::App& app, Options& o) {
    CLI::App* up =
        add(app, o, "up", "Run manifests here, with a live view; Ctrl-C leaves nothing behind");
    up->add_option("paths", o.arguments, "Files, folders or - (standard input)")->required();
    up->add_flag("-d,--detach", o.detach, "Go on in the background; see `swell down`");
    up->add_option(
        "--run",
        o.runs,
        "NAME='COMMAND': what Deployment NAME runs when its manifest has an image alone"
    );
    up->add_option(
          "--hpa-sync-period",
          o.period_seconds,
          "Seconds between two decisions of an HPA; default 15"
    )
        ->check(between(0.05, 3600));
    up->add_option(
        "--timeout",
        o.timeout,
        "How long a load may take to begin (pods get ready first), and the replicas to come back "
        "to their minimum once it has ended; default 5m"
    );
    up->add_option("--seed", o.seed, "Of names and other chance; default a new one, which is told")
        ->check(not_negative<std::uint64_t>());
    up->add_flag("--plain", o.plain, "Lines instead of the live view");
    up->add_option("-n,--namespace", o.ns, "Namespace of objects that name none");

    CLI::App* server = add(app, o, "server", "");  // what --detach leaves running
    server->group("");
    server->add_option("--hpa-sync-period", o.period_seconds);
    server->add_option("--seed", o.seed)->check(not_negative<std::uint64_t>());

    CLI::App* down = add(app, o, "down", "End what `swell up --detach` started");
    down->add_option("--timeout", o.timeout, "How long to wait for the end; default 2m");

    CLI::App* apply = add(app, o, "apply", "Create or update the objects of manifests");
    apply->add_option("-f,--filename,paths", o.files, "Files, folders or -")->required();
    apply->add_option("-n,--namespace", o.ns, "Namespace of objects that name none");
    apply->add_flag("--dry-run", o.dry_run, "Only check");
    apply->add_option("--run", o.runs, "NAME='COMMAND' for a manifest that has an image alone");

    CLI::App* doctor =
        add(app, o, "doctor", "What this machine can enforce, and how to get the rest");
    prints(*doctor, o, {"json"});
    CLI::App* schema = add(app, o, "schema", "JSON Schema of all kinds, for editors");
    schema->add_option("kind", o.arguments, "One kind");
}

void simulate_command(CLI::App& app, Options& o) {
    CLI::App* simulate =
        add(app, o, "simulate", "What manifests would have done under a load, in virtual time");
    simulate->add_option("paths", o.arguments, "Files, folders or -")->required();
    simulate->add_option(
        "--trace",
        o.traces,
        "FILE.csv (time_s,rps) for all Deployments, or NAME=FILE.csv for one; default the LoadTest "
        "among the manifests"
    );
    simulate->add_option("--for", o.length, "How long; default the trace's own length");
    simulate->add_option("--seed", o.seed, "Of all chance; default 1. Same seed, same bytes")
        ->check(not_negative<std::uint64_t>());
    simulate->add_option("--peak", o.peak, "Scale each trace so that its highest rate is this")
        ->check(between(1e-3, 1e9));
    simulate->add_option(
        "--compare",
        o.compare,
        "Other manifests, put side by side; without a Deployment among them: another policy for "
        "the first's"
    );
    simulate->add_option("--csv", o.csv, "Write the charts' points");
    simulate->add_option("--html", o.html, "Write a page with charts");
    simulate->add_option(
        "--cpu-per-request", o.cpu_per_request, "CPU time of a request, mean; default 10ms"
    );
    simulate->add_option("--objective", o.objective, "Slower is late; default 250ms");
    simulate->add_option(
        "--start-up", o.start_up, "From a pod's creation to readiness; default 10s"
    );
    simulate->add_option(
        "--scrape-interval",
        o.scrape_interval,
        "Of the metrics, and the time that each is a mean over; default 15s"
    );
    simulate->add_option(
        "--metric-lag", o.metric_lag, "From a scrape until it can be read; default 2s"
    );
    simulate->add_option("--crashes-per-hour", o.crashes_per_hour, "Of each pod; default 0")
        ->check(between(0, 3600));
}

void look_commands(CLI::App& app, Options& o) {
    CLI::App* get = add(app, o, "get", "List objects: swell get hpa,deploy,pods");
    get->add_option("what", o.arguments, "KIND, KIND NAME… or KIND/NAME…")->required();
    where(*get, o);
    selects(*get, o);
    prints(*get, o, {"json", "yaml", "wide", "name"});
    get->add_flag("-w,--watch", o.watch, "Go on and print changes");
    get->add_flag("--show-labels", o.show_labels, "A column of all labels");
    get->add_option("-L,--label-columns", o.label_columns, "A column for each of these labels")
        ->delimiter(',')
        ->allow_extra_args(false);
    get->add_flag("!--no-headers", o.headings, "No heading line");
    get->add_flag(
        "--ignore-not-found", o.ignore_not_found, "An object that is not there is no error"
    );

    CLI::App* describe = add(app, o, "describe", "Everything about objects, and their events");
    describe->add_option("what", o.arguments, "KIND NAME or KIND/NAME")->required();
    where(*describe, o);
    selects(*describe, o);

    CLI::App* logs = add(app, o, "logs", "What a pod printed");
    logs->add_option("pod", o.arguments, "POD, or KIND/NAME for its first pod")->required();
    logs->add_option("-n,--namespace", o.ns, "Namespace");
    logs->add_option("-c,--container", o.container, "Container; default the first");
    logs->add_option("--tail", o.tail, "Only the last lines; -1 is all")
        ->check(CLI::Range(-1, 1'000'000'000));
    logs->add_flag("-f,--follow", o.watch, "Go on as it prints");
    logs->add_flag("-p,--previous", o.previous, "Of the instance before the last restart");

    CLI::App* top = add(app, o, "top", "CPU and memory in use: swell top pods");
    top->add_option("what", o.arguments, "pods");
    where(*top, o);
    selects(*top, o);
    prints(*top, o, {"json"});
    top->add_flag("!--no-headers", o.headings, "No heading line");

    CLI::App* explain =
        add(app, o, "explain", "Why: the arithmetic of the last decision about hpa/NAME");
    explain->add_option("what", o.arguments, "KIND/NAME")->required();
    explain->add_option("-n,--namespace", o.ns, "Namespace");
    explain->add_option(
        "--at", o.at, "The decision in force at this time (RFC 3339, or 5m for five minutes ago)"
    );
    explain->add_option("--why-not", o.why_not, "Why not this number of replicas")
        ->check(not_negative());
    explain->add_flag(
        "--compare", o.beside, "What one that observes would have done, beside what was"
    );
    prints(*explain, o, {"json"});

    CLI::App* history = add(app, o, "history", "Decisions, newest first");
    history->add_option("what", o.arguments, "KIND/NAME; all when left out");
    history->add_option("-n,--namespace", o.ns, "Namespace");
    history->add_option("--limit", o.limit, "How many; default 20")->check(CLI::Range(1, 100000));
    history->add_flag("--all", o.all, "Decisions to change nothing, too");
    prints(*history, o, {"json"});
}

void change_commands(CLI::App& app, Options& o) {
    CLI::App* scale = add(app, o, "scale", "Set a number of replicas");
    scale->add_option("what", o.arguments, "KIND/NAME or KIND NAME")->required();
    scale->add_option("--replicas", o.replicas, "How many")->required()->check(not_negative());
    scale->add_option("-n,--namespace", o.ns, "Namespace");

    CLI::App* remove = add(app, o, "delete", "Delete objects");
    remove->add_option("what", o.arguments, "KIND NAME… or KIND/NAME…");
    remove->add_option("-f,--filename", o.files, "The objects of these manifests");
    remove->add_option("-n,--namespace", o.ns, "Namespace");
    selects(*remove, o);
    remove->add_flag("--all", o.all, "All of this kind in the namespace");
    remove->add_flag(
        "--ignore-not-found", o.ignore_not_found, "An object that is not there is no error"
    );
    remove->add_option_function<int>(
        "--grace-period",
        [&o](const int& value) { o.grace_seconds = value; },
        "Seconds a pod has to end"
    );

    CLI::App* rollout = app.add_subcommand(
        "rollout", "Status, history, undo, restart, pause and resume of a Deployment's rollout"
    );
    rollout->require_subcommand(1);
    for (const char* name : {"status", "history", "undo", "restart", "pause", "resume"}) {
        CLI::App* command = add(*rollout, o, name, "");
        command->add_option("what", o.arguments, "deployment/NAME")->required();
        command->add_option("-n,--namespace", o.ns, "Namespace");
        if (std::string(name) == "undo")
            command->add_option("--to-revision", o.revision, "Default: the one before")
                ->check(not_negative());
        if (std::string(name) == "history")
            command->add_option("--revision", o.revision, "One revision in full")
                ->check(not_negative());
        if (std::string(name) == "status") {
            command->add_flag(
                "-w,--watch,!--no-watch",
                o.watch,
                "Wait for the end; default, --watch=false does not"
            );
            command->preparse_callback([&o](std::size_t) { o.watch = true; });
            command->add_option("--timeout", o.timeout, "How long to wait");
        }
    }
}

/// CLI11 only says that a subcommand is missing; a person wants to know which word was not one.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, const char* const* argv) {
    if (argc < 2 || argv[1][0] == '-') return {};
    const std::string_view word = argv[1];
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    if (std::find(names.begin(), names.end(), word) != names.end()) return {};
    const std::vector<std::string_view> views(names.begin(), names.end());
    std::string what = "unknown command \"" + std::string(word) + "\"";
    if (const auto near = nearest(word, views))
        what += ": did you mean \"" + std::string(*near) + "\"?";
    return what;
}

}  // namespace

Parsed parse(int argc, const char* const* argv) {
    Parsed parsed;
    CLI::App app{"Swell runs, proves and explains how your services scale.", "swell"};
    app.require_subcommand(1);
    app.set_version_flag("--version", version);
    app.footer("Start: swell up examples/quickstart");
    run_commands(app, parsed.options);
    simulate_command(app, parsed.options);
    look_commands(app, parsed.options);
    change_commands(app, parsed.options);
    if (const auto unknown = unknown_command(app, argc, argv)) {
        std::cerr << "error: " << *unknown << "\n`swell --help` lists them\n";
        parsed.exit = 2;
        return parsed;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        parsed.exit = code == 0 ? 0 : 2;
    }
    return parsed;
}

}  // namespace swell::app
