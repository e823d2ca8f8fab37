#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace swell::app {

/// What a person typed, taken apart.
struct Options {
    std::string command;  ///< `up`, `get`, …; a subcommand's words are joined: `rollout status`
    std::vector<std::string> arguments;
    std::string state_dir;                   ///< --state; empty: the default
    std::string ns = "default";              ///< -n
    bool all_namespaces = false;             ///< -A
    std::string output;                      ///< -o: json, yaml, wide, name; empty: a table
    std::string selector;                    ///< -l
    std::string field_selector;              ///< --field-selector
    bool show_labels = false;                ///< get --show-labels
    std::vector<std::string> label_columns;  ///< get -L
    bool watch = false;                      ///< -w, or -f of logs
    bool headings = true;                    ///< --no-headers
    std::vector<std::string> files;          ///< -f of apply and delete
    std::vector<std::string> runs;           ///< --run NAME='COMMAND'
    bool detach = false;                     ///< up --detach
    bool dry_run = false;                    ///< apply --dry-run
    bool ignore_not_found = false;
    bool all = false;                                  ///< delete --all, history --all
    std::string container;                             ///< logs -c
    int tail = -1;                                     ///< logs --tail
    bool previous = false;                             ///< logs -p
    int replicas = -1;                                 ///< scale --replicas
    std::string at;                                    ///< explain --at TIME
    int why_not = -1;                                  ///< explain --why-not N
    bool beside = false;                               ///< explain --compare
    int limit = 20;                                    ///< history --limit
    int revision = 0;                                  ///< rollout undo --to-revision
    std::optional<int> grace_seconds;                  ///< delete --grace-period
    std::string timeout;                               ///< --timeout of up, down, rollout status
    double period_seconds = 0;                         ///< up --hpa-sync-period
    std::optional<std::uint64_t> seed;                 ///< up --seed
    std::vector<std::string> traces;                   ///< simulate --trace FILE or NAME=FILE
    std::string length;                                ///< simulate --for
    std::string compare, csv, html;                    ///< simulate
    std::string start_up, objective, cpu_per_request;  ///< simulate: durations
    std::string scrape_interval, metric_lag;           ///< simulate: durations
    double peak = 0;                                   ///< simulate --peak
    double crashes_per_hour = 0;                       ///< simulate
    bool plain = false;                                ///< up --plain: lines even on a terminal
};

struct Parsed {
    Options options;
    std::optional<int>
        exit;  ///< set when there is nothing to do: help or version was printed, or usage is wrong
};

Parsed parse(int argc, const char* const* argv);

}  // namespace swell::app
