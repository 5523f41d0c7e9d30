internal import Fanfare
internal import GRDB

/// What a reader may see, by the audiences in a database.
enum Readership {
  case everything
  /// Events of these audiences, and what `username` did.
  case audiences(AudienceSet, username: String?)

  init(_ reader: Reader, _ visibility: DefaultVisibility, _ known: KnownAudiences, in db: Database) throws {
    switch reader {
    case .everything: self = .everything
    case .member(let groups, let username):
      var audiences = try known.audiences(meeting: groups.union([Audience.everybody]), in: db)
      if Self.readsUnnamed(username, visibility) { audiences.insert([AudienceCode.nobody]) }
      self = .audiences(audiences, username: username)
    }
  }

  /// Whether one event may be seen, without reading all audiences.
  static func maySee(
    sequence: Int64, occurredAt: Timestamp, audience: Int64, _ reader: Reader, _ visibility: DefaultVisibility,
    in timelines: TimelineReader
  ) throws -> Bool {
    guard case .member(let groups, let username) = reader else { return true }
    if try meets(audience, groups, username, visibility, in: timelines.db) { return true }
    guard let username, let own = try Timeline.user(username).id(in: timelines.db) else { return false }
    return try timelines.isInOwn(own, EntryPosition(occurredAt: occurredAt.nanoseconds, sequence: sequence))
  }

  /// Whether a caller is of an audience.
  static func meets(
    _ audience: Int64, _ groups: Set<String>, _ username: String?, _ visibility: DefaultVisibility, in db: Database
  ) throws -> Bool {
    if audience == AudienceCode.nobody, readsUnnamed(username, visibility) { return true }
    let meets = try Statement(
      "SELECT 1 FROM audience_group WHERE audience = ? AND name IN (SELECT value FROM json_each(?))", in: db)
    defer { meets.reset() }
    meets.bind(1, audience)
    meets.bind(2, names(groups))
    return try meets.step()
  }

  /// Whether events that name nobody are for this caller.
  private static func readsUnnamed(_ username: String?, _ visibility: DefaultVisibility) -> Bool {
    switch visibility {
    case .restricted: false
    case .authenticated: username != nil
    case .public: true
    }
  }

  private static func names(_ groups: Set<String>) -> String { JSONValue.strings(groups.union([Audience.everybody])).text }
}
