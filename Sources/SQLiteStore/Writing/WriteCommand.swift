/// One caller's wish to write, and how to answer him.
struct WriteCommand: Sendable {
  /// About how much it holds while it waits, and writes.
  let bytes: Int
  /// Whether it is refused where too many bytes wait already.
  let isBounded: Bool
  /// Runs on the writer inside the transaction. What it returns answers the caller, once that is committed.
  let run: @Sendable (WriteTransaction) throws -> @Sendable () -> Void
  /// Answers the caller when the command, or the commit, failed.
  let fail: @Sendable (any Error) -> Void
}

/// What waits for the writer. A value: the writer acts on what it says, outside the lock.
struct WriterQueue: Sendable {
  enum Admission {
    /// Somebody drains already and will take it.
    case waits
    /// Nobody does: the caller must see to it.
    case startDraining
    case refused(SQLiteStoreError)
  }

  let bound: Int
  let bytesBound: Int
  private(set) var waiting: [WriteCommand] = []
  private var bytes = 0
  private var isDraining = false
  private var isClosed = false

  init(bound: Int, bytesBound: Int) {
    self.bound = bound
    self.bytesBound = bytesBound
  }

  mutating func admit(_ command: WriteCommand) -> Admission {
    if isClosed { return .refused(SQLiteStoreError(.closed, "the store is closed")) }
    let bytesHeld = command.isBounded ? command.bytes : 0
    if waiting.count >= bound || (bytes > 0 && bytesHeld > 0 && bytes + bytesHeld > bytesBound) {
      return .refused(SQLiteStoreError(.overloaded, "too much waits for the store's writer already (\(waiting.count) commands)"))
    }
    waiting.append(command)
    bytes += bytesHeld
    if isDraining { return .waits }
    isDraining = true
    return .startDraining
  }

  /// Everything that waits; empty when the draining is over.
  mutating func takeAll() -> [WriteCommand] {
    if waiting.isEmpty { isDraining = false }
    defer {
      waiting = []
      bytes = 0
    }
    return waiting
  }

  mutating func close() { isClosed = true }
}
