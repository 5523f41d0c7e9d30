import Fanfare

/// An event in the words of a table.
struct EventRow {
  let time: String
  let type: String
  /// Both paths, if it has two.
  let place: String
  let who: String
  let id: String

  init(_ event: JSONValue) {
    func text(_ key: String) -> String? { event[key]?.stringValue }
    let inventory = [text("inventory_project"), text("inventory_application"), text("inventory_version")].compactMap(\.self)
    let state = [text("state_project"), text("state_environment"), text("state_deployment")].compactMap(\.self)
    let place = [inventory, state].filter { !$0.isEmpty }.map { $0.joined(separator: "/") }.joined(separator: " + ")
    time = Timestamp.tableText(text("event_time"))
    type = text("type") ?? "-"
    self.place = place.isEmpty ? "-" : place
    who = text("username") ?? "-"
    id = text("id") ?? "-"
  }

  /// One line by itself, in columns that most rows fit.
  var line: String {
    func padded(_ text: String, to width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    return "\(time)  \(padded(type, to: 26))  \(padded(place, to: 32))  \(padded(who, to: 12))  \(id)".printableLine
  }
}
