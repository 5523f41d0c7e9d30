/// Timeline entries of the newest events, which are not in `timeline_slice` yet. Nothing is lost with them: the events are on disk.
///
/// They are written thousands of events at a time, sorted, because every run that gets an entry costs a page. While the ``current``
/// generation grows, the ``sealed`` one is folded into the table, some timelines in each transaction. The one before is kept for those
/// who read a snapshot from before that was done.
struct RecentEntries: Sendable {
  /// As of the last commit.
  private(set) var mark: FoldMark
  private var previous: EntryGeneration?
  /// So many commits more it is kept. A snapshot that is older still is answered from its events.
  private var commitsToKeepPrevious = 0
  private var sealed: Sealed?
  private var current: EntryGeneration
  private let bounds: FoldBounds

  private struct Sealed: Sendable {
    var generation: EntryGeneration
    /// Its runs in the table's order; those before `next` are folded.
    let order: [RunKey]
    var next = 0

    init(_ generation: EntryGeneration, after timeline: Int64 = 0) {
      self.generation = generation
      order = generation.runs.sorted()
      next = order.firstIndex { $0.timeline > timeline } ?? order.count
    }
  }

  /// What one transaction folds: whole timelines of the sealed generation.
  struct Part: Sendable {
    fileprivate(set) var runs: [(key: RunKey, entries: [TimelineEntry])] = []
    /// How the table stands once these are in it.
    fileprivate(set) var mark: FoldMark
    fileprivate var next: Int
  }

  /// One generation's entries of a run, in order, and the event that they come after.
  typealias RunEntries = (after: Int64, entries: [TimelineEntry])

  /// - Parameters:
  ///   - folding: the events that some timelines have already, if there are any.
  ///   - current: all later ones.
  init(_ mark: FoldMark, folding: EntryGeneration?, current: EntryGeneration, _ bounds: FoldBounds) {
    self.mark = mark
    self.bounds = bounds
    self.current = current
    sealed = folding.map { Sealed($0, after: mark.foldingTimeline) }
    sealIfFull()
  }

  var isSealed: Bool { sealed != nil }

  // MARK: Reading

  /// A run's entries that may be missing in the table, the oldest generation first; nil if they are not known any more for so old a
  /// snapshot. Copies nothing, for whoever writes waits meanwhile.
  func entries(of run: RunKey, _ mark: FoldMark) -> [RunEntries]? {
    let after = mark.last(of: run.timeline)
    let generations = [previous, sealed?.generation, current].compactMap { $0 }
    guard let oldest = generations.first, oldest.after <= after else { return nil }
    return generations.filter { $0.last > after }.map { ($0.after, $0.entries(of: run)) }
  }

  // MARK: Writing

  /// What the transaction that stored so many events should fold.
  ///
  /// - Parameter isAll: everything that is sealed.
  func nextPart(events: Int, isAll: Bool = false) -> Part? {
    guard let sealed else { return nil }
    let quota =
      isAll || isFull ? sealed.order.count : max(bounds.leastRuns, sealed.order.count * events * 2 / Int(bounds.events))
    var part = Part(mark: mark, next: sealed.next)
    while part.next < sealed.order.count {
      let run = sealed.order[part.next]
      // A timeline's runs go together: the mark says which timelines are done.
      if part.runs.count >= quota, run.timeline != part.runs[part.runs.count - 1].key.timeline { break }
      part.runs.append((run, sealed.generation.entries(of: run)))
      part.next += 1
    }
    part.mark.foldingTo = sealed.generation.last
    part.mark.foldingTimeline = part.runs.last?.key.timeline ?? mark.foldingTimeline
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
    sealed = Sealed(current)
    current = EntryGeneration(after: current.last)
    return true
  }

  private var isFull: Bool {
    current.last - current.after >= bounds.events || current.runs.count >= bounds.runs || current.count >= bounds.entries
  }

  private mutating func sealIfFull() {
    if isFull { _ = seal() }
  }
}
