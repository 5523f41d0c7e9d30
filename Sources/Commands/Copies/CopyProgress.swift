import SQLiteStore
import Synchronization

/// Shows on a terminal how far the copying of a store is.
final class CopyProgress: Sendable {
  private let line = Mutex(ProgressLine(total: nil, isShown: Console.isErrorTerminal))

  @Sendable func show(_ progress: StoreCopyProgress) {
    let text =
      switch progress.step {
      case .copying where progress.bytesTotal > 0:
        "\(ProgressLine.bar(done: progress.bytesDone, total: progress.bytesTotal))  \(ByteCount(bytes: progress.bytesDone))"
      case .copying: "copying"
      case .checking: "reading what was written"
      }
    line.withLock { $0.show(text) }
  }

  func clear() { line.withLock { $0.clear() } }
}
