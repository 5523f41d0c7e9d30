import Fanfare

/// How long deliveries took.
struct Percentiles {
  let count: Int
  private let sorted: [Duration]

  init(_ durations: [Duration]) {
    sorted = durations.sorted()
    count = sorted.count
  }

  func callAsFunction(_ share: Double) -> Duration {
    sorted.isEmpty ? .zero : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
  }
}

/// Two sides that were run in turns.
struct Comparison {
  enum Side: String, CaseIterable { case without, with }

  let name: String
  private var runs: [Side: [Percentiles]] = [:]

  init(name: String) { self.name = name }

  mutating func add(_ run: Percentiles, to side: Side) {
    runs[side, default: []].append(run)
    print("  \(side.rawValue): \(run.count) deliveries, p50 \(Self.text(run(0.5))) ms, p99 \(Self.text(run(0.99))) ms")
  }

  /// The medians of the runs, and their ratio.
  var text: String {
    func median(_ side: Side) -> Double {
      let all = (runs[side] ?? []).map { Self.milliseconds($0(0.99)) }.sorted()
      return all.isEmpty ? 0 : all[all.count / 2]
    }
    let (without, with) = (median(.without), median(.with))
    return "\(name): without \(Self.text(without)) ms, with \(Self.text(with)) ms, ratio \(Self.text(with / without))"
  }

  private static func milliseconds(_ duration: Duration) -> Double { Double(duration.wholeNanoseconds) / 1e6 }
  private static func text(_ duration: Duration) -> String { text(milliseconds(duration)) }
  private static func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
