import Metrics
import Synchronization

/// Something that is measured, under one name and one set of labels.
protocol Instrument: AnyObject, Sendable {
  func append(to page: inout Exposition, name: String, labels: String)
}

/// Counts whole things.
final class WholeCounter: Instrument, CounterHandler {
  private let value = Atomic<Int64>(0)

  func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

  func reset() { value.store(0, ordering: .relaxed) }

  func append(to page: inout Exposition, name: String, labels: String) {
    page.sample(name, labels: labels, Double(value.load(ordering: .relaxed)))
  }
}

/// Counts in fractions.
final class FractionalCounter: Instrument, FloatingPointCounterHandler {
  private let value = AtomicDouble()

  func increment(by amount: Double) { value.add(amount) }

  func reset() { value.store(0) }

  func append(to page: inout Exposition, name: String, labels: String) { page.sample(name, labels: labels, value.load()) }
}

/// A gauge: the last value that was set.
final class LastValue: Instrument, MeterHandler, RecorderHandler {
  private let value = AtomicDouble()

  func set(_ value: Int64) { self.value.store(Double(value)) }
  func set(_ value: Double) { self.value.store(value) }
  func increment(by amount: Double) { value.add(amount) }
  func decrement(by amount: Double) { value.add(-amount) }
  func record(_ value: Int64) { self.value.store(Double(value)) }
  func record(_ value: Double) { self.value.store(value) }

  func append(to page: inout Exposition, name: String, labels: String) { page.sample(name, labels: labels, value.load()) }
}

/// A double that many threads add to.
final class AtomicDouble: Sendable {
  private let bits = Atomic<UInt64>(0)

  func load() -> Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  func add(_ amount: Double) {
    var current = bits.load(ordering: .relaxed)
    while true {
      let sum = Double(bitPattern: current) + amount
      let (exchanged, original) = bits.weakCompareExchange(expected: current, desired: sum.bitPattern, ordering: .relaxed)
      if exchanged { return }
      current = original
    }
  }
}
