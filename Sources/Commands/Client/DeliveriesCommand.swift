import ArgumentParser
import Fanfare

struct DeliveriesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliveries", abstract: "Shows who was told what, the newest first; one delivery with all its attempts.")

  @Argument(help: ArgumentHelp("Show this one delivery and its attempts.", valueName: "delivery"))
  var id: String?

  @OptionGroup var choice: DeliveryChoice

  @Option(help: ArgumentHelp("Only those in this state: scheduled, succeeded, dead or cancelled.", valueName: "state"))
  var state: String?

  @Option(help: ArgumentHelp("Only those that this replay made.", valueName: "id"))
  var replay: String?

  @OptionGroup var listing: ListingOptions
  @OptionGroup var client: ClientOptions

  func run() async throws {
    try await client.withClient { service in
      if let id {
        try await show(id, from: service)
      } else {
        let query = choice.parameters + [("state", state), ("replay", replay)].compactMap { name, value in value.map { (name, $0) } }
        try await Self.list(["api", "v1", "events", "deliveries"], query: query, listing, asJSON: client.json, from: service)
      }
    }
  }

  /// Prints a listing of deliveries, dead ones or any.
  static func list(
    _ path: [String], query: [(String, String)], _ listing: ListingOptions, asJSON: Bool, from service: ServiceClient
  ) async throws {
    var table = DeliveryTable()
    let hasMore = try await listing.pages(of: path, query: query, from: service) { deliveries in
      for delivery in deliveries {
        if asJSON { Console.write(delivery.bytes + [UInt8(ascii: "\n")]) } else { table.add(delivery) }
      }
    }
    if asJSON { return }
    Console.print(table.text)
    if hasMore { Console.note("There are older ones: --all, or a larger --size.") }
  }

  private func show(_ id: String, from service: ServiceClient) async throws {
    let answer = try await service.get(["api", "v1", "events", "deliveries", id])
    if client.json {
      Console.write(answer.body + [UInt8(ascii: "\n")])
      return
    }
    let delivery = try answer.json()
    var table = DeliveryTable()
    table.add(delivery)
    Console.print(table.text)
    guard case .array(let attempts)? = delivery["attempts"], !attempts.isEmpty else { return }
    var rows = TextTable("ATTEMPT", "STARTED", "TOOK", "STATUS", "OUTCOME", "DETAIL")
    for attempt in attempts {
      let detail = attempt["detail"]?.stringValue ?? attempt["response_body"]?.stringValue ?? ""
      rows.add(
        attempt["number"]?.numberText ?? "-", Timestamp.tableText(attempt["start_time"]?.stringValue),
        "\(attempt["duration_ms"]?.numberText ?? "-") ms", attempt["status"]?.numberText ?? "-", attempt["outcome"]?.stringValue ?? "-",
        String(detail.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(100)))
    }
    Console.print("\n" + rows.text)
  }
}

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the deliveries that nobody tries any more, and why.")

  @OptionGroup var choice: DeliveryChoice
  @OptionGroup var listing: ListingOptions
  @OptionGroup var client: ClientOptions

  func run() async throws {
    try await client.withClient { service in
      try await DeliveriesCommand.list(
        ["api", "v1", "events", "dead-letters"], query: choice.parameters, listing, asJSON: client.json, from: service)
    }
  }
}

struct RequeueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requeue", abstract: "Gives deliveries another chance: by their ids, or the dead letters that match.",
    discussion: "A requeued delivery is due at once and has its whole retry schedule again, under the same webhook-id.")

  @Argument(help: ArgumentHelp("Deliveries.", valueName: "delivery"))
  var ids: [String] = []

  @Flag(help: "Dead letters; with --project and the like those that match, with --all every one.")
  var deadLetters = false

  @Flag(help: "All dead letters there are.")
  var all = false

  @OptionGroup var choice: DeliveryChoice
  @OptionGroup var client: ClientOptions

  func validate() throws {
    let ways = [!ids.isEmpty, all, !choice.parameters.isEmpty].count { $0 }
    if ways == 0 { throw ValidationError("say which: delivery ids, a filter like --project, or --all for every dead letter") }
    if ways > 1 { throw ValidationError("delivery ids, a filter and --all exclude each other; give one of them") }
  }

  func run() async throws {
    try await client.withClient { service in
      let order: JSONValue =
        if !ids.isEmpty {
          ["ids": .strings(ids)]
        } else if all {
          ["all": true]
        } else {
          .object(choice.parameters.map { JSONValue.Member($0.0, .string($0.1)) })
        }
      let answer = try await service.post(["api", "v1", "events", "dead-letters", "requeue"], order)
      if client.json {
        Console.write(answer.body + [UInt8(ascii: "\n")])
      } else {
        let count = try answer.json()["requeued"]?.numberText ?? "0"
        Console.print(count == "1" ? "1 delivery is due again." : "\(count) deliveries are due again.")
      }
    }
  }
}
