#include "app/cli/reason_io.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include "app/cli/client_io.hpp"
#include "app/cli/words.hpp"
#include "base/wall_clock_io.hpp"
#include "control/hpa/why.hpp"
#include "journal/compare.hpp"
#include "journal/explain.hpp"
#include "journal/journal_io.hpp"

namespace swell::app {

namespace {

constexpr std::size_t recent = 5;
constexpr std::size_t compared_at_once = 20'000;  // entries; a month of two-minute ones
constexpr std::size_t compared_rows = 40;         // a screen

Result<std::unique_ptr<journal::SqliteJournal>> open(const StateDir& dir) {
    auto journal = journal::SqliteJournal::open_to_read(dir.journal());
    if (!journal && journal.error().code == Code::not_found)
        return fail(Code::not_found, "nothing was decided yet (no journal in " + dir.path + ")");
    return journal;
}

/// Empty for everything; `hpa/shop` for KIND/NAME or KIND NAME.
Result<std::string> subject(const Options& o) {
    if (o.arguments.empty()) return std::string();
    const auto about = targets(o.arguments);
    if (!about) return std::unexpected(about.error());
    if (about->size() != 1 || about->front().name.empty())
        return fail(Code::invalid, "say which: KIND/NAME, for example hpa/shop");
    return subject_of(*about->front().kind, o.ns, about->front().name);
}

/// RFC 3339, or how long ago.
Result<std::optional<Instant>> moment(const std::string& text) {
    if (text.empty()) return std::optional<Instant>();
    if (const auto ago = parse_duration(text)) return std::optional<Instant>(wall_now() - *ago);
    const auto at = parse_rfc3339(text);
    if (!at) return std::unexpected(at.error());
    return std::optional<Instant>(*at);
}

/// The one that is asked about, where a control plane runs and has it.
std::optional<spec::Object> asked_about(const Options& o, const StateDir& dir) {
    const auto about = targets(o.arguments);
    if (!about || about->size() != 1) return std::nullopt;
    const auto object =
        ApiClient(dir.api_socket()).get(*about->front().kind, o.ns, about->front().name);
    return object ? std::optional(*object) : std::nullopt;
}

Json list(const std::vector<journal::Entry>& entries) {
    Json array = Json::array();
    for (const auto& entry : entries) array.push_back(journal::to_json(entry));
    return array;
}

/// Of an Autoscaler one decides how many pods there are, and one what they request.
std::vector<const char*> deciding_about(const std::string& subject) {
    if (subject.starts_with("autoscaler/")) return {"hpa", "vpa"};
    return {""};  // whoever it is
}

Decided decided(const std::vector<journal::Entry>& entries) {
    if (entries.empty()) return Decided::never;
    const auto observes = [](const journal::Entry& one) {
        return one.observation.is_object() && one.observation.contains("observes");
    };
    return std::ranges::any_of(entries, observes) ? Decided::as_observer
                                                  : Decided::before_it_observed;
}

/// What was and what would have been, as far back as is asked for at once.
Result<void> compare_command(
    const Options& o,
    const StateDir& dir,
    const journal::Journal& journal,
    const std::string& about,
    std::optional<Instant> until
) {
    const auto entries =
        journal.read({.subject = about, .until = until, .limit = compared_at_once});
    if (!entries) return std::unexpected(entries.error());
    const auto made = journal::compare(*entries, until.value_or(wall_now()));
    if (made.rows.empty())
        return fail(
            Code::not_found,
            o.at.empty()
                ? nothing_observed(about, asked_about(o, dir), decided(*entries), wall_now())
                : about + " did not observe by then: annotate it with swell.dev/mode: Observe"
        );
    if (o.output == "json")
        std::cout << journal::to_json(made).dump(2) << "\n";
    else
        std::cout << journal::to_text(made, compared_rows);
    return {};
}

}  // namespace

Result<void> explain_command(const Options& o, const StateDir& dir) {
    const auto about = subject(o);
    if (!about) return std::unexpected(about.error());
    const auto journal = open(dir);
    if (!journal) return std::unexpected(journal.error());
    const auto until = moment(o.at);
    if (!until) return std::unexpected(until.error());
    if (o.beside) return compare_command(o, dir, **journal, *about, *until);
    std::vector<std::vector<journal::Entry>> answers;
    for (const char* controller : deciding_about(*about)) {
        auto entries = (*journal)->read(
            {.subject = *about, .controller = controller, .until = *until, .limit = recent + 1}
        );
        if (!entries) return std::unexpected(entries.error());
        if (!entries->empty()) answers.push_back(journal::without_namesakes(*std::move(entries)));
    }
    if (answers.empty())
        return fail(
            Code::not_found,
            o.at.empty() ? nothing_decided(*about, asked_about(o, dir), wall_now())
                         : "nothing was decided about " + *about + " by then"
        );
    if (o.output == "json") {
        std::vector<journal::Entry> newest;
        for (const auto& entries : answers) newest.push_back(entries.front());
        const Json json = newest.size() == 1 ? journal::to_json(newest.front()) : list(newest);
        std::cout << json.dump(2) << "\n";
    } else if (o.why_not >= 0 && !journal::decides_replicas(answers.front().front())) {
        return fail(
            Code::invalid,
            "--why-not: asks for a number of replicas, and " + *about +
                " decides none; try: swell explain " + *about
        );
    } else if (o.why_not >= 0) {
        std::cout << control::hpa::why_not(answers.front().front(), o.why_not) << "\n";
    } else {
        for (const auto& entries : answers)
            std::cout << (&entries == &answers.front() ? "" : "\n")
                      << journal::explain(entries.front(), entries, wall_now());
    }
    return {};
}

Result<void> history_command(const Options& o, const StateDir& dir) {
    const auto about = subject(o);
    if (!about) return std::unexpected(about.error());
    const auto journal = open(dir);
    if (!journal) return std::unexpected(journal.error());
    const auto entries = (*journal)->read(
        {.subject = *about, .changes_only = !o.all, .limit = static_cast<std::size_t>(o.limit)}
    );
    if (!entries) return std::unexpected(entries.error());
    if (o.output == "json")
        std::cout << list(*entries).dump(2) << "\n";
    else if (entries->empty() && !about->empty())
        std::cout << "nothing was decided about " << *about << "\n";
    else
        std::cout << journal::history(*entries);
    return {};
}

}  // namespace swell::app
