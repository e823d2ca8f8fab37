#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "spec/read.hpp"

// Bad manifests and all that is said about them, word for word. Texts are whole manifests, so that
// lines and columns can be counted.

namespace swell::spec {
namespace {

struct Case {
    const char* why;
    const char* text;
    std::vector<std::string> findings;
};

void expect_findings(std::span<const Case> cases) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.why);
        const Manifests read = read_text(c.text, "a.yaml");
        std::vector<std::string> texts;
        for (const Finding& finding : read.findings) texts.push_back(finding.text());
        EXPECT_EQ(texts, c.findings);
    }
}

TEST(Findings, ModesOfAutoscalers) {
    const Case cases[] = {
        {"known modes",
         R"(apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: a, annotations: {swell.dev/mode: Observe}}
spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a, annotations: {swell.dev/mode: Act}}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 2}
)",
         {}},
        {"a VPA without a target",
         R"(apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: a}
spec:
  updatePolicy: {updateMode: Initial}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: b}
)",
         {"a.yaml:4:1: spec.targetRef: is required", "a.yaml:7:1: spec: is required"}},
        {"nearly one, of an HPA",
         R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: a
  annotations:
    swell.dev/mode: observe
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 2}
)",
         {R"(a.yaml:6:5: metadata.annotations[swell.dev/mode]: must be one of Act, Observe, got "observe": did you mean "Observe"?)"
         }},
        {"of the old version",
         R"(apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: a, annotations: {swell.dev/mode: dry-run}}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 2}
)",
         {R"(a.yaml:3:35: metadata.annotations[swell.dev/mode]: must be one of Act, Observe, got "dry-run")"
         }},
        {"of a VPA, and a slip of the name",
         R"(apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: a, annotations: {swell.dev/mode: ""}}
spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: b, annotations: {swell.dev/Mode: Observe}}
spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}
)",
         {R"(a.yaml:3:35: metadata.annotations[swell.dev/mode]: must be one of Act, Observe, got "")",
          R"(a.yaml:8:35: warning: metadata.annotations[swell.dev/Mode]: is not read: did you mean "swell.dev/mode"?)"
         }},
    };
    expect_findings(cases);
}

TEST(Findings, Documents) {
    const Case cases[] = {
        {"not an object",
         R"(just words
)",
         {"a.yaml:1:1: expected an object with apiVersion and kind, got string"}},
        {"no kind",
         R"(apiVersion: v1
metadata: {name: a}
)",
         {"a.yaml:1:1: kind: is required"}},
        {"no apiVersion",
         R"(kind: Pod
)",
         {"a.yaml:1:1: apiVersion: is required"}},
        {"kind is a list",
         R"(apiVersion: v1
kind: [Pod]
)",
         {"a.yaml:2:1: kind: expected a string, got list"}},
        {"nearly a kind",
         R"(apiVersion: apps/v1
kind: Deploymnt
)",
         {"a.yaml:2:1: kind \"Deploymnt\" is not known: did you mean \"Deployment\"?"}},
        {"not a kind",
         R"(apiVersion: v1
kind: Ingress
)",
         {"a.yaml:2:1: kind \"Ingress\" is not known"}},
        {"a kind that is not acted on",
         R"(apiVersion: v1
kind: Namespace
metadata: {name: shop}
)",
         {"a.yaml:2:1: warning: kind Namespace (v1) is not acted on: it is left out"}},
        {"a group that is none of ours",
         R"(apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
)",
         {"a.yaml:2:1: warning: kind ServiceMonitor (monitoring.coreos.com/v1) is not acted on: it "
          "is left out"}},
        {"a slip in a group of ours",
         R"(apiVersion: swell.dev/v1
kind: LoadTst
)",
         {"a.yaml:2:1: kind \"LoadTst\" is not known: did you mean \"LoadTest\"?"}},
        {"another apiVersion",
         R"(apiVersion: v1
kind: Deployment
)",
         {"a.yaml:1:1: apiVersion: must be apps/v1 for kind Deployment, got \"v1\""}},
        {"another apiVersion, in a list",
         R"(apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: LoadTest}
)",
         {"a.yaml:4:6: items[0].apiVersion: must be swell.dev/v1 for kind LoadTest, got \"v1\""}},
        {"a list without items",
         R"(apiVersion: v1
kind: List
)",
         {"a.yaml:1:1: items: a List needs a list of items"}},
        {"the same key twice",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
)",
         {"a.yaml:7:12: metadata.name: configmap/a is already defined at line 3"}},
        {"a key of one object twice",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {a: b}
data: {a: c}
)",
         {"a.yaml:5:1: key \"data\" is given twice: first at line 4, column 1"}},
        {"the good beside the bad",
         R"(a: b: c
)",
         {"a.yaml:1:5: mapping values are not allowed in this context"}},
    };
    expect_findings(cases);
}

TEST(Findings, TypesAndFields) {
    const Case cases[] = {
        {"the example of the manual",
         R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 3
  maxReplicas: 2
)",
         {"a.yaml:7:3: spec.maxReplicas: must be >= minReplicas (3), got 2"}},
        {"nearly a field",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replcas: 3
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.replcas: unknown field \"replcas\": did you mean \"replicas\"?"}},
        {"not a field",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          colour: red
)",
         {"a.yaml:15:11: spec.template.spec.containers[0].colour: unknown field \"colour\""}},
        {"case counts",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchlabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:7:5: spec.selector.matchlabels: unknown field \"matchlabels\": did you mean "
          "\"matchLabels\"?"}},
        {"missing",
         R"(apiVersion: apps/v1
kind: Deployment
)",
         {"a.yaml:1:1: metadata: is required", "a.yaml:1:1: spec: is required"}},
        {"missing and misspelled",
         R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplica: 5
)",
         {"a.yaml:4:1: spec.maxReplicas: is required",
          "a.yaml:6:3: spec.maxReplica: unknown field \"maxReplica\": did you mean \"maxReplicas\"?"
         }},
        {"null is missing",
         R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplicas:
)",
         {"a.yaml:6:3: spec.maxReplicas: is required"}},
        {"text for a number",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: three
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.replicas: expected an integer, got string \"three\""}},
        {"a fraction for a number",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1.5
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.replicas: expected an integer, got number 1.5"}},
        {"too large a number",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3000000000
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.replicas: must fit into 32 bits, got integer 3000000000"}},
        {"below zero",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: -1
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.replicas: must be >= 0, got -1"}},
        {"number for a text",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          env: [{name: PORT, value: 8080}]
)",
         {"a.yaml:15:30: spec.template.spec.containers[0].env[0].value: expected a string, got "
          "integer 8080: put it in quotes"}},
        {"yes is a flag",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          env: [{name: DEBUG, value: yes}]
)",
         {"a.yaml:15:31: spec.template.spec.containers[0].env[0].value: expected a string, got "
          "boolean true: put it in quotes"}},
        {"text for a flag",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  paused: "true"
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.paused: expected true or false, got string \"true\""}},
        {"an object for a list",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          args: {a: b}
)",
         {"a.yaml:15:11: spec.template.spec.containers[0].args: expected a list, got object"}},
        {"a text for an object",
         R"(apiVersion: apps/v1
kind: Deployment
metadata: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:3:1: metadata: expected an object, got string \"shop\""}},
        {"no quantity",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          resources: {requests: {cpu: 1 core, memory: [1]}}
)",
         {"a.yaml:15:34: spec.template.spec.containers[0].resources.requests[cpu]: expected a "
          "quantity such as 500m or 128Mi, got string \"1 core\"",
          "a.yaml:15:47: spec.template.spec.containers[0].resources.requests[memory]: expected a "
          "quantity such as 500m or 128Mi, got list"}},
        {"no time",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a, creationTimestamp: yesterday}
)",
         {"a.yaml:3:21: metadata.creationTimestamp: expected a time such as 2026-01-31T12:00:00Z, "
          "got string \"yesterday\""}},
        {"no base64",
         R"(apiVersion: v1
kind: Secret
metadata: {name: a}
data: {k: "?"}
)",
         {"a.yaml:4:8: data[k]: expected base64, got string \"?\""}},
        {"known to Kubernetes",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
          tty: true
)",
         {"a.yaml:15:11: warning: spec.template.spec.containers[0].tty: is not acted on by Swell"}},
    };
    expect_findings(cases);
}

TEST(Findings, Names) {
    const Case cases[] = {
        {"name",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: Shop_1
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:4:3: metadata.name: a lowercase RFC 1123 subdomain must consist of lower case "
          "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
          "character, got \"Shop_1\""}},
        {"no name",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {}
)",
         {"a.yaml:3:1: metadata.name: is required"}},
        {"namespace",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: A}
)",
         {"a.yaml:3:21: metadata.namespace: a lowercase RFC 1123 label must consist of lower case "
          "alphanumeric characters or '-', and must start and end with an alphanumeric character, "
          "got \"A\""}},
        {"label key and value",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {a b: c, d: "e f"}}
)",
         {"a.yaml:3:30: metadata.labels[a b]: name part must consist of alphanumeric characters, "
          "'-', '_' or '.', and must start and end with an alphanumeric character, got \"a b\"",
          "a.yaml:3:38: metadata.labels[d]: a valid label must be an empty string or consist of "
          "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
          "character, got \"e f\""}},
        {"a service",
         R"(apiVersion: v1
kind: Service
metadata: {name: 1shop}
spec:
  ports: [{port: 80}]
)",
         {"a.yaml:3:12: metadata.name: a DNS-1035 label must consist of lower case alphanumeric "
          "characters or '-', start with an alphabetic character, and end with an alphanumeric "
          "character, got \"1shop\""}},
        {"a data key",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {a/b: c}
)",
         {"a.yaml:4:8: data[a/b]: a valid config key must consist of alphanumeric characters, '-', "
          "'_' or '.', got \"a/b\""}},
        {"both data",
         R"(apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: c}
binaryData: {k: YQ==}
)",
         {"a.yaml:5:14: binaryData[k]: duplicate of key present in `data`"}},
    };
    expect_findings(cases);
}

TEST(Findings, Workloads) {
    const Case cases[] = {
        {"selector and labels differ",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shopp}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:10:7: spec.template.metadata.labels: `selector` does not match template `labels`"}
        },
        {"empty selector",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:3: spec.selector: must not be empty: it would select every pod"}},
        {"operators",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchExpressions: [{key: app, operator: In}, {key: b, operator: Exist}]
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:7:24: spec.selector.matchExpressions[0].values: must be specified when "
          "`operator` is 'In' or 'NotIn'",
          "a.yaml:7:59: spec.selector.matchExpressions[1].operator: must be one of In, NotIn, "
          "Exists, DoesNotExist, got \"Exist\": did you mean \"Exists\"?"}},
        {"both zero",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:43: spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when `maxSurge` "
          "is 0"}},
        {"shares",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  strategy: {rollingUpdate: {maxSurge: -1, maxUnavailable: half}}
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:30: spec.strategy.rollingUpdate.maxSurge: must be >= 0, got -1",
          "a.yaml:6:44: spec.strategy.rollingUpdate.maxUnavailable: must be a number or a "
          "percentage such as 25%, got \"half\""}},
        {"more than all",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  strategy: {rollingUpdate: {maxUnavailable: 101%}}
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:30: spec.strategy.rollingUpdate.maxUnavailable: must not be greater than 100%, "
          "got \"101%\""}},
        {"recreate",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  strategy: {type: Recreate, rollingUpdate: {}}
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:6:30: spec.strategy.rollingUpdate: may not be specified when strategy `type` is "
          "'Recreate'"}},
        {"deadline",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  minReadySeconds: 600
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:5:1: spec.progressDeadlineSeconds: must be greater than minReadySeconds (600), "
          "got 600"}},
        {"a template is restarted",
         R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      restartPolicy: Never
      containers:
        - name: web
          command: [./web]
)",
         {"a.yaml:12:7: spec.template.spec.restartPolicy: must be Always in a template, got "
          "\"Never\""}},
        {"no containers",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: []
)",
         {"a.yaml:5:3: spec.containers: must not be empty"}},
        {"nothing to run",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
)",
         {"a.yaml:6:7: spec.containers[0]: needs a command, or an image"}},
        {"same container",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
    - {name: web, command: [a]}
  initContainers:
    - {name: web, command: [a]}
)",
         {"a.yaml:8:8: spec.containers[1].name: duplicate name \"web\"",
          "a.yaml:10:8: spec.initContainers[0].name: duplicate name \"web\""}},
        {"ports",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      ports: [{containerPort: 0}, {name: HTTP, containerPort: 80}, {name: a, containerPort: 80}, {name: a, containerPort: 81, protocol: HTTP}]
)",
         {"a.yaml:8:16: spec.containers[0].ports[0].containerPort: must be between 1 and 65535, "
          "got 0",
          "a.yaml:8:36: spec.containers[0].ports[1].name: must contain only alpha-numeric "
          "characters (a-z, 0-9), and hyphens (-), got \"HTTP\"",
          "a.yaml:8:78: warning: spec.containers[0].ports[2].containerPort: duplicate port 80/TCP",
          "a.yaml:8:99: spec.containers[0].ports[3].name: duplicate name \"a\"",
          "a.yaml:8:127: spec.containers[0].ports[3].protocol: must be one of TCP, UDP, SCTP, got "
          "\"HTTP\""}},
        {"env",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      env:
        - {name: A=B}
        - {name: A}
        - {name: A}
        - {name: B, value: c, valueFrom: {}}
        - {name: C, valueFrom: {fieldRef: {fieldPath: spec.x}}}
)",
         {"a.yaml:9:12: spec.containers[0].env[0].name: a valid environment variable name must "
          "consist only of printable ASCII characters other than '=', got \"A=B\"",
          "a.yaml:11:12: warning: spec.containers[0].env[2].name: hides the earlier definition of "
          "\"A\"",
          "a.yaml:12:31: spec.containers[0].env[3].valueFrom: may not be specified when `value` is "
          "not empty",
          "a.yaml:12:31: spec.containers[0].env[3].valueFrom: must have exactly one of fieldRef, "
          "resourceFieldRef, configMapKeyRef, secretKeyRef, got 0",
          "a.yaml:13:44: spec.containers[0].env[4].valueFrom.fieldRef.fieldPath: must be one of "
          "metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], "
          "metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP, "
          "status.podIP, got \"spec.x\""}},
        {"resources in the environment",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: b
      command: [./b]
      env:
        - {name: A, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}
        - {name: B, valueFrom: {resourceFieldRef: {resource: requests.hugepages-2Mi}}}
        - {name: C, valueFrom: {resourceFieldRef: {resource: limits.example.com/gpu}}}
)",
         {"a.yaml:11:52: spec.containers[0].env[2].valueFrom.resourceFieldRef.resource: must be "
          "limits or requests of cpu, memory, ephemeral-storage or hugepages-SIZE, got "
          "\"limits.example.com/gpu\""}},
        {"what is no amount is not compared with the others",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      resources:
        limits: {memory: 5Q, nvidia.com/gpu: many}
        requests: {memory: 64Mi, nvidia.com/gpu: 1}
)",
         {"a.yaml:9:18: spec.containers[0].resources.limits[memory]: expected a quantity such as "
          "500m or 128Mi, got string \"5Q\"",
          "a.yaml:9:30: spec.containers[0].resources.limits[nvidia.com/gpu]: expected a quantity "
          "such as 500m or 128Mi, got string \"many\""}},
        {"requests and limits",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      resources: {requests: {cpu: 2, memory: -1, gpu: 1}, limits: {cpu: 1500m}}
)",
         {"a.yaml:8:19: spec.containers[0].resources.requests: Invalid value: \"2\": must be less "
          "than or equal to cpu limit of 1500m",
          "a.yaml:8:38: spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must "
          "be greater than or equal to 0",
          "a.yaml:8:50: spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must "
          "be "
          "a standard resource type or fully qualified",
          "a.yaml:8:50: spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must "
          "be "
          "a standard resource for containers"}},
        {"a quota and a limit range",
         R"(apiVersion: v1
kind: ResourceQuota
metadata: {name: Compute}
spec:
  hard:
    pods: 1.5
    limits.pods: 1
  scopes: [BestEffrt]
---
apiVersion: v1
kind: LimitRange
metadata: {name: a}
spec:
  limits:
    - {type: Container, min: {cpu: 2}, max: {cpu: 1}}
)",
         {"a.yaml:3:12: metadata.name: Invalid value: \"Compute\": a lowercase RFC 1123 subdomain "
          "must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
          "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
          "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
          "a.yaml:6:5: spec.hard[pods]: Invalid value: \"1500m\": must be an integer",
          "a.yaml:7:5: spec.hard[limits.pods]: Invalid value: \"limits.pods\": must be a standard "
          "resource type or fully qualified",
          "a.yaml:7:5: spec.hard[limits.pods]: Invalid value: \"limits.pods\": must be a standard "
          "resource for quota",
          "a.yaml:8:3: spec.scopes: Invalid value: [\"BestEffrt\"]: unsupported scope",
          "a.yaml:15:7: spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is "
          "greater than default request value 1",
          "a.yaml:15:7: spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater "
          "than default value 1",
          "a.yaml:15:31: spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater "
          "than "
          "max value 1"}},
        {"volumes",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      volumeMounts: [{name: data, mountPath: /d}, {name: tmp, mountPath: /d, subPath: ../x}]
  volumes: [{name: tmp, emptyDir: {}}, {name: tmp, hostPath: {}}]
)",
         {"a.yaml:8:23: spec.containers[0].volumeMounts[0].name: must be the name of a volume of "
          "the pod, got \"data\"",
          "a.yaml:8:63: spec.containers[0].volumeMounts[1].mountPath: must be unique, got \"/d\" "
          "again",
          "a.yaml:8:78: spec.containers[0].volumeMounts[1].subPath: must not contain '..', got "
          "\"../x\"",
          "a.yaml:9:40: spec.volumes[1]: needs a source that Swell knows: emptyDir, configMap or "
          "secret",
          "a.yaml:9:41: spec.volumes[1].name: duplicate name \"tmp\"",
          "a.yaml:9:52: warning: spec.volumes[1].hostPath: is not acted on by Swell"}},
        {"resize policies",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  restartPolicy: Never
  containers:
    - name: web
      command: [./web]
      resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: cpu, restartPolicy: RestartContainer}]
)",
         {"a.yaml:9:72: spec.containers[0].resizePolicy[1].resourceName: must be unique, got "
          "\"cpu\" again",
          "a.yaml:9:91: spec.containers[0].resizePolicy[1].restartPolicy: must be \"NotRequired\" "
          "when the pod's restartPolicy is \"Never\", got \"RestartContainer\""}},
        {"probes",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      livenessProbe: {httpGet: {port: 80}, tcpSocket: {port: 70000}, successThreshold: 2}
      readinessProbe: {periodSeconds: 0}
      startupProbe: {httpGet: {port: web}}
)",
         {"a.yaml:8:7: spec.containers[0].livenessProbe: must have exactly one of exec, httpGet, "
          "tcpSocket, got 2",
          "a.yaml:8:56: spec.containers[0].livenessProbe.tcpSocket.port: must be between 1 and "
          "65535, got 70000",
          "a.yaml:8:70: spec.containers[0].livenessProbe.successThreshold: must be 1, got 2",
          "a.yaml:9:24: spec.containers[0].readinessProbe.periodSeconds: must be >= 1, got 0",
          "a.yaml:10:32: warning: spec.containers[0].startupProbe.httpGet.port: no port of the "
          "container has the name \"web\""}},
        {"no TLS",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      readinessProbe: {httpGet: {scheme: HTTPS, port: 443}}
      livenessProbe: {httpGet: {scheme: HTTP, port: 80}}
      lifecycle: {postStart: {httpGet: {scheme: HTTPS, port: 443}}}
)",
         {"a.yaml:8:34: warning: spec.containers[0].readinessProbe.httpGet.scheme: HTTPS is "
          "checked "
          "as tcpSocket: Swell does not speak TLS yet",
          "a.yaml:10:41: warning: spec.containers[0].lifecycle.postStart.httpGet.scheme: HTTPS is "
          "checked as tcpSocket: Swell does not speak TLS yet"}},
        {"lifecycle",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      lifecycle: {preStop: {sleep: {seconds: 31}}, postStart: {}}
)",
         {"a.yaml:8:37: spec.containers[0].lifecycle.preStop.sleep.seconds: must be between 0 and "
          "terminationGracePeriodSeconds (30), got 31",
          "a.yaml:8:52: spec.containers[0].lifecycle.postStart: must have exactly one of exec, "
          "httpGet, tcpSocket, sleep, got 0"}},
        {"an init container",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
  initContainers: [{name: i, command: [a], restartPolicy: Never, livenessProbe: {exec: {command: [a]}}}]
)",
         {"a.yaml:8:44: spec.initContainers[0].restartPolicy: must be Always, got \"Never\"",
          "a.yaml:8:66: spec.initContainers[0].livenessProbe: may not be set for init containers "
          "without restartPolicy=Always"}},
        {"a sidecar elsewhere",
         R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - name: web
      command: [./web]
      restartPolicy: Always
)",
         {"a.yaml:8:7: spec.containers[0].restartPolicy: may only be given for init containers"}},
    };
    expect_findings(cases);
}

TEST(Findings, Services) {
    const Case cases[] = {
        {"session affinity",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  sessionAffinity: ClientIP
  ports: [{port: 80}]
)",
         {"a.yaml:5:3: warning: spec.sessionAffinity: \"ClientIP\" is not acted on by Swell: "
          "requests of one client go to all pods"}},
        {"no session affinity",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  sessionAffinity: None
  ports: [{port: 80}]
)",
         {}},
        {"no ports",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  type: ClusterIP
)",
         {"a.yaml:4:1: spec.ports: is required"}},
        {"ports",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  ports: [{port: 80}, {port: 80, name: a}, {port: 81, name: a, targetPort: -1}, {port: 0, name: b}]
)",
         {"a.yaml:5:11: spec.ports[0].name: is required when there are several ports",
          "a.yaml:5:24: spec.ports[1].port: duplicate port 80/TCP",
          "a.yaml:5:55: spec.ports[2].name: duplicate name \"a\"",
          "a.yaml:5:64: spec.ports[2].targetPort: must be between 1 and 65535, got -1",
          "a.yaml:5:82: spec.ports[3].port: must be between 1 and 65535, got 0"}},
        {"node port",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  ports: [{port: 80, nodePort: 30000}]
)",
         {"a.yaml:5:22: spec.ports[0].nodePort: may not be used when `type` is 'ClusterIP'"}},
        {"type",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  type: Cluster
  ports: [{port: 80}]
)",
         {"a.yaml:5:3: spec.type: must be one of ClusterIP, NodePort, LoadBalancer, ExternalName, "
          "got \"Cluster\": did you mean \"ClusterIP\"?"}},
        {"external name",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  type: ExternalName
)",
         {"a.yaml:4:1: spec.externalName: is required for type ExternalName"}},
        {"address",
         R"(apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  clusterIP: none
  ports: [{port: 80}]
)",
         {"a.yaml:5:3: spec.clusterIP: must be empty, None, or an IP address, got \"none\""}},
        {"an address is one of numbers that fit",
         R"(apiVersion: v1
kind: Service
metadata: {name: a}
spec: {clusterIP: 10.0.0.300, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {clusterIP: "1.2.3", ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: c}
spec: {clusterIP: "fd00::12345", ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: d}
spec: {clusterIP: "fd00::1", ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: e}
spec: {clusterIP: 10.0.0.30, ports: [{port: 80}]}
)",
         {"a.yaml:4:8: spec.clusterIP: must be empty, None, or an IP address, got \"10.0.0.300\"",
          "a.yaml:9:8: spec.clusterIP: must be empty, None, or an IP address, got \"1.2.3\"",
          "a.yaml:14:8: spec.clusterIP: must be empty, None, or an IP address, got "
          "\"fd00::12345\""}},
    };
    expect_findings(cases);
}

TEST(Findings, Autoscalers) {
    const Case cases[] = {
        {"old version",
         R"(apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}
  maxReplicas: 0
  targetCPUUtilizationPercentage: 0
)",
         {"a.yaml:6:3: spec.maxReplicas: must be >= 1, got 0",
          "a.yaml:7:3: spec.targetCPUUtilizationPercentage: must be >= 1, got 0"}},
        {"an annotation of the old version",
         R"(apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata:
  name: a
  annotations: {autoscaling.alpha.kubernetes.io/behavior: "{}"}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}
  maxReplicas: 1
)",
         {"a.yaml:5:17: warning: metadata.annotations[autoscaling.alpha.kubernetes.io/behavior]: "
          "is not read: write spec.behavior with apiVersion autoscaling/v2"}},
        {"retired version",
         R"(apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplicas: 1
)",
         {"a.yaml:1:1: apiVersion: must be autoscaling/v2 for kind HorizontalPodAutoscaler, got "
          "\"autoscaling/v2beta2\""}},
        {"metrics",
         R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplicas: 1
  metrics:
    - {type: Resource, pods: {metric: {name: m}, target: {type: Value}}}
    - type: Resource
      resource: {name: cpu, target: {type: Utilisation, averageUtilization: 0}}
)",
         {"a.yaml:8:7: spec.metrics[0].resource: is required for type Resource",
          "a.yaml:8:24: spec.metrics[0].pods: must not be given for type \"Resource\"",
          "a.yaml:8:50: spec.metrics[0].pods.target.averageValue: is required",
          "a.yaml:10:38: spec.metrics[1].resource.target.type: must be one of Utilization, Value, "
          "AverageValue, got \"Utilisation\": did you mean \"Utilization\"?",
          "a.yaml:10:57: spec.metrics[1].resource.target.averageUtilization: must be >= 1, got 0"}},
    };
    expect_findings(cases);
}

TEST(Findings, LoadTests) {
    const Case cases[] = {
        {"target and stages",
         R"(apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: a}
spec:
  target: {service: a, url: "http://a"}
  stages: []
)",
         {"a.yaml:5:3: spec.target: must have exactly one of service, url",
          "a.yaml:6:3: spec.stages: must not be empty"}},
        {"numbers",
         R"(apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: a}
spec:
  target: {url: "ftp://a"}
  stages: [{duration: 1 minute, rate: -1}, {duration: 0s, rate: fast}]
  timeout: soon
  maxConnections: 0
)",
         {"a.yaml:5:12: spec.target.url: must start with http:// and a host, got \"ftp://a\"",
          "a.yaml:6:13: spec.stages[0].duration: must be a duration such as 30s or 1m30s, got \"1 "
          "minute\"",
          "a.yaml:6:33: spec.stages[0].rate: must be >= 0, got -1",
          "a.yaml:6:45: spec.stages[1].duration: must be longer than 0s, got \"0s\"",
          "a.yaml:6:59: spec.stages[1].rate: expected a number, got string \"fast\"",
          "a.yaml:7:3: spec.timeout: must be a duration such as 30s or 1m30s, got \"soon\"",
          "a.yaml:8:3: spec.maxConnections: must be between 1 and 100000, got 0"}},
        {"requests",
         R"(apiVersion: swell.dev/v1
kind: LoadTest
metadata: {name: a}
spec:
  target: {service: a, port: http_1}
  stages: [{duration: 1s, rate: 1}]
  requests: [{method: "GET ", path: index, headers: {"a b": c}}]
)",
         {"a.yaml:5:24: spec.target.port: must contain only alpha-numeric characters (a-z, 0-9), "
          "and hyphens (-), got \"http_1\"",
          "a.yaml:7:15: spec.requests[0].method: must consist of alphanumeric characters, '-' or "
          "'_', as HTTP tokens do, got \"GET \"",
          "a.yaml:7:31: spec.requests[0].path: must start with /, got \"index\"",
          "a.yaml:7:54: spec.requests[0].headers[a b]: must consist of alphanumeric characters, "
          "'-' or '_', as HTTP tokens do, got \"a b\""}},
    };
    expect_findings(cases);
}

}  // namespace
}  // namespace swell::spec
