#pragma once

#include <map>
#include <string>

#include "base/json.hpp"
#include "base/loop_io.hpp"
#include "cluster/api/api.hpp"
#include "cluster/pods/runtime_io.hpp"
#include "http/server_io.hpp"

namespace swell::app {

/// Answers `.../pods/NAME/log` from the pod runtime: container, tailLines, previous, timestamps,
/// follow.
class Logs {
  public:
    Logs(Loop& loop, const cluster::PodRuntime& pods) : loop_(loop), pods_(pods) {}
    ~Logs();
    Logs(const Logs&) = delete;
    Logs& operator=(const Logs&) = delete;

    void answer(const cluster::ApiPath& path, const http::Responder& responder);

  private:
    struct Follow {
        spec::Key pod;
        cluster::LogQuery query;
        bool timestamps = false, goes_on = false;
        http::Responder responder;
        Clock::Timer timer = 0;
        std::string pending = {};         ///< read, and not yet sent
        bool more = false, over = false;  ///< whether the log goes on at once; or not at all
    };
    void pump(std::uint64_t id);
    static void take(Follow& follow, const Result<cluster::LogSlice>& slice);
    void push(std::uint64_t id, Follow& follow);

    Loop& loop_;
    const cluster::PodRuntime& pods_;
    std::map<std::uint64_t, Follow> follows_;
    std::uint64_t last_ = 0;
};

/// `{"pods": [{"namespace", "name", "cpuMilli", "memoryBytes"}]}`; query: namespace, labelSelector.
cluster::ApiResponse usage_answer(
    const cluster::Cluster& cluster,
    const metrics::Metrics& usage,
    const std::map<std::string, std::string>& query
);

}  // namespace swell::app
