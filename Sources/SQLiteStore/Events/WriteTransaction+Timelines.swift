internal import Fanfare

/// A row of `timeline_entry` that is to be written.
struct NewEntry: Comparable {
  let timeline: Int64
  let audience: Int64
  let occurredAt: Int64
  let sequence: Int64
  let eventAudience: Int64
  let type: Int64
  let flags: EntryFlags

  static func < (left: NewEntry, right: NewEntry) -> Bool {
    (left.timeline, left.audience, left.occurredAt, left.sequence) < (right.timeline, right.audience, right.occurredAt, right.sequence)
  }
}

extension WriteTransaction {
  /// Notes what the event's timelines get: a row in the run of all and one in the run of the event's audience.
  func collectEntries(of event: Event, sequence: Int64, type: Int64, audience: Int64) throws {
    let flags: EntryFlags = event.path.state?.deployment == nil ? [] : .hasDeployment
    func add(_ timeline: Int64, _ run: Int64) {
      newEntries.append(
        NewEntry(
          timeline: timeline, audience: run, occurredAt: event.occurredAt.nanoseconds, sequence: sequence, eventAudience: audience,
          type: type,
          flags: flags))
    }
    for timeline in try timelineIDs(of: event) {
      add(timeline, AudienceCode.all)
      add(timeline, audience)
    }
    // What one user did is read by him, by admins and as a filter: never by audience.
    if let username = event.username { add(try userTimelineID(username), AudienceCode.all) }
  }

  /// Writes what a command has noted, in the table's order: neighbours are written one after the other, while their page is at hand.
  func insertEntries() throws {
    defer { newEntries.removeAll(keepingCapacity: true) }
    newEntries.sort()
    let insert = try forIngest().insertEntry
    for entry in newEntries {
      insert.bind(1, entry.timeline)
      insert.bind(2, entry.audience)
      insert.bind(3, entry.occurredAt)
      insert.bind(4, entry.sequence)
      insert.bind(5, entry.eventAudience)
      insert.bind(6, entry.type)
      insert.bind(7, entry.flags.rawValue)
      try insert.run()
    }
  }
}
