import ArgumentParser
import Fanfare

/// What `deliveries`, `dead-letters` and `requeue` choose deliveries by.
struct DeliveryChoice: ParsableArguments {
  @Option(help: ArgumentHelp("Only those of this project's subscriptions.", valueName: "name"))
  var project: String?

  @Option(help: ArgumentHelp("Only those of this subscription.", valueName: "id"))
  var subscription: String?

  @Option(help: ArgumentHelp("Only those of this event.", valueName: "id"))
  var event: String?

  @Option(help: ArgumentHelp("Only those made from this time on: RFC 3339, or how long ago (2h).", valueName: "time"))
  var since: Instant?

  @Option(help: ArgumentHelp("Only those made before this time.", valueName: "time"))
  var until: Instant?

  /// By the API's own names.
  var parameters: [(String, String)] {
    let all: [(String, String?)] = [
      ("project", project), ("subscription", subscription), ("event", event), ("since", since?.timestamp.rfc3339),
      ("until", until?.timestamp.rfc3339),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}

/// How much of a listing with cursors is shown.
struct ListingOptions: ParsableArguments {
  @Option(help: "How many a page has, 1 to 100.")
  var size = 20

  @Flag(help: "All pages, not the first one only.")
  var all = false

  func validate() throws {
    if !(1...100).contains(size) { throw ValidationError("--size must be 1 to 100") }
  }

  /// All there is, in large pages.
  static var everything: ListingOptions {
    var options = ListingOptions()
    options.size = 100
    options.all = true
    return options
  }

  /// Walks the pages, and calls `body` with the elements of each.
  ///
  /// - Returns: whether there are more.
  func pages(
    of path: [String], query: [(String, String)], from service: ServiceClient, _ body: ([JSONValue]) -> Void
  ) async throws -> Bool {
    var after: String?
    while true {
      let query = query + [("size", String(size))] + (after.map { [("after", $0)] } ?? [])
      let page = try await service.get(path, query: query).json()
      guard case .array(let elements)? = page["elements"] else { throw SentenceError("the service's answer has no elements") }
      body(elements)
      after = page["next"]?["after"]?.stringValue
      if after == nil { return false }
      if !all { return true }
    }
  }
}

/// Deliveries as rows.
struct DeliveryTable {
  private var table = TextTable("MADE", "STATE", "TRIES", "LAST", "NEXT", "SUBSCRIPTION", "EVENT", "TYPE", "DELIVERY")

  mutating func add(_ delivery: JSONValue) {
    func text(_ key: String) -> String { delivery[key]?.stringValue ?? "-" }
    let state = delivery["reason"]?.stringValue.map { "\(text("state")): \($0)" } ?? text("state")
    table.add(
      Timestamp.tableText(delivery["creation_time"]?.stringValue), state, delivery["attempt_count"]?.numberText ?? "0", text("last_reason"),
      Timestamp.tableText(delivery["next_attempt_time"]?.stringValue), "\(text("scope"))/\(text("project")) \(text("subscription"))",
      text("event"), text("event_type"), text("id"))
  }

  var text: String { table.text }
}

extension JSONValue {
  var numberText: String? {
    if case .number(let text) = self { text } else { nil }
  }
}
