public import Foundation

extension FileHandle {
  /// Hands on what is written, as it comes, and empty data at the end; on a thread of its own.
  ///
  /// Foundation's readability handlers sit on dispatch sources, and taking one away while its file is closed crashed the process now and
  /// then.
  public func read(into take: @escaping @Sendable (Data) -> Void) {
    Thread.detachNewThread {
      while true {
        let data = self.availableData
        take(data)
        if data.isEmpty { return }
      }
    }
  }
}
