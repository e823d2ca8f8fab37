#include "app/server/logs_io.hpp"

#include <charconv>
#include <set>
#include <utility>

#include "cluster/admission/refusal.hpp"
#include "spec/kinds/core.hpp"
#include "spec/selector.hpp"

namespace swell::app {

namespace {

constexpr Duration follow_period = std::chrono::milliseconds(200);
constexpr Duration slow_reader_period = std::chrono::milliseconds(5);
constexpr std::size_t piece_bytes = 1u << 20;  // well below what the server lets pile up

std::string text_of(const std::map<std::string, std::string>& query, const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

bool flag(const std::map<std::string, std::string>& query, const char* name) {
    const std::string text = text_of(query, name);
    return text == "1" || text == "true";
}

/// What is said in the log itself, for its reader has nothing else before him.
std::string said(const std::string& what) { return "swell: " + what + "\n"; }

std::string printed(const cluster::LogSlice& slice, bool timestamps) {
    std::string text;
    if (slice.lost)
        text = said("lines are missing here: rotation removed them before they could be sent");
    for (const auto& line : slice.lines) {
        if (timestamps) text += line.at + " ";
        text += line.text;
        if (line.whole) text += "\n";
    }
    return text;
}

void refuse(const http::Responder& responder, const cluster::Failure& failure) {
    auto response = cluster::answer(cluster::to_json(failure), failure.code);
    responder.send(
        {.status = response.status,
         .headers = {{"Content-Type", response.content_type}},
         .body = std::move(response.body)}
    );
}

/// That there is no such pod is told as of any object; else there is no such log.
cluster::Failure no_log(const cluster::ApiPath& path, const Error& error) {
    const bool no_pod = error == cluster::not_found(*path.kind, path.name);
    return no_pod ? cluster::failure_of(error, *path.kind, path.name) : cluster::failure_of(error);
}

}  // namespace

Logs::~Logs() {
    for (const auto& [id, follow] : follows_) loop_.cancel(follow.timer);
}

void Logs::answer(const cluster::ApiPath& path, const http::Responder& responder) {
    cluster::LogQuery query;
    query.container = text_of(path.query, "container");
    query.previous = flag(path.query, "previous");
    if (const std::string tail = text_of(path.query, "tailLines"); !tail.empty()) {
        std::size_t lines = 0;
        const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), lines);
        if (error != std::errc() || end != tail.data() + tail.size())
            return refuse(
                responder, cluster::bad_request("tailLines: must be a number, got " + tail)
            );
        query.tail = lines;
    }
    const spec::Key pod{path.kind->name, path.ns.empty() ? "default" : path.ns, path.name};
    // A first look, so that what is not there is an answer and not an empty stream.
    const auto slice = pods_.logs(pod, query);
    if (!slice) return refuse(responder, no_log(path, slice.error()));
    const std::uint64_t id = ++last_;
    const bool goes_on = flag(path.query, "follow");
    Follow& follow =
        follows_
            .emplace(
                id,
                Follow{pod, std::move(query), flag(path.query, "timestamps"), goes_on, responder}
            )
            .first->second;
    responder.begin(200, {{"Content-Type", "text/plain; charset=utf-8"}});
    responder.on_gone([this, id] {
        if (const auto found = follows_.find(id); found != follows_.end()) {
            loop_.cancel(found->second.timer);
            follows_.erase(found);
        }
    });
    take(follow, slice);
    push(id, follow);
}

void Logs::pump(std::uint64_t id) {
    const auto found = follows_.find(id);
    if (found == follows_.end()) return;
    Follow& follow = found->second;
    if (follow.responder.unsent() > 0 || !follow.pending.empty()) return push(id, follow);
    take(follow, pods_.logs(follow.pod, follow.query));
    push(id, follow);
}

void Logs::take(Follow& follow, const Result<cluster::LogSlice>& slice) {
    const bool had_more = std::exchange(follow.more, slice && slice->more);
    follow.over = !slice || (!slice->more && !follow.goes_on);
    if (slice) {
        follow.pending = printed(*slice, follow.timestamps);
        follow.query.since = slice->next;
    } else if (had_more || slice.error().code != Code::not_found) {
        // A pod that is gone ends its log; but what was known to be there must not end unsaid.
        follow.pending = said("the rest of the log cannot be read: " + slice.error().what);
    }
}

/// What was read goes out in pieces, each when the one before has been taken, however slowly.
void Logs::push(std::uint64_t id, Follow& follow) {
    if (follow.responder.unsent() == 0 && !follow.pending.empty()) {
        const std::string piece = follow.pending.substr(0, piece_bytes);
        follow.pending.erase(0, piece.size());
        follow.responder.write(piece);
    }
    if (follow.pending.empty() && follow.over) {
        const http::Responder responder = follow.responder;
        follows_.erase(id);
        return responder.end();
    }
    const bool idle = follow.pending.empty() && !follow.more;
    const Duration pause =
        idle ? follow_period : (follow.responder.unsent() > 0 ? slow_reader_period : Duration{});
    follow.timer = loop_.call_after(pause, [this, id] { pump(id); });
}

cluster::ApiResponse usage_answer(
    const cluster::Cluster& cluster,
    const metrics::Metrics& usage,
    const std::map<std::string, std::string>& query
) {
    const auto selector = spec::Selector::parse(text_of(query, "labelSelector"));
    if (!selector) return cluster::failure(selector.error());
    const std::string ns = text_of(query, "namespace");
    std::set<std::string> namespaces;
    for (const auto& pod : cluster.list({.kind = spec::kind_of<spec::Pod>().name, .ns = ns}))
        namespaces.insert(pod.metadata().ns);
    Json pods = Json::array();
    for (const auto& each : namespaces) {
        const auto measured =
            usage.pods(each, [&](const spec::Labels& labels) { return selector->matches(labels); });
        if (!measured) return cluster::failure(measured.error());
        for (const auto& pod : *measured) {
            std::int64_t cpu = 0, memory = 0;
            for (const auto& container : pod.containers) {
                if (const auto found = container.usage.find("cpu"); found != container.usage.end())
                    cpu += found->second.milli_value();
                if (const auto found = container.usage.find("memory");
                    found != container.usage.end())
                    memory += found->second.value();
            }
            pods.push_back(
                {{"namespace", each}, {"name", pod.name}, {"cpuMilli", cpu}, {"memoryBytes", memory}
                }
            );
        }
    }
    return cluster::answer({{"pods", std::move(pods)}});
}

}  // namespace swell::app
