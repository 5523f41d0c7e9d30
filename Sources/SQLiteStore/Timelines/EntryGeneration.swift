/// The timeline entries of events after one and up to another, in memory.
struct EntryGeneration: Sendable {
  let after: Int64
  var last: Int64
  private(set) var count = 0
  /// Where the runs stand in `lists`.
  private var places: [RunKey: Int] = [:]
  private var lists: [[TimelineEntry]] = []
  /// The same for all runs that an event is in, by what they follow from: most events are like one before.
  private var likes: [Like: [Int]] = [:]

  private struct Like: Hashable {
    let timelines: [Int64]
    let audience: Int64
  }

  init(after: Int64, last: Int64) {
    self.after = after
    self.last = last
  }

  var runs: Dictionary<RunKey, Int>.Keys { places.keys }

  /// In order.
  func entries(of run: RunKey) -> [TimelineEntry] { places[run].map { lists[$0] } ?? [] }

  mutating func insert(_ event: EventEntries, where isWanted: (RunKey) -> Bool = { _ in true }) {
    let like = Like(timelines: event.timelines, audience: event.entry.audience)
    let known: [Int]
    if let found = likes[like] {
      known = found
    } else {
      let runs = EventEntries(entry: event.entry, timelines: event.timelines, own: nil).runs
      known = runs.filter(isWanted).map { place(of: $0) }
      likes[like] = known
    }
    for place in known { lists[place].insertInOrder(event.entry) }
    count += known.count
    guard let own = event.own.map({ RunKey(timeline: $0, audience: AudienceCode.all) }), isWanted(own) else { return }
    lists[place(of: own)].insertInOrder(event.entry)
    count += 1
  }

  mutating func remove(_ event: EventEntries) {
    for run in event.runs {
      guard let place = places[run], let index = lists[place].index(of: event.entry.position) else { continue }
      lists[place].remove(at: index)
      count -= 1
    }
  }

  private mutating func place(of run: RunKey) -> Int {
    if let place = places[run] { return place }
    places[run] = lists.count
    lists.append([])
    return lists.count - 1
  }
}

extension [TimelineEntry] {
  /// Most come in the order of time.
  mutating func insertInOrder(_ entry: TimelineEntry) {
    if let last, last.position > entry.position {
      insert(entry, at: firstIndex(newerThan: entry.position))
    } else {
      append(entry)
    }
  }
}
