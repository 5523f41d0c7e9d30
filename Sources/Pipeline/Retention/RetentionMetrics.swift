import Fanfare
import Metrics

/// What is removed, how long each step took, and how old the oldest is that is kept.
struct RetentionMetrics: Sendable {
  private struct OfKind: Sendable {
    let removed: Counter
    let duration: Timer
    let age: Gauge

    init(_ kind: RetainedKind) {
      let dimensions = [("kind", kind.rawValue)]
      removed = Counter(label: "fanfare_retention_removed_total", dimensions: dimensions)
      duration = Timer(label: "fanfare_retention_step_seconds", dimensions: dimensions)
      age = Gauge(label: "fanfare_retention_oldest_age_seconds", dimensions: dimensions)
    }
  }

  private let kinds = Dictionary(uniqueKeysWithValues: RetainedKind.allCases.map { ($0, OfKind($0)) })

  func count(_ step: RemovalStep, of kind: RetainedKind, _ duration: Duration) {
    if step.removed > 0 { kinds[kind]?.removed.increment(by: step.removed) }
    kinds[kind]?.duration.recordNanoseconds(duration.wholeNanoseconds)
  }

  /// - Parameter age: nil if nothing is kept.
  func set(age: Duration?, of kind: RetainedKind) { kinds[kind]?.age.record((age ?? .zero) / .seconds(1)) }
}
