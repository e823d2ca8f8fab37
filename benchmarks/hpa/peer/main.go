// The replica calculator of Kubernetes, measured: one evaluation of an autoscaler with so many pods.
//
//	peer -pods 10 -source map|api -seconds 0.5
//
// It prints CPU nanoseconds an evaluation (getrusage, user and system, the collector's threads as
// well) and the replicas it decided on, as `NANOSECONDS REPLICAS`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"time"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
)

// tolerances have private fields: first scaleDown, then scaleUp.
func tolerances(down, up float64) podautoscaler.Tolerances {
	var t podautoscaler.Tolerances
	if unsafe.Sizeof(t) != 16 || reflect.TypeOf(t).Field(0).Name != "scaleDown" ||
		reflect.TypeOf(t).Field(1).Name != "scaleUp" {
		panic("the layout of Tolerances has changed")
	}
	*(*[2]float64)(unsafe.Pointer(&t)) = [2]float64{down, up}
	return t
}

// fromMap answers with usages that are joined and summed already: the calculator alone is measured.
type fromMap struct {
	metrics.MetricsClient
	info metrics.PodMetricsInfo
}

func (m fromMap) GetResourceMetric(context.Context, v1.ResourceName, string, labels.Selector, string) (
	metrics.PodMetricsInfo, time.Time, error,
) {
	copied := make(metrics.PodMetricsInfo, len(m.info)) // the calculator takes from it
	for name, value := range m.info {
		copied[name] = value
	}
	return copied, time.Time{}, nil
}

// fromAPI answers as the metrics API does, with objects; what they cost on the wire is left out.
type fromAPI struct {
	resourceclient.PodMetricsInterface
	list *metricsapi.PodMetricsList
}

func (a fromAPI) PodMetricses(string) resourceclient.PodMetricsInterface { return a }
func (a fromAPI) List(context.Context, metav1.ListOptions) (*metricsapi.PodMetricsList, error) {
	return a.list, nil
}

func resources(cpu, memory string) v1.ResourceList {
	return v1.ResourceList{
		v1.ResourceCPU:    resource.MustParse(cpu),
		v1.ResourceMemory: resource.MustParse(memory),
	}
}

type cluster struct {
	pods []*v1.Pod
	list *metricsapi.PodMetricsList
	info metrics.PodMetricsInfo
}

// clusterOf is the same as in ../hpa_bench.cpp: two containers a pod, cpu and memory, all ready.
func clusterOf(count int, now time.Time) cluster {
	made := cluster{list: &metricsapi.PodMetricsList{}, info: metrics.PodMetricsInfo{}}
	started := metav1.NewTime(now.Add(-time.Hour))
	for i := 0; i < count; i++ {
		pod := &v1.Pod{}
		pod.Name = fmt.Sprintf("web-%d", 1000+i)
		pod.Namespace = "default"
		pod.Labels = map[string]string{"app": "web"}
		pod.Spec.Containers = []v1.Container{
			{Name: "app", Resources: v1.ResourceRequirements{Requests: resources("500m", "256Mi")}},
			{Name: "proxy", Resources: v1.ResourceRequirements{Requests: resources("50m", "64Mi")}},
		}
		pod.Status = v1.PodStatus{Phase: v1.PodRunning, StartTime: &started, Conditions: []v1.PodCondition{
			{Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: started},
		}}
		made.pods = append(made.pods, pod)
		made.list.Items = append(made.list.Items, metricsapi.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
			Timestamp:  metav1.NewTime(now), Window: metav1.Duration{Duration: 15 * time.Second},
			Containers: []metricsapi.ContainerMetrics{
				{Name: "app", Usage: resources("412345678n", "101234Ki")},
				{Name: "proxy", Usage: resources("21345678n", "31234Ki")},
			},
		})
		made.info[pod.Name] = metrics.PodMetric{Timestamp: now, Window: 15 * time.Second, Value: 435}
	}
	return made
}

func listerOf(pods []*v1.Pod) corelisters.PodLister {
	index := cache.NewIndexer(
		cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc},
	)
	for _, pod := range pods {
		if err := index.Add(pod); err != nil {
			panic(err)
		}
	}
	return corelisters.NewPodLister(index)
}

func cpuNow() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	count := flag.Int("pods", 10, "pods of the target")
	source := flag.String("source", "api", "map: usages joined already; api: objects of the metrics API")
	length := flag.Float64("seconds", 0.5, "CPU seconds to spend")
	flag.Parse()

	made := clusterOf(*count, time.Now())
	var client metrics.MetricsClient = fromMap{info: made.info}
	if *source == "api" {
		client = metrics.NewRESTMetricsClient(fromAPI{list: made.list}, nil, nil)
	} else if *source != "map" {
		fmt.Fprintf(os.Stderr, "-source: must be map or api, got %s\n", *source)
		os.Exit(2)
	}
	calculator := podautoscaler.NewReplicaCalculator(client, listerOf(made.pods), 5*time.Minute, 30*time.Second)
	selector := labels.SelectorFromSet(labels.Set{"app": "web"})
	tolerated := tolerances(0.1, 0.1)
	var replicas int32
	evaluate := func() {
		got, _, _, _, err := calculator.GetResourceReplicas(
			context.Background(), int32(*count), 60, v1.ResourceCPU, tolerated, "default", selector, "",
		)
		if err != nil {
			panic(err)
		}
		replicas = got
	}
	for i := 0; i < 1000; i++ {
		evaluate() // caches and the heap's size
	}
	const piece = 1000
	evaluations, began, now := 0, cpuNow(), int64(0)
	for now = began; float64(now-began) < *length*1e9; now = cpuNow() {
		for i := 0; i < piece; i++ {
			evaluate()
		}
		evaluations += piece
	}
	fmt.Printf("%.1f %d\n", float64(now-began)/float64(evaluations), replicas)
}
