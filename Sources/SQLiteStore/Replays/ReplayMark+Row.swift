internal import Fanfare
internal import GRDB

extension ReplayMark {
  /// ``original`` of a row of `delivery` joined with `event`; null where it is no replay. Nothing is looked up then.
  static let originalColumn = """
    iif(delivery.replay IS NULL, NULL,
      coalesce((SELECT original FROM replay_delivery WHERE replay_delivery.delivery = delivery.row),
        (SELECT id FROM event WHERE seq = delivery.event)))
    """

  /// The rows of the deliveries that replays made of an event, in their order. Those of the event itself are not among them.
  static func deliveries(ofEvent sequence: Int64, in db: Database) throws -> [Int64] {
    let select = try Statement("SELECT delivery FROM replay_delivery WHERE event = ? ORDER BY delivery", in: db)
    defer { select.reset() }
    select.bind(1, sequence)
    var rows: [Int64] = []
    while try select.step() { rows.append(select.int64(0)) }
    return rows
  }
}
