// Scale-in and rolling updates under load lose not one request.

#include <gtest/gtest.h>

#include "spec/kinds/apps.hpp"
#include "spec/kinds/core.hpp"
#include "swell_io.hpp"
#include "trial/load/load_io.hpp"

namespace swell::test {
namespace {

constexpr const char* manifests = R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 8080, targetPort: http}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 6
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 20
      containers:
      - name: shop
        command: ["$(SWELL_BIN)/tiles"]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}
)";

constexpr std::int64_t requests_wanted = 50'000;

struct NoLoss : testing::Test {
    Swell swell;

    spec::Deployment deployment() {
        const auto object = swell.api().get(spec::kind_of<spec::Deployment>(), "default", "shop");
        EXPECT_TRUE(object.has_value());
        return object->as<spec::Deployment>();
    }
    /// All replicas of the newest template are there, and no other pod is.
    bool at_rest() {
        const auto d = deployment();
        return d.status.observed_generation >= d.metadata.generation &&
               d.status.ready_replicas == d.spec.replicas &&
               d.status.updated_replicas == d.spec.replicas &&
               d.status.replicas == d.spec.replicas &&
               swell.api().list(spec::kind_of<spec::Pod>(), "default")->size() ==
                   static_cast<std::size_t>(d.spec.replicas);
    }
    void scale(int replicas) {
        EXPECT_EQ(
            swell.run({"scale", "deploy/shop", "--replicas", std::to_string(replicas)}).exit_code, 0
        );
        EXPECT_TRUE(eventually([&] { return at_rest(); })) << swell.run({"get", "deploy,pods"}).out;
    }
    void roll(const char* how) {
        EXPECT_EQ(swell.run({"rollout", how, "deploy/shop"}).exit_code, 0);
        EXPECT_TRUE(eventually([&] { return at_rest(); })) << swell.run({"get", "deploy,pods"}).out;
    }
};

TEST_F(NoLoss, ScaleInAndRollingUpdateUnderLoad) {
    const auto started = swell.run({"up", "--detach", swell.file("shop.yaml", manifests)});
    ASSERT_EQ(started.exit_code, 0) << started.err;
    ASSERT_TRUE(eventually([&] { return at_rest(); })) << swell.run({"describe", "pods"}).out;
    const auto service = swell.api().get(spec::kind_of<spec::Service>(), "default", "shop");
    const auto& spec = service->as<spec::Service>().spec;

    spec::LoadTestSpec load;
    load.target.url = "http://" + spec.cluster_ip + ":8080";
    load.requests = {{.path = "/healthz"}};
    load.stages = {{"10m", 1500}};
    load.start_rate = 1500;
    const auto plan = trial::make_plan(load, "");
    ASSERT_TRUE(plan.has_value()) << plan.error().what;
    trial::Load running(*plan);

    // Until enough requests have gone through all of it, at least twice.
    for (int rounds = 0; running.progress().done < requests_wanted || rounds < 2; ++rounds) {
        scale(2);
        roll("restart");
        scale(6);
        roll("restart");
        ASSERT_FALSE(HasFailure());
    }
    running.stop();
    ASSERT_TRUE(eventually([&] { return running.progress().finished; }));
    const auto progress = running.progress();
    EXPECT_GE(progress.done, requests_wanted);
    EXPECT_EQ(progress.failures.total(), 0)
        << "connect " << progress.failures.connect << ", transport " << progress.failures.transport
        << ", timeout " << progress.failures.timeout << ", 4xx " << progress.failures.status_4xx
        << ", 5xx " << progress.failures.status_5xx;
}

}  // namespace
}  // namespace swell::test
