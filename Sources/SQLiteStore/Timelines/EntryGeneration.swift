/// The timeline entries of events after one and up to another, in memory.
struct EntryGeneration: Sendable {
  let after: Int64
  private(set) var last: Int64
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

  init(after: Int64) {
    self.after = after
    last = after
  }

  var runs: Dictionary<RunKey, Int>.Keys { places.keys }

  /// In order.
  func entries(of run: RunKey) -> [TimelineEntry] { places[run].map { lists[$0] } ?? [] }

  /// - Parameters:
  ///   - last: the last event there is, though it need have no entries.
  ///   - isWanted: must be the same in each call.
  mutating func insert(_ events: [EventEntries], upTo last: Int64, where isWanted: (RunKey) -> Bool = { _ in true }) {
    // Most come in the order of time. Where not, sorting once is less work than moving what is newer for each.
    var unsorted: Set<Int> = []
    for event in events {
      for place in places(of: event, where: isWanted) { append(event.entry, at: place, &unsorted) }
      guard let own = event.own.map({ RunKey(timeline: $0, audience: AudienceCode.all) }), isWanted(own) else { continue }
      append(event.entry, at: place(of: own), &unsorted)
    }
    for place in unsorted { lists[place].sort { $0.position < $1.position } }
    self.last = last
  }

  mutating func remove(_ event: EventEntries) {
    for run in event.runs {
      guard let place = places[run], let index = lists[place].index(of: event.entry.position) else { continue }
      lists[place].remove(at: index)
      count -= 1
    }
  }

  /// Takes out what came after an event.
  mutating func retract(to last: Int64) {
    if last >= self.last { return }
    for place in lists.indices where lists[place].contains(where: { $0.position.sequence > last }) {
      let before = lists[place].count
      lists[place].removeAll { $0.position.sequence > last }
      count -= before - lists[place].count
    }
    self.last = last
  }

  private mutating func append(_ entry: TimelineEntry, at place: Int, _ unsorted: inout Set<Int>) {
    if let last = lists[place].last, last.position > entry.position { unsorted.insert(place) }
    lists[place].append(entry)
    count += 1
  }

  /// Where the runs are that follow from an event's place and audience.
  private mutating func places(of event: EventEntries, where isWanted: (RunKey) -> Bool) -> [Int] {
    let like = Like(timelines: event.timelines, audience: event.entry.audience)
    if let known = likes[like] { return known }
    let runs = EventEntries(entry: event.entry, timelines: event.timelines, own: nil).runs
    let found = runs.filter(isWanted).map { place(of: $0) }
    likes[like] = found
    return found
  }

  private mutating func place(of run: RunKey) -> Int {
    if let place = places[run] { return place }
    places[run] = lists.count
    lists.append([])
    return lists.count - 1
  }
}
