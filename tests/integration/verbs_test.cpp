// The verbs people type, against pods that run.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/fd_io.hpp"
#include "http/sockets_io.hpp"
#include "spec/kinds/apps.hpp"
#include "spec/kinds/autoscaling.hpp"
#include "spec/kinds/core.hpp"
#include "swell_io.hpp"

namespace swell::test {
namespace {

constexpr const char* manifests = R"(apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: v1
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
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: shop
        command: ["$(SWELL_BIN)/tiles"]
        env:
        - {name: GREETING, valueFrom: {configMapKeyRef: {name: words, key: greeting}}}
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: talker, labels: {app: talker}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: talker
    command: [sh, -c, "echo one; echo two >&2; echo $SHOP_SERVICE_HOST $SHOP_SERVICE_PORT $SWELL_URL_SHOP; exec sleep 100000"]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: by-memory}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 1
  maxReplicas: 4
  behavior: {scaleDown: {stabilizationWindowSeconds: 0}}
  metrics: [{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 10Gi}}}]
)";

struct Verbs : testing::Test {
    Swell swell;

    std::string said(const std::vector<std::string>& words) {
        const Outcome got = swell.run(words);
        EXPECT_EQ(got.exit_code, 0) << words[0] << ": " << got.err;
        return got.out;
    }
    int ready() {
        const auto object = swell.api().get(spec::kind_of<spec::Deployment>(), "default", "shop");
        return object ? object->as<spec::Deployment>().status.ready_replicas : -1;
    }
    void kill_control_plane() {
        const int pid = std::atoi(read_file(swell.state() + "/lock").value_or("0").c_str());
        ASSERT_GT(pid, 0);
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        ASSERT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; }));
    }
};

#define EXPECT_SAYS(text, word) \
    EXPECT_NE((text).find(word), std::string::npos) << (word) << " in\n" << (text)

TEST_F(Verbs, FromUpToDown) {
    EXPECT_SAYS(
        said({"up", "--detach", "--hpa-sync-period", "0.2", swell.file("shop.yaml", manifests)}),
        "service/shop http://127."
    );
    ASSERT_TRUE(eventually([&] { return ready() >= 1; }))
        << said({"get", "pods"}) << swell.run({"describe", "pods"}).out;

    // Looking.
    EXPECT_SAYS(said({"get", "deploy"}), "shop   ");
    EXPECT_SAYS(said({"get", "deploy,svc,hpa"}), "CLUSTER-IP");
    EXPECT_SAYS(said({"get", "deploy/shop", "-o", "yaml"}), "kind: Deployment");
    EXPECT_SAYS(said({"get", "pods", "-l", "app=talker", "-o", "name"}), "pod/talker");
    EXPECT_EQ(Json::parse(said({"get", "cm", "words", "-o", "json"}))["data"]["greeting"], "hello");
    EXPECT_SAYS(said({"describe", "deploy/shop"}), "ScalingReplicaSet");
    EXPECT_SAYS(said({"get", "events"}), "REASON");
    EXPECT_EQ(swell.run({"get", "pod", "nobody"}).exit_code, 1);

    // Logs, and how Services are found.
    ASSERT_TRUE(eventually([&] {
        return swell.run({"logs", "talker"}).out.find("http://") != std::string::npos;
    }));
    const std::string log = said({"logs", "talker"});
    EXPECT_SAYS(log, "one\n");
    EXPECT_SAYS(log, "two\n");
    EXPECT_SAYS(log, " 8080 http://127.");
    EXPECT_EQ(said({"logs", "talker", "--tail", "1"}).find("one"), std::string::npos);

    // The HPA holds far below its target: it goes to the minimum, and says why.
    ASSERT_TRUE(eventually([&] {
        return said({"history", "hpa/by-memory", "--all"}).find("hpa/by-memory") !=
               std::string::npos;
    }));
    EXPECT_SAYS(said({"explain", "hpa/by-memory"}), "memory");
    EXPECT_SAYS(said({"history", "hpa/nobody"}), "nothing was decided about hpa/nobody");
    EXPECT_TRUE(Json::parse(said({"explain", "hpa/by-memory", "-o", "json"})).contains("steps"));
    EXPECT_TRUE(eventually([&] {
        return swell.run({"top", "pods"}).out.find("talker") != std::string::npos;
    }));

    // It is counted for the service that was scaled, as its replicas are.
    EXPECT_TRUE(eventually([&] {
        const auto page = swell.api().text("/metrics");
        constexpr const char* counted =
            "scaling_events_total{service=\"shop\",type=\"scale_down\"} 1";
        return page && page->find(counted) != std::string::npos;
    }));

    // Changing.
    said({"delete", "hpa/by-memory"});
    said({"scale", "deploy/shop", "--replicas", "3"});
    EXPECT_TRUE(eventually([&] { return ready() == 3; }));
    EXPECT_SAYS(said({"rollout", "pause", "deploy/shop"}), "deployment/shop paused");
    EXPECT_SAYS(swell.run({"rollout", "pause", "deploy/shop"}).err, "is already paused");
    EXPECT_SAYS(said({"rollout", "resume", "deploy/shop"}), "deployment/shop resumed");
    EXPECT_SAYS(swell.run({"rollout", "resume", "deploy/shop"}).err, "is not paused");
    said({"rollout", "restart", "deploy/shop"});
    EXPECT_SAYS(
        said({"rollout", "status", "deploy/shop", "--timeout", "60s"}), "successfully rolled out"
    );
    EXPECT_SAYS(said({"rollout", "history", "deploy/shop"}), "2");
    EXPECT_SAYS(said({"rollout", "undo", "deploy/shop"}), "rolled back");
    EXPECT_SAYS(
        said({"rollout", "status", "deploy/shop", "--timeout", "60s"}), "successfully rolled out"
    );
    EXPECT_EQ(
        said(
            {"get",
             "deploy",
             "--field-selector",
             "metadata.name=shop,metadata.namespace!=other",
             "-o",
             "name"}
        ),
        "deployment/shop\n"
    );
    said({"delete", "pod", "talker"});
    EXPECT_TRUE(eventually([&] { return swell.run({"get", "pod", "talker"}).exit_code == 1; }));

    // The state's files are ours alone.
    for (const auto& entry : std::filesystem::directory_iterator(swell.state())) {
        const auto mode = entry.status().permissions();
        EXPECT_EQ(
            mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none
        ) << entry.path();
    }

    said({"down"});
    EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
    EXPECT_TRUE(swell.cgroups().empty());
    EXPECT_SAYS(said({"history"}), "deployment/shop");
}

TEST_F(Verbs, DeletesAllOfAFileOrNothing) {
    const std::string map = R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: )";
    const std::string one = swell.file("one.yaml", map + "one}\n");
    const std::string both = swell.file("both.yaml", map + "gone}\n" + map + "one}\n");
    const std::string bad =
        swell.file("bad.yaml", map + "one}\n---\napiVersion: v1\nkind: ConfgMap\n");
    said({"up", "--detach", one});
    const auto there = [&] { return swell.run({"get", "cm/one"}).exit_code == 0; };

    EXPECT_EQ(swell.run({"delete", "-f", swell.folder() + "/nothing.yaml"}).exit_code, 1);
    const Outcome refused = swell.run({"delete", "-f", bad});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_SAYS(refused.err, "nothing was deleted");
    EXPECT_TRUE(there());
    const Outcome partly = swell.run({"delete", "-f", both});  // the first is not there
    EXPECT_EQ(partly.exit_code, 1);
    EXPECT_SAYS(partly.err, "gone");
    EXPECT_FALSE(there());
    said({"delete", "-f", both, "--ignore-not-found"});
    said({"down"});
}

TEST_F(Verbs, PodsThatOutliveTheControlPlaneKeepTheirVolumes) {
    const std::string path = swell.file("reader.yaml", R"(apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: pass}
stringData: {word: hush}
---
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  terminationGracePeriodSeconds: 0
  volumes:
  - {name: c, configMap: {name: words}}
  - {name: s, secret: {secretName: pass}}
  - {name: d, emptyDir: {}}
  containers:
  - name: reader
    command: [sh, -c, "echo mine > /swell-d/f; i=0; while :; do i=$((i+1)); echo \"$i: $(cat /swell-c/greeting /swell-s/word /swell-d/f)\"; sleep 0.05; done"]
    volumeMounts:
    - {name: c, mountPath: /swell-c}
    - {name: s, mountPath: /swell-s}
    - {name: d, mountPath: /swell-d}
)");
    const auto log = [&] { return swell.run({"logs", "reader"}).out; };
    const auto line = [](int i) { return "\n" + std::to_string(i) + ": "; };
    said({"up", "--detach", path});
    ASSERT_TRUE(eventually([&] { return log().find(line(3)) != std::string::npos; }));
    if (said({"describe", "pod/reader"}).find("mountPath is not shown") != std::string::npos)
        GTEST_SKIP() << "this machine gives pods no mount namespace";
    const int pid = std::atoi(read_file(swell.state() + "/lock").value_or("0").c_str());
    ASSERT_GT(pid, 0);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; }));
    said({"up", "--detach", path});
    const std::string before = log();
    int last = 3;
    while (before.find(line(last + 1)) != std::string::npos) ++last;
    ASSERT_TRUE(eventually([&] { return log().find(line(last + 10)) != std::string::npos; }));
    const std::string after = log();
    EXPECT_EQ(after.find("No such file"), std::string::npos) << after;
    EXPECT_SAYS(after, line(last + 9) + "hellohushmine\n");
    const auto pod = swell.api().get(spec::kind_of<spec::Pod>(), "default", "reader");
    ASSERT_TRUE(pod.has_value());
    EXPECT_EQ(pod->as<spec::Pod>().status.container_statuses.at(0).restart_count, 0);
    said({"down"});
}

TEST_F(Verbs, ReplicasNeedNoDeclaredPort) {
    said({"up", "--detach", swell.file("bare.yaml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: shop
        command: ["$(SWELL_BIN)/tiles"]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8080}]
)")});
    ASSERT_TRUE(eventually([&] { return ready() == 2; })) << swell.run({"describe", "pods"}).out;
    const auto pods = swell.api().list(spec::kind_of<spec::Pod>(), "default");
    ASSERT_TRUE(pods.has_value());
    std::set<std::int32_t> ports;
    for (const auto& object : *pods) {
        const auto& status = object.as<spec::Pod>().status;
        ASSERT_EQ(status.ports.size(), 1u);
        EXPECT_EQ(status.ports[0].container_port, 8080);
        EXPECT_EQ(status.container_statuses.at(0).restart_count, 0);
        ports.insert(status.ports[0].port);
    }
    EXPECT_EQ(ports.size(), 2u);
    EXPECT_EQ(said({"get", "events"}).find("PortConflict"), std::string::npos);
    said({"down"});
}

TEST_F(Verbs, ForegroundDiesWithAllItStarted) {
    const std::string path = swell.file("fork.yaml", R"(apiVersion: v1
kind: Pod
metadata: {name: forker}
spec:
  containers:
  - name: forker
    command: [sh, -c, "(setsid sh -c 'sleep 100001 & sleep 100002' &) ; exec sleep 100003"]
)");
    for (const int number : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
        SCOPED_TRACE(number);
        const auto up = swell.start({"up", path});
        ASSERT_TRUE(eventually([&] { return swell.processes().size() >= 6; })) << up->output();
        up->signal(number);
        ASSERT_TRUE(up->wait(std::chrono::seconds(60)).has_value());
        EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
    }
    swell.run({"down"});
    EXPECT_TRUE(swell.cgroups().empty());
}

TEST_F(Verbs, ASecondInterruptLeavesNothingInMemory) {
    const auto up = swell.start({"up", swell.file("deaf.yaml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: deaf}
spec:
  replicas: 3
  selector: {matchLabels: {app: deaf}}
  template:
    metadata: {labels: {app: deaf}}
    spec:
      terminationGracePeriodSeconds: 60
      volumes: [{name: v, emptyDir: {medium: Memory}}]
      containers:
      - name: deaf
        command: [sh, -c, "trap '' TERM; echo x > /v/cache; echo deaf; while :; do sleep 1; done"]
        volumeMounts: [{name: v, mountPath: /v}]
)")});
    ASSERT_TRUE(eventually([&] {
        const auto pods = swell.run({"get", "pods", "-o", "name"}).out;
        return std::ranges::count(pods, '\n') == 3 &&
               swell.run({"logs", "deploy/deaf"}).out.find("deaf") != std::string::npos;
    }));
    up->signal(SIGINT);
    ASSERT_TRUE(eventually([&] {
        return swell.run({"get", "pods"}).exit_code != 0 ||
               swell.run({"get", "events"}).out.find("Killing") != std::string::npos;
    }));
    up->signal(SIGINT);
    ASSERT_TRUE(up->wait(std::chrono::seconds(30)).has_value());
    EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
    EXPECT_TRUE(swell.in_memory().empty());
    EXPECT_TRUE(swell.cgroups().empty());
}

constexpr const char* sleeper = R"(apiVersion: v1
kind: Pod
metadata: {name: sleeper}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: sleeper
    command: [sleep, "100000"]
)";

/// A pipe in the place where a background swell writes what it prints, full from the start.
struct FullPipe {
    Fd ends;

    explicit FullPipe(const Swell& swell) {
        const std::string path = swell.folder() + "/log";
        EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
        ends = Fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        const std::string page(4096, 'x');
        while (::write(*ends, page.data(), page.size()) > 0) {
        }
    }
    std::string read() const {
        std::string text(1u << 20, '\0');
        const auto got = ::read(*ends, text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
};

TEST_F(Verbs, NobodyWaitsForWhoDoesNotReadTheView) {
    for (const bool read_at_last : {true, false}) {
        SCOPED_TRACE(read_at_last ? "read at last" : "never read");
        const Swell here;
        const FullPipe pipe(here);
        const auto up = here.start({"up", "--plain", here.file("sleeper.yaml", sleeper)});
        ASSERT_TRUE(eventually([&] {
            return here.run({"get", "pods"}).out.find("Running") != std::string::npos;
        }));
        up->signal(SIGINT);
        // Everything ends but the process that still has something to say, and lets others in.
        EXPECT_TRUE(eventually([&] { return here.processes() == std::vector<int>{up->pid()}; }));
        EXPECT_TRUE(eventually([&] { return here.run({"down"}).exit_code == 0; }));
        std::string text;
        if (read_at_last) {
            EXPECT_TRUE(eventually([&] {
                text += pipe.read();
                return up->wait(Duration::zero()).has_value();
            }));
        } else {
            up->signal(SIGINT);
        }
        EXPECT_EQ(up->wait(std::chrono::seconds(60)), 0);
        if (read_at_last) {
            EXPECT_SAYS(text + pipe.read(), "metrics: ");
        }
    }
}

std::string pod_named(const std::string& name) {
    std::string text = sleeper;
    text.replace(text.find("{name: sleeper}") + 7, 7, name);
    return text;
}

TEST_F(Verbs, WhatAKilledForegroundRunLeftIsNotRunAgain) {
    const auto first = swell.start({"up", swell.file("first.yaml", pod_named("first"))});
    ASSERT_TRUE(eventually([&] { return swell.run({"get", "pod", "first"}).exit_code == 0; }));
    first->signal(SIGKILL);
    ASSERT_TRUE(first->wait(std::chrono::seconds(60)).has_value());

    const auto second = swell.start({"up", swell.file("second.yaml", pod_named("second"))});
    ASSERT_TRUE(eventually([&] { return swell.run({"get", "pod", "second"}).exit_code == 0; }));
    EXPECT_EQ(swell.run({"get", "pods", "-o", "name"}).out, "pod/second\n");
    EXPECT_SAYS(second->output(), "removed 1 object that a killed run left: pod/first\n");
    second->signal(SIGKILL);
    ASSERT_TRUE(second->wait(std::chrono::seconds(60)).has_value());

    // No run with --detach takes it for its own either.
    EXPECT_SAYS(
        said({"up", "--detach", swell.file("third.yaml", pod_named("third"))}),
        "removed 1 object that a killed run left: pod/second\n"
    );
    EXPECT_EQ(said({"get", "pods", "-o", "name"}), "pod/third\n");
}

TEST_F(Verbs, WhatDetachLeftIsResumedAndSaid) {
    said({"up", "--detach", swell.file("first.yaml", pod_named("first"))});
    kill_control_plane();
    EXPECT_SAYS(
        said({"up", "--detach", swell.file("second.yaml", pod_named("second"))}),
        "resumed 1 object of an earlier `swell up --detach`: pod/first\n"
    );
    EXPECT_EQ(said({"get", "pods", "-o", "name"}), "pod/first\npod/second\n");
    // A second one joins what runs, and has nothing to say of it.
    EXPECT_EQ(
        said({"up", "--detach", swell.file("second.yaml", pod_named("second"))}).find("resumed"),
        std::string::npos
    );
}

std::string load_on(const std::string& port) {
    return "apiVersion: swell.dev/v1\nkind: LoadTest\nmetadata: {name: peak}\nspec:\n"
           "  target: {service: web" +
           (port.empty() ? "" : ", port: " + port) +
           "}\n  stages: [{duration: 1s, rate: 1}]\n---\n";
}

constexpr const char* never_ready = R"(apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: web
    command: [sleep, "100000"]
    readinessProbe: {exec: {command: [sh, -c, "echo not today; exit 1"]}, periodSeconds: 1}
)";

TEST_F(Verbs, ALoadThatCannotBeginEndsTheRunAndSaysWhy) {
    const auto got =
        swell.run({"up", "--timeout", "4s", swell.file("web.yaml", load_on("") + never_ready)});
    EXPECT_EQ(got.exit_code, 1);
    EXPECT_SAYS(
        got.err,
        "loadtest/peak has not begun within 4s: waits for a ready endpoint of service/web: "
        "pod/web: container web: Readiness probe failed: not today"
    );
    EXPECT_TRUE(swell.processes().empty());
}

TEST_F(Verbs, ALoadOnAPortThatItsServiceLacksFails) {
    const auto up = swell.start({"up", swell.file("web.yaml", never_ready)});
    const std::string test = swell.file("load.yaml", load_on("nosuch"));
    ASSERT_TRUE(eventually([&] { return swell.run({"apply", "-f", test}).exit_code == 0; }));
    EXPECT_EQ(up->wait(std::chrono::seconds(60)), 1);
    EXPECT_SAYS(up->output(), "loadtest/peak: service/web has no port named nosuch; it has: http");
}

TEST_F(Verbs, AServiceWhosePortIsTakenSaysSoAndListensOnceItIsFree) {
    auto stranger = http::listen_tcp("127.0.0.2:0");
    ASSERT_TRUE(stranger.has_value()) << stranger.error().what;
    const std::string port = std::to_string(stranger->port);
    const std::string url = "http://127.0.0.2:" + port;
    const auto urls = [&] {
        const auto web = swell.api().get(spec::kind_of<spec::Service>(), "default", "web");
        return web ? web->as<spec::Service>().status.urls : std::vector<std::string>{};
    };
    said(
        {"up",
         "--detach",
         swell.file(
             "web.yaml",
             "{apiVersion: v1, kind: Service, metadata: {name: web},\n"
             " spec: {clusterIP: 127.0.0.2, selector: {app: web}, ports: [{port: " +
                 port + "}]}}\n"
         )}
    );
    EXPECT_TRUE(eventually([&] {
        return swell.run({"describe", "service/web"}).out.find("FailedToListen") !=
               std::string::npos;
    }));
    EXPECT_TRUE(eventually([&] { return urls().empty(); })) << "leads to a stranger";

    stranger->fd = Fd();
    EXPECT_TRUE(eventually([&] { return urls() == std::vector{url}; }));
    said({"down"});
}

TEST_F(Verbs, ALoadDoesNotGoToAStrangerWhoHasThePort) {
    const auto stranger = http::listen_tcp("127.0.0.2:0");
    ASSERT_TRUE(stranger.has_value()) << stranger.error().what;
    const std::string address = "127.0.0.2:" + std::to_string(stranger->port);
    const auto got = swell.run(
        {"up",
         "--timeout",
         "15s",
         swell.file(
             "web.yaml",
             R"(apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - {name: web, command: ["$(SWELL_BIN)/tiles"], ports: [{name: http, containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 127.0.0.2, selector: {app: web}, ports: [{targetPort: http, port: )" +
                 std::to_string(stranger->port) + R"(}]}
---
apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: peak}
spec: {target: {service: web}, requests: [{path: /}], stages: [{duration: 1s, rate: 5}]}
)"
         )}
    );
    EXPECT_EQ(got.exit_code, 1) << got.out;
    EXPECT_SAYS(got.err, "service/web does not listen on " + address);
}

TEST_F(Verbs, AnAddressThatTwoServicesWantStopsNoOther) {
    const auto free_port = [] {
        const auto listening = http::listen_tcp("127.0.0.2:0");
        return listening ? std::to_string(listening->port) : "";
    };
    const std::string port = free_port(), node_port = free_port();
    const auto service = [&](const std::string& name, const std::string& ip) {
        return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
               "}\nspec: {type: NodePort, clusterIP: " + ip + ", ports: [{port: " + port +
               ", nodePort: " + node_port + "}], selector: {app: web}}\n---\n";
    };
    const auto urls = [&](const char* name) {
        const auto one = swell.api().get(spec::kind_of<spec::Service>(), "default", name);
        return one ? one->as<spec::Service>().status.urls : std::vector<std::string>{};
    };
    said(
        {"up",
         "--detach",
         swell.file("both.yaml", service("first", "127.0.0.2") + service("second", "127.0.0.3"))}
    );
    const std::vector first = {"http://127.0.0.2:" + port, "http://127.0.0.1:" + node_port};
    const std::vector second = {"http://127.0.0.3:" + port};
    EXPECT_TRUE(eventually([&] { return urls("first") == first && urls("second") == second; }))
        << testing::PrintToString(urls("first")) << testing::PrintToString(urls("second"));
    EXPECT_SAYS(
        said({"describe", "service/second"}),
        "default/second does not listen on 127.0.0.1:" + node_port + ": default/first has it"
    );
    const auto third =
        swell.run({"apply", swell.file("third.yaml", service("third", "127.0.0.2"))});
    EXPECT_EQ(third.exit_code, 1);
    EXPECT_SAYS(third.err, "failed to allocate IP 127.0.0.2: provided IP is already allocated");
    EXPECT_SAYS(third.err, "nodePort: Invalid value: " + node_port);
    said({"down"});
}

/// A pod that does not hear SIGTERM, and has so many seconds to end.
std::string deaf(const std::string& grace_seconds) {
    return R"(apiVersion: v1
kind: Pod
metadata: {name: deaf}
spec:
  containers:
  - name: deaf
    command: [sh, -c, "trap '' TERM; echo deaf; while :; do sleep 1; done"]
  terminationGracePeriodSeconds: )" +
           grace_seconds + "\n";
}

TEST_F(Verbs, DownDoesNotWaitForEver) {
    said({"up", "--detach", swell.file("deaf.yaml", deaf("6"))});
    ASSERT_TRUE(eventually([&] { return swell.run({"logs", "deaf"}).out == "deaf\n"; }));
    EXPECT_SAYS(swell.run({"down", "--timeout", "soon"}).err, "--timeout: ");
    const Outcome early = swell.run({"down", "--timeout", "1s"});
    EXPECT_EQ(early.exit_code, 1);
    EXPECT_SAYS(early.err, "was asked to end, and is not done after 1s");
    EXPECT_FALSE(swell.processes().empty()) << "asking is not killing";
    // Asked again it waits for the same end.
    EXPECT_EQ(said({"down"}), "stopped\n");
    EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
}

TEST_F(Verbs, DownKillsWhatAKilledControlPlaneLeftWhenItDoesNotEnd) {
    said({"up", "--detach", swell.file("deaf.yaml", deaf("3600"))});
    ASSERT_TRUE(eventually([&] { return swell.run({"logs", "deaf"}).out == "deaf\n"; }));
    kill_control_plane();
    EXPECT_EQ(said({"down", "--timeout", "1s"}), "killed\n");
    EXPECT_TRUE(eventually([&] { return swell.processes().empty(); }));
    EXPECT_EQ(
        said({"up", "--detach", swell.file("second.yaml", pod_named("second"))}).find("resumed"),
        std::string::npos
    );
}

/// Scales by what the proxy counts; far from every target, so that it stays where it is.
constexpr const char* by_traffic = R"(---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: by-traffic}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 4
  metrics:
  - type: Pods
    pods: {metric: {name: requests_per_second}, target: {type: AverageValue, averageValue: 10k}}
  - type: Object
    object:
      describedObject: {apiVersion: v1, kind: Service, name: shop}
      metric: {name: requests_per_second}
      target: {type: Value, value: 10k}
  - type: External
    external:
      metric: {name: requests_per_second, selector: {matchLabels: {deployment: shop}}}
      target: {type: AverageValue, averageValue: 10k}
---
apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: visitors}
spec:
  target: {service: shop}
  requests: [{path: /healthz}]
  startRate: 50
  stages: [{duration: 10m, rate: 50}]
)";

TEST_F(Verbs, AnAutoscalerGoesByWhatTheProxyCounts) {
    std::string text = manifests;
    text.resize(text.find("---\napiVersion: autoscaling/v2"));
    said({"up", "--detach", "--hpa-sync-period", "0.2", swell.file("shop.yaml", text + by_traffic)}
    );
    spec::HorizontalPodAutoscaler hpa;
    const auto rises = [](const std::optional<Quantity>& value) {
        return value && value->milli_value() > 0;
    };
    const bool measured = eventually([&] {
        const auto object = swell.api().get(
            spec::kind_of<spec::HorizontalPodAutoscaler>(), "default", "by-traffic"
        );
        if (!object) return false;
        hpa = object->as<spec::HorizontalPodAutoscaler>();
        const auto& metrics = hpa.status.current_metrics;
        return metrics.size() == 3 && metrics[0].pods && metrics[1].object && metrics[2].external &&
               rises(metrics[0].pods->current.average_value) &&
               rises(metrics[1].object->current.value) &&
               rises(metrics[2].external->current.average_value);
    });
    ASSERT_TRUE(measured) << said({"describe", "hpa/by-traffic"});
    ASSERT_TRUE(std::ranges::any_of(hpa.status.conditions, [](const spec::Condition& condition) {
        return condition.type == "ScalingActive" && condition.status == "True";
    })) << said({"describe", "hpa/by-traffic"});
    said({"down"});
}

TEST_F(Verbs, MetricsPassPromtool) {
    said({"up", "--detach", swell.file("shop.yaml", manifests)});
    ASSERT_TRUE(eventually([&] { return ready() >= 1; }));
    const auto page = swell.api().text("/metrics");
    ASSERT_TRUE(page.has_value());
    for (const char* name :
         {"scaling_replicas{service=\"shop\"}",
          "# TYPE scaling_events_total counter",
          "swell_pod_cpu_cores",
          "swell_proxy_requests_total"})
        EXPECT_SAYS(*page, name);
    if (std::system("command -v promtool >/dev/null") != 0)
        GTEST_SKIP() << "promtool (package prometheus) is not installed";
    const std::string path = swell.file("metrics.txt", *page);
    EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0) << *page;
}

}  // namespace
}  // namespace swell::test
