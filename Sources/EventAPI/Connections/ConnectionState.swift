import NIOCore

/// What a client's connection is doing and for how long already: a value that decides, for ``ConnectionGuard`` to act on.
///
/// Time counts against a client only while it is waited for: a body that the server does not read at the moment is not slow.
struct ConnectionState {
  enum Phase: Hashable {
    /// Nothing has come yet.
    case opened
    /// Between two requests.
    case idle
    case head
    case body
    /// The request is here; the server works on it.
    case answering
    /// The last answer is on its way to a client who may take his time; nothing more is asked.
    case closing
    /// The last answer is out.
    case ending
  }

  enum Verdict: Hashable {
    case patience
    /// Close without a word; nil for what is nobody's fault.
    case close(Refusal?)
    /// Nothing is being answered: say what is wrong, and close.
    case answer(Refusal)
    /// The request's body will not come any more: let its reader fail and answer.
    case fail(Refusal)
  }

  private let limits: ListenerLimits
  private(set) var phase = Phase.opened
  private var since: NIODeadline
  /// Requests whose answer is not complete.
  private(set) var owed = 0
  private var hasPartOfNextHead = false
  private var reading = Progress()
  private var writing = Progress()

  /// How much has moved, and for how long it was waited.
  private struct Progress {
    var bytes = 0
    var waited = TimeAmount.zero
    var waitsSince: NIODeadline?

    func time(at now: NIODeadline) -> TimeAmount { waitsSince.map { waited + (now - $0) } ?? waited }
  }

  init(limits: ListenerLimits, at now: NIODeadline) {
    self.limits = limits
    since = now
  }

  // MARK: What the client sends

  mutating func bytesArrived(at now: NIODeadline) {
    switch phase {
    case .opened, .idle: enter(.head, at: now)
    case .answering: hasPartOfNextHead = true
    case .head, .body, .closing, .ending: break
    }
  }

  mutating func headArrived(at now: NIODeadline) {
    owed += 1
    hasPartOfNextHead = false
    reading = Progress()
    enter(.body, at: now)
  }

  mutating func bodyArrived(_ count: Int) {
    reading.bytes += count
    if reading.bytes >= ListenerLimits.leastProgress { reading = Progress() }
  }

  mutating func requestEnded(at now: NIODeadline) {
    enter(owed > 0 ? .answering : .idle, at: now)
  }

  /// The server wants to read.
  mutating func readBegan(at now: NIODeadline) {
    if phase == .body, reading.waitsSince == nil { reading.waitsSince = now }
  }

  /// Something came.
  mutating func readEnded(at now: NIODeadline) {
    reading.waited = reading.time(at: now)
    reading.waitsSince = nil
  }

  // MARK: What it gets

  mutating func wrote(_ count: Int, at now: NIODeadline) {
    writing.bytes += count
    if writing.waitsSince == nil { writing.waitsSince = now }
  }

  mutating func answered(at now: NIODeadline) {
    owed -= 1
    if owed > 0 { return }
    switch phase {
    case .answering: enter(hasPartOfNextHead ? .head : .idle, at: now)
    case .opened, .idle, .head, .body, .closing, .ending: break
    }
  }

  /// Nothing more will be written.
  mutating func closes(at now: NIODeadline) {
    enter(.closing, at: now)
  }

  /// Nothing more will be sent.
  mutating func ended(at now: NIODeadline) {
    enter(.ending, at: now)
  }

  // MARK: Judging

  /// - Parameter buffered: bytes of answers that the system has not taken yet.
  mutating func verdict(at now: NIODeadline, buffered: Int) -> Verdict {
    if isStuck(at: now, buffered: buffered) { return .close(.slowReader) }
    // A connection is not idle before its client has the answer.
    if buffered > 0, phase == .idle { since = now }
    switch phase {
    case .opened: return has(limits.headerTimeout, passedAt: now) ? .close(.silent) : .patience
    case .idle: return has(limits.idleTimeout, passedAt: now) ? .close(nil) : .patience
    case .head: return has(limits.headerTimeout, passedAt: now) ? .answer(.slowHead) : .patience
    case .body:
      if reading.time(at: now) < TimeAmount(limits.bodyTimeout) { return .patience }
      if owed == 0 { return .close(.slowBody) }
      enter(.answering, at: now)
      return .fail(.slowBody)
    case .answering, .closing: return .patience
    case .ending: return has(ListenerLimits.lingerTime, passedAt: now) ? .close(nil) : .patience
    }
  }

  private mutating func isStuck(at now: NIODeadline, buffered: Int) -> Bool {
    guard buffered > 0, let start = writing.waitsSince else {
      writing = Progress()
      return false
    }
    // What was written and is not in the buffer any more has gone out.
    if writing.bytes - buffered >= ListenerLimits.leastProgress {
      writing = Progress(bytes: buffered, waitsSince: now)
      return false
    }
    return now - start >= TimeAmount(limits.bodyTimeout)
  }

  private func has(_ timeout: Duration, passedAt now: NIODeadline) -> Bool { now - since >= TimeAmount(timeout) }

  private mutating func enter(_ phase: Phase, at now: NIODeadline) {
    self.phase = phase
    since = now
  }
}
