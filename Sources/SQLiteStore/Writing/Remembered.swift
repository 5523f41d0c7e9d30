/// Values that were looked up, or stored, by the writer: what a rollback undoes is forgotten again.
struct Remembered<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var values: [Key: Value] = [:]
  /// The keys that were added since the last commit, in order.
  private var uncommitted: [Key] = []
  private let bound: Int

  /// - Parameter bound: how many it may remember; past it, all are forgotten at the next commit.
  init(bound: Int) { self.bound = bound }

  subscript(key: Key) -> Value? { values[key] }

  mutating func remember(_ value: Value, for key: Key) {
    values[key] = value
    uncommitted.append(key)
  }

  /// To roll back to.
  var mark: Int { uncommitted.count }

  mutating func rollback(to mark: Int) {
    for key in uncommitted[mark...] { values[key] = nil }
    uncommitted.removeSubrange(mark...)
  }

  mutating func commit() {
    uncommitted.removeAll(keepingCapacity: true)
    if values.count > bound { values.removeAll() }
  }
}
