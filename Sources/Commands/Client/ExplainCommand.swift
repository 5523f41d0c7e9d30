import ArgumentParser
import Fanfare

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Shows how an event came in, who was told of it, and why the others were not.")

  @Argument(help: ArgumentHelp("The event.", valueName: "event"))
  var id: String

  @OptionGroup var client: ClientOptions

  func run() async throws {
    try await client.withClient { service in
      let answer = try await service.get(["api", "v1", "events", "event", id, "explain"])
      if client.json {
        Console.write(answer.body + [UInt8(ascii: "\n")])
      } else {
        Console.print(Self.text(of: try answer.json()))
      }
    }
  }

  /// A line for the event, one for how it came in, and a table of the subscriptions with their attempts.
  static func text(of explanation: JSONValue) -> String {
    var lines = [custody(explanation)]
    guard case .array(let subscriptions)? = explanation["subscriptions"], !subscriptions.isEmpty else {
      return (lines + ["Its projects have no subscriptions."]).joined(separator: "\n")
    }
    var table = TextTable("SUBSCRIPTION", "VERDICT", "WHY", "DELIVERY", "STATE", "ATTEMPTS")
    for subscription in subscriptions {
      func text(_ key: String) -> String { subscription[key]?.stringValue ?? "-" }
      let name = "\(text("scope"))/\(text("project")) \(text("id"))"
      guard case .array(let deliveries)? = subscription["deliveries"], !deliveries.isEmpty else {
        table.add(name, text("verdict"), text("reason"), "-", "-", "-")
        continue
      }
      for delivery in deliveries {
        let state = [delivery["state"]?.stringValue, delivery["reason"]?.stringValue].compactMap(\.self).joined(separator: ": ")
        table.add(
          name, text("verdict"), text("reason"), delivery["id"]?.stringValue ?? "-", state, attempts(of: delivery))
      }
    }
    lines.append(table.text)
    return lines.joined(separator: "\n")
  }

  private static func custody(_ explanation: JSONValue) -> String {
    func text(_ part: String, _ key: String) -> String { (explanation[part]?[key]?.stringValue ?? "-").printableLine }
    let door =
      if text("custody", "door") == "amqp" {
        "over AMQP from \(text("custody", "exchange")) as \(text("custody", "routing_key"))"
      } else {
        "over HTTP"
      }
    let again = explanation["custody"]?["redelivered"] == true ? ", redelivered" : ""
    let received = Timestamp.tableText(explanation["custody"]?["received_time"]?.stringValue)
    return "\(text("event", "id")) \(text("event", "type")) came \(door) at \(received)\(again).\n"
  }

  private static func attempts(of delivery: JSONValue) -> String {
    guard case .array(let attempts)? = delivery["attempts"], !attempts.isEmpty else { return "none yet" }
    return attempts.map { "\(Timestamp.tableText($0["start_time"]?.stringValue)) \($0["outcome"]?.stringValue ?? "-")" }
      .joined(separator: ", ")
  }
}
