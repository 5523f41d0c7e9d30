/// Timeline entries of the newest events, which are not in `timeline_slice` yet. Nothing is lost with them: the events are on disk.
///
/// They are written thousands of events at a time, sorted, because every run that gets an entry costs a page. While the ``current``
/// generation grows, the ``sealed`` one is folded into the table, some entries in each transaction. The one before is kept for those
/// who read a snapshot from before that was done.
struct RecentEntries: Sendable {
  /// As of the last commit.
  private(set) var mark: FoldMark
  private var previous: EntryGeneration?
  /// So many commits more it is kept. A snapshot that is older still is answered from its events.
  private var commitsToKeepPrevious = 0
  private var sealed: Sealed?
  private var current: EntryGeneration
  /// How full the current generation was when the sealed one was last folded, or sealed.
  private var pacedFill = 0.0
  private let bounds: FoldBounds

  private struct Sealed: Sendable {
    var generation: EntryGeneration
    /// Its runs in the table's order; those before `next` are folded.
    let order: [RunKey]
    /// How many entries it had when it was sealed, or made anew.
    let size: Int
    var next: Int

    init(_ generation: EntryGeneration, from run: RunKey) {
      self.generation = generation
      order = generation.runs.sorted()
      size = generation.count
      next = order.firstIndex { $0 >= run } ?? order.count
    }
  }

  /// What one transaction folds.
  struct Part: Sendable {
    fileprivate(set) var runs: [(key: RunKey, entries: ArraySlice<TimelineEntry>)] = []
    /// How the table stands once these are in it.
    fileprivate(set) var mark: FoldMark
    fileprivate var next: Int
    fileprivate let fill: Double
  }

  /// One generation's entries of a run, in order, and the event that they come after.
  typealias RunEntries = (after: Int64, entries: [TimelineEntry])

  /// - Parameters:
  ///   - folding: the events that some runs have already, if there are any.
  ///   - current: all later ones.
  init(_ mark: FoldMark, folding: EntryGeneration?, current: EntryGeneration, _ bounds: FoldBounds) {
    self.mark = mark
    self.bounds = bounds
    self.current = current
    sealed = folding.map { Sealed($0, from: mark.run) }
    pacedFill = fill
    sealIfFull()
  }

  var isSealed: Bool { sealed != nil }

  // MARK: Reading

  /// A run's entries that may be missing in the table, the oldest generation first; nil if they are not known any more for so old a
  /// snapshot. Copies nothing, for whoever writes waits meanwhile.
  func entries(of run: RunKey, _ mark: FoldMark) -> [RunEntries]? {
    let after = mark.last(of: run)
    let generations = [previous, sealed?.generation, current].compactMap { $0 }
    guard let oldest = generations.first, oldest.after <= after else { return nil }
    return generations.filter { $0.last > after }.map { ($0.after, $0.entries(of: run)) }
  }

  // MARK: Writing

  /// What a transaction should fold whose events are in memory by now.
  ///
  /// Twice as fast as the current generation fills up, whatever fills it, so that the sealed one is done in time.
  ///
  /// - Parameter isLast: as much as one may.
  func nextPart(isLast: Bool = false) -> Part? {
    guard let sealed else { return nil }
    let quota =
      isLast ? bounds.lastEntries : max(bounds.leastEntries, Int((max(0, fill - pacedFill) * 2 * Double(sealed.size)).rounded(.up)))
    var rest = quota
    var part = Part(mark: mark, next: sealed.next, fill: fill)
    part.mark.foldingTo = sealed.generation.last
    while part.next < sealed.order.count, rest > 0 {
      let run = sealed.order[part.next]
      let all = sealed.generation.entries(of: run)
      let some = all[(run == mark.run ? all.firstIndex(newerThan: mark.position) : 0)...].prefix(rest)
      part.runs.append((run, some))
      part.mark.run = run
      rest -= some.count
      if let last = some.last, some.endIndex < all.count {
        part.mark.position = last.position
        return part
      }
      part.mark.position = .newest
      part.next += 1
    }
    if part.next == sealed.order.count { part.mark = FoldMark(foldedTo: sealed.generation.last) }
    return part
  }

  /// What a transaction has stored, before it is committed: a snapshot may have it as soon as that begins.
  mutating func insert(_ new: [EventEntries], upTo last: Int64) { current.insert(new, upTo: last) }

  /// Takes out what came after an event, because its commit failed.
  mutating func retract(to last: Int64) { current.retract(to: last) }

  /// What a transaction has removed and folded, once it is committed.
  mutating func commit(without removed: [EventEntries], folded part: Part?) {
    for entry in removed {
      sealed?.generation.remove(entry)
      current.remove(entry)
    }
    commitsToKeepPrevious -= 1
    if commitsToKeepPrevious <= 0 { previous = nil }
    if let part {
      mark = part.mark
      pacedFill = part.fill
      sealed?.next = part.next
      if let done = sealed, done.next == done.order.count {
        previous = done.generation
        commitsToKeepPrevious = 64
        sealed = nil
      }
    }
    sealIfFull()
  }

  /// Seals what there is, so that it can be folded; false if there is nothing, or something is sealed already.
  mutating func seal() -> Bool {
    if sealed != nil || current.last == current.after { return false }
    sealed = Sealed(current, from: mark.run)
    current = EntryGeneration(after: current.last)
    pacedFill = 0
    return true
  }

  /// 1 when the current generation is to be sealed.
  private var fill: Double {
    max(
      Double(current.last - current.after) / Double(bounds.events), Double(current.runs.count) / Double(bounds.runs),
      Double(current.count) / Double(bounds.entries))
  }

  private mutating func sealIfFull() {
    if fill >= 1 { _ = seal() }
  }
}
