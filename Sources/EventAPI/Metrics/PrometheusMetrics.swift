public import Metrics
import Synchronization

/// A swift-metrics backend that keeps everything in memory, for a Prometheus server to fetch as text.
///
/// Labels are the metrics' names, verbatim but for characters that Prometheus has no place for; timers are histograms in seconds, so
/// name them `…_seconds`. Handlers of the same name and dimensions are the same. Any thread.
public final class PrometheusMetrics: MetricsFactory {
  /// Upper bounds in seconds for timers, and for other recorded values. Ascending, without infinity.
  public static let timeBuckets = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  public static let valueBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000]

  private struct Family {
    let kind: Exposition.Kind
    /// By their labels as they are written.
    var instruments: [String: any Instrument] = [:]
  }

  private let families = Mutex<[String: Family]>([:])
  private let help: [String: String]

  /// - Parameter help: a sentence for each metric's name; one that has none is described by its name.
  public init(help: [String: String] = [:]) {
    let ours = [HTTPMetrics.help, AdmissionMetrics.help, ConnectionMetrics.help, StreamMetrics.help]
    self.help = ours.reduce(help) { $0.merging($1) { given, _ in given } }
  }

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    instrument(label, dimensions, .counter) { WholeCounter() }
  }

  public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
    instrument(label, dimensions, .counter) { FractionalCounter() }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    instrument(label, dimensions, .gauge) { LastValue() }
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    if aggregate {
      instrument(label, dimensions, .histogram) { Histogram(bounds: Self.valueBuckets) }
    } else {
      instrument(label, dimensions, .gauge) { LastValue() }
    }
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    instrument(label, dimensions, .histogram) { Histogram(bounds: Self.timeBuckets) }
  }

  public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
  public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  /// Everything as text of version 0.0.4, by name.
  public var text: String {
    var page = Exposition()
    append(to: &page)
    return page.text
  }

  func append(to page: inout Exposition) {
    for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      page.begin(name, family.kind, help: help[name] ?? name.replacing("_", with: " "))
      for (labels, instrument) in family.instruments.sorted(by: { $0.key < $1.key }) {
        instrument.append(to: &page, name: name, labels: labels)
      }
    }
  }

  /// The instrument of this name and these dimensions, made if there is none. A name that is taken by a metric of another kind is a
  /// mistake in the program; what is recorded there goes nowhere then.
  private func instrument<Made: Instrument>(
    _ label: String, _ dimensions: [(String, String)], _ kind: Exposition.Kind, make: () -> Made
  ) -> Made {
    let name = Exposition.sanitized(name: label)
    let labels = Exposition.labels(dimensions)
    return families.withLock { families in
      var family = families[name] ?? Family(kind: kind)
      if let existing = family.instruments[labels] as? Made { return existing }
      let made = make()
      guard family.kind == kind, family.instruments[labels] == nil else {
        assertionFailure("two kinds of metric are named \(name)")
        return made
      }
      family.instruments[labels] = made
      families[name] = family
      return made
    }
  }

  private func remove(_ handler: AnyObject) {
    families.withLock { families in
      for (name, family) in families {
        var family = family
        family.instruments = family.instruments.filter { $0.value !== handler }
        families[name] = family.instruments.isEmpty ? nil : family
      }
    }
  }
}
