import Metrics
import Synchronization

/// How often values fell below each of some bounds, with their sum and number. Timers record seconds.
///
/// Under a lock, so that a page never shows a sum of more values than it counts; uncontended, that costs about as much as the atomics would.
final class Histogram: Instrument, RecorderHandler, TimerHandler {
  private struct State {
    /// One for each bound, and one for what is above the last.
    var counts: [Int64]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

  func append(to page: inout Exposition, name: String, labels: String) {
    let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
    var total: Int64 = 0
    for (bound, count) in zip(bounds.map { Exposition.number($0) } + ["+Inf"], counts) {
      total += count
      let limit = "le=\"\(bound)\""
      page.sample(name + "_bucket", labels: labels.isEmpty ? limit : "\(labels),\(limit)", Double(total))
    }
    page.sample(name + "_sum", labels: labels, sum)
    page.sample(name + "_count", labels: labels, Double(total))
  }
}
