import Fanfare

/// Events as comma-separated values (RFC 4180, UTF-8, with a heading).
///
/// It is for spreadsheets, which run what looks like a formula, and anybody can write an event: a cell that begins with `=`, `+`, `-`, `@`,
/// a tab or a carriage return gets an apostrophe in front. Who needs every byte as it was takes the other format.
enum EventCSV {
  private static let columns = [
    "id", "type", "event_time", "received_time", "username", "allowed_groups", "inventory_project", "inventory_application",
    "inventory_version", "state_project", "state_environment", "state_deployment", "data",
  ]

  static var heading: [UInt8] { Array((columns.joined(separator: ",") + "\r\n").utf8) }

  /// One row. Groups are separated by semicolons; `data` is JSON text.
  static func append(_ stored: StoredEvent, to text: inout [UInt8]) throws(JSONError) {
    let event = try Event(compact: stored)
    let (inventory, state) = (event.path.inventory, event.path.state)
    let cells: [String?] = [
      event.id, event.type.name, event.occurredAt.rfc3339, event.receivedAt.rfc3339, event.username,
      event.audience.groups.joined(separator: ";"), inventory?.project, inventory?.application, inventory?.version, state?.project,
      state?.environment, state?.deployment, event.data.map { String(decoding: $0, as: UTF8.self) },
    ]
    for (index, cell) in cells.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      append(cell ?? "", to: &text)
    }
    text += "\r\n".utf8
  }

  private static func append(_ cell: String, to text: inout [UInt8]) {
    let bytes = cell.utf8
    let isFormula = bytes.first.map { Array("=+-@\t\r".utf8).contains($0) } ?? false
    let isQuoted = bytes.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }
    if isQuoted { text.append(UInt8(ascii: "\"")) }
    if isFormula { text.append(UInt8(ascii: "'")) }
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { text.append(byte) }
      text.append(byte)
    }
    if isQuoted { text.append(UInt8(ascii: "\"")) }
  }
}
