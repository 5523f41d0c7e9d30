internal import Fanfare
internal import GRDB

/// The lists that a page is merged from.
struct ListingSources {
  /// With more audiences than this, the run of all is read and skipped through before a run for each is merged (see Decisions).
  private static let mergeLimit = 256
  /// The same where each audience's run has to be intersected with a user's.
  private static let mergeLimitWithUser = 16

  private let timelines: [Int64]
  /// The timeline of the user that is asked for.
  private let actor: Int64?
  private let everything: Int64
  private let since: Int64
  private let reader: TimelineReader
  private let audiences: AudienceSet?
  /// What the caller did himself, if that comes on top.
  private let own: Int64?

  /// Nil if one of the timelines has no event.
  init?(_ path: PathFilter, _ readership: Readership, since: Timestamp?, in reader: TimelineReader) throws {
    let db = reader.db
    var timelines: [Int64] = []
    for timeline in path.timelines {
      guard let id = try timeline.id(in: db) else { return nil }
      timelines.append(id)
    }
    var actor: Int64?
    if let username = path.username {
      guard let id = try Timeline.user(username).id(in: db) else { return nil }
      actor = id
    }
    guard let everything = try Timeline.everything.id(in: db) else { return nil }
    self.timelines = timelines
    self.actor = actor
    self.everything = everything
    self.since = since?.nanoseconds ?? .min
    self.reader = reader
    switch readership {
    case .audiences(let audiences, let username) where username == nil || !username.isSame(as: path.username):
      self.audiences = audiences
      own = try actor == nil ? username.flatMap { try Timeline.user($0).id(in: db) } : nil
    case .everything, .audiences:
      audiences = nil
      own = nil
    }
  }

  /// To begin with. One that skips gives up when it would have been cheaper to merge; then ``merging`` goes on from there.
  func first() throws -> [Intersection] {
    guard let audiences else {
      // A user's run says it all where no place is asked for.
      return [try intersection(of: timelines.isEmpty && actor == nil ? [everything] : timelines, with: actor)]
    }
    if audiences.count <= (actor == nil ? Self.mergeLimit : Self.mergeLimitWithUser) { return try merging() }
    let skipping = try intersection(
      of: places, with: actor, only: audiences, patience: audiences.count * TimelineRun.rowsPerSearch)
    return try [skipping] + ownEvents()
  }

  /// A run for each audience.
  func merging() throws -> [Intersection] {
    guard let audiences else { return [] }
    return try audiences.numbers.map { try intersection(audience: $0, of: places, with: actor) } + ownEvents()
  }

  /// Audiences have runs of their own in timelines of places only.
  private var places: [Int64] { timelines.isEmpty ? [everything] : timelines }

  private func ownEvents() throws -> [Intersection] { try own.map { [try intersection(of: timelines, with: $0)] } ?? [] }

  private func intersection(
    audience: Int64 = AudienceCode.all, of places: [Int64], with user: Int64?, only audiences: AudienceSet? = nil, patience: Int = .max
  ) throws -> Intersection {
    var runs = try places.map { try TimelineRun(timeline: $0, audience: audience, since: since, reader) }
    if let user { runs.append(try TimelineRun(timeline: user, audience: AudienceCode.all, since: since, reader)) }
    return Intersection(runs, audiences: audiences, patience: patience)
  }
}
