import ArgumentParser
import Fanfare

extension SubscriptionsCommand {
  struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sends a test message to a subscription's receiver, and shows what came back.",
      discussion:
        "The message is signed as a delivery is, of the type PING, and stored nowhere. Paused and disabled subscriptions are pinged, too.")

    @OptionGroup var scope: Scope

    @Argument(help: "The subscription's id.")
    var subscription: String

    @OptionGroup var client: ClientOptions

    func run() async throws {
      try await client.withClient { service in
        let answer = try await service.post(scope.path + [subscription, "ping"])
        let report = try answer.json()
        if client.json { Console.write(answer.body + [UInt8(ascii: "\n")]) } else { Console.print(Self.text(of: report)) }
        if report["delivered"] != true { throw ExitCode.failure }
      }
    }

    /// What went out and what came back, each line marked with its direction.
    static func text(of report: JSONValue) -> String {
      func text(_ value: JSONValue?) -> String { value?.stringValue?.printableLine ?? "" }
      var lines: [String] = []
      if let request = report["request"] {
        lines.append("> POST " + text(request["url"]))
        if case .object(let headers)? = request["headers"] {
          lines += headers.map { "> \($0.key.printableLine): " + text($0.value) }
        }
        lines += [">", "> " + text(request["body"])]
      }
      if let status = report["status"]?.numberText { lines.append("< \(status)") }
      let body = text(report["response"]?["body"])
      if !body.isEmpty { lines.append("< " + body) }
      let took = report["duration_ms"]?.numberText.map { " after \($0) ms" } ?? ""
      let detail = text(report["detail"])
      let outcome = report["delivered"] == true ? "Delivered" : "Not delivered: " + text(report["outcome"])
      lines.append(outcome + took + (detail.isEmpty ? "." : " (\(detail))."))
      return lines.joined(separator: "\n")
    }
  }
}
