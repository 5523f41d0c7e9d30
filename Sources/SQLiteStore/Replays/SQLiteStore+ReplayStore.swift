public import Fanfare
internal import GRDB
internal import Synchronization

extension SQLiteStore: ReplayStore {
  public func runningReplays() async throws -> [KSUID] {
    try await read { [self] db in
      let select = try Statement("SELECT row, created_at FROM replay WHERE state = 0 AND state IN (0, 1) ORDER BY row", in: db)
      defer { select.reset() }
      var ids: [KSUID] = []
      while try select.step() { ids.append(identity.replays.name(row: select.int64(0), createdAt: select.timestamp(1))) }
      return ids
    }
  }

  /// Candidates are read and matched in a snapshot; the writer takes what came of it if nothing has changed meanwhile.
  public func advance(_ replay: KSUID, within limits: ReplayLimits) async throws -> ReplayStep {
    let row = Int64(bitPattern: replay.low)
    switch try await read({ [self] db in try look(row, limits, in: db) }) {
    case .stopped: return .stopped
    case .held: return .held
    case .counted(let slice):
      try await writer.perform { try $0.count(slice, of: row) }
      return .advanced(scheduled: 0)
    case .scheduling(let slice):
      return .advanced(scheduled: try await writer.perform { try $0.schedule(slice, of: row) })
    }
  }

  private enum Look: Sendable {
    case stopped
    case held
    case counted(ReplaySlice)
    case scheduling(ReplaySlice)
  }

  private func look(_ row: Int64, _ limits: ReplayLimits, in db: Database) throws -> Look {
    guard let replay = try ReplayRow.read(row, in: db), replay.state == .running else { return .stopped }
    let candidates = ReplayCandidates(
      order: replay.order, subscriptions: replay.subscriptions, last: replay.last, deadBy: replay.createdAt,
      index: writer.catalogue.withLock { $0.index },
      store: self, db: db)
    if !replay.figures.isCounted {
      return .counted(try candidates.slice(after: replay.after, examining: limits.counted, limit: nil))
    }
    let room = limits.room(beside: replay.figures.pending)
    if room == 0 { return .held }
    return .scheduling(try candidates.slice(after: replay.after, examining: limits.examined, limit: room))
  }
}
