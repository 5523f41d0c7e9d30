internal import Fanfare
internal import GRDB

/// Where events stand, by the numbers of their timelines, for whoever goes through many events.
struct TimelineNumbers: Sendable {
  private static let bound = 16_384
  /// Names hold no NUL.
  private var numbers: [ExactText: Int64] = [:]

  /// - Throws: if the event cannot be read, or a timeline of it has no number.
  mutating func entries(of stored: StoredEvent, type: Int64, audience: Int64, in db: Database) throws -> EventEntries {
    let event: Event
    do {
      event = try Event(compact: stored)
    } catch {
      throw SQLiteStoreError(.corrupt, "the event \(stored.sequence) cannot be read: \(error)")
    }
    let places = try Timeline.all(of: event).filter { !$0.isOfUser }.map { try number($0, in: db) }
    let own = try event.username.map { try number(.user($0), in: db) }
    return try event.entries(sequence: stored.sequence, type: type, audience: audience, timelines: places, own: own)
  }

  private mutating func number(_ timeline: Timeline, in db: Database) throws -> Int64 {
    let key = timeline.key
    let name = ExactText("\(key.kind)\0\(key.a)\0\(key.b)\0\(key.c)")
    if let id = numbers[name] { return id }
    guard let id = try timeline.id(in: db) else { throw SQLiteStoreError(.corrupt, "a timeline of an event has no number") }
    if numbers.count >= Self.bound { numbers.removeAll(keepingCapacity: true) }
    numbers[name] = id
    return id
  }
}

extension Timeline {
  fileprivate var isOfUser: Bool {
    if case .user = self { true } else { false }
  }
}
