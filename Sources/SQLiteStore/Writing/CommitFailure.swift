/// A commit that failed.
struct CommitFailure: Sendable, Equatable {
  /// In our words: health is open, and nobody's statements belong there.
  let reason: String
  /// About how much it was to write; of several since the disk was well, the most.
  let bytes: Int
  private let number: Int

  /// - Parameter last: the failure from which the disk has not recovered yet.
  init(_ error: any Error, bytes: Int, after last: CommitFailure?) {
    reason = "a commit failed, and none as large went well since: \(error)"
    self.bytes = max(bytes, last?.bytes ?? 0)
    number = (last?.number ?? 0) + 1
  }

  /// How much there is to be room for, in bytes, before it counts as over: rows, their indexes and deliveries are several times what came.
  var room: Int { (1 << 20) + 4 * bytes }
}
