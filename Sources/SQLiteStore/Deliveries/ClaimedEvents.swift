internal import Fanfare
internal import Synchronization

/// The events of deliveries that were claimed lately. Many may be told of one, each by a lane of its own: read once, it is rendered once, too.
final class ClaimedEvents: Sendable {
  private struct State {
    var events: [Int64: StoredEvent] = [:]
    var bytes = 0
  }

  private static let bound = 2_048
  private static let bytesBound = 4 << 20

  private let state = Mutex(State())

  /// The event with this sequence, from `read` if it is not at hand; nil if that finds none.
  ///
  /// Events never change, and what was removed has no delivery that could ask for it.
  func event(_ sequence: Int64, read: () throws -> StoredEvent?) rethrows -> StoredEvent? {
    if let event = state.withLock({ $0.events[sequence] }) { return event }
    guard let event = try read() else { return nil }
    state.withLock { state in
      if state.events.count >= Self.bound || state.bytes >= Self.bytesBound { state = State() }
      if state.events.updateValue(event, forKey: sequence) == nil { state.bytes += event.compact.count }
    }
    return event
  }
}
