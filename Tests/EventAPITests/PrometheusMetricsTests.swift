import EventAPI
import Metrics
import Testing

@Suite struct PrometheusMetricsTests {
  @Test func `counters and gauges are written by name and labels`() {
    let metrics = PrometheusMetrics(help: ["b_total": "How many\nof b\\."])
    Counter(label: "b_total", dimensions: [("z", "1"), ("a", "x\"y\\z\n")], factory: metrics).increment(by: 3)
    Counter(label: "b_total", dimensions: [("z", "2")], factory: metrics).increment()
    FloatingPointCounter(label: "c_total", factory: metrics).increment(by: 0.25)
    Meter(label: "a.gauge-1", factory: metrics).set(7)
    let meter = Meter(label: "d", factory: metrics)
    meter.increment(by: 2.5)
    meter.decrement()
    Gauge(label: "e", factory: metrics).record(-4)
    #expect(
      metrics.text == #"""
        # HELP a_gauge_1 a gauge 1
        # TYPE a_gauge_1 gauge
        a_gauge_1 7
        # HELP b_total How many\nof b\\.
        # TYPE b_total counter
        b_total{a="x\"y\\z\n",z="1"} 3
        b_total{z="2"} 1
        # HELP c_total c total
        # TYPE c_total counter
        c_total 0.25
        # HELP d d
        # TYPE d gauge
        d 1.5
        # HELP e e
        # TYPE e gauge
        e -4

        """#)
  }

  @Test func `timers are histograms in seconds`() {
    let metrics = PrometheusMetrics()
    let timer = Timer(label: "t_seconds", dimensions: [("q", "1")], factory: metrics)
    timer.recordMilliseconds(1)
    timer.recordMilliseconds(1)
    timer.recordSeconds(3)
    timer.recordSeconds(100)
    let lines = metrics.text.split(separator: "\n").map(String.init)
    #expect(lines[1] == "# TYPE t_seconds histogram")
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="0.0005"} 0"#))
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="0.001"} 2"#))
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="2.5"} 2"#))
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="5"} 3"#))
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="30"} 3"#))
    #expect(lines.contains(#"t_seconds_bucket{q="1",le="+Inf"} 4"#))
    #expect(lines.contains(#"t_seconds_sum{q="1"} 103.002"#))
    #expect(lines.contains(#"t_seconds_count{q="1"} 4"#))
  }

  @Test func `recorders are histograms of values`() {
    let metrics = PrometheusMetrics()
    Recorder(label: "r", aggregate: true, factory: metrics).record(150)
    #expect(metrics.text.contains("r_bucket{le=\"100\"} 0\nr_bucket{le=\"200\"} 1\n"))
  }

  @Test func `the same name and labels are the same metric, until it is destroyed`() {
    let metrics = PrometheusMetrics()
    Counter(label: "x_total", dimensions: [("a", "1"), ("b", "2")], factory: metrics).increment()
    let counter = Counter(label: "x_total", dimensions: [("b", "2"), ("a", "1")], factory: metrics)
    counter.increment()
    #expect(metrics.text.contains("x_total{a=\"1\",b=\"2\"} 2\n"))
    counter.reset()
    #expect(metrics.text.contains("x_total{a=\"1\",b=\"2\"} 0\n"))
    counter.destroy()
    #expect(metrics.text.isEmpty)
  }

  @Test func `many threads lose no count`() async {
    let metrics = PrometheusMetrics()
    let meter = Meter(label: "m", factory: metrics)
    let counter = Counter(label: "c_total", factory: metrics)
    let timer = Timer(label: "t_seconds", factory: metrics)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            meter.increment()
            counter.increment()
            timer.recordNanoseconds(1)
          }
        }
      }
    }
    #expect(metrics.text.contains("\nm 8000\n") && metrics.text.contains("\nc_total 8000\n"))
    #expect(metrics.text.contains("\nt_seconds_count 8000\n"))
  }
}
