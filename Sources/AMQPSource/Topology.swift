import Fanfare

/// Exchanges and queues that must be there, and the order to make them in.
struct Topology: Sendable {
  struct Queue: Sendable {
    var name: String
    /// Exchanges whose every message the queue gets.
    var exchanges: [String]
  }

  var exchanges: [String]
  var queues: [Queue]

  /// Everything that Fanfare relies on.
  init(_ configuration: AMQPConfiguration) {
    exchanges = configuration.exchanges + [configuration.deadLetters]
    queues = [
      Queue(name: configuration.queue, exchanges: configuration.exchanges),
      Queue(name: configuration.deadLetters, exchanges: [configuration.deadLetters]),
    ]
  }

  /// - Throws: `topology` with one sentence for each thing that is missing, or is other than expected.
  func ensure(declaring: Bool, on connection: borrowing Connection) throws(AMQPError) {
    if declaring { try declare(on: connection) } else { try check(on: connection) }
  }

  /// Makes what is missing and leaves what is there as it is.
  private func declare(on connection: borrowing Connection) throws(AMQPError) {
    var faults: [String] = []
    for exchange in exchanges {
      try collect(&faults, .exchange, exchange, on: connection) { connection throws(AMQPError) in
        try connection.declareExchange(exchange, type: "topic")
      }
    }
    for queue in queues {
      try collect(&faults, .queue, queue.name, on: connection) { connection throws(AMQPError) in
        try connection.declareQueue(queue.name, arguments: ["x-queue-type": "quorum"])
        // An exchange that is not there has been named already.
        for exchange in queue.exchanges { try connection.bind(queue: queue.name, to: exchange, key: "#") }
      }
    }
    try refuse(faults)
  }

  /// Only looks.
  private func check(on connection: borrowing Connection) throws(AMQPError) {
    var faults: [String] = []
    for exchange in exchanges {
      try collect(&faults, .exchange, exchange, on: connection) { connection throws(AMQPError) in
        try connection.declareExchange(exchange, type: nil)
      }
    }
    for queue in queues {
      try collect(&faults, .queue, queue.name, on: connection) { connection throws(AMQPError) in
        try connection.declareQueue(queue.name, arguments: nil)
      }
    }
    try refuse(faults)
  }

  /// On a channel of its own: a refusal is a fault to be named, and everything else ends the connection.
  private func collect(
    _ faults: inout [String], _ kind: TopologyFault.Kind, _ name: String, on connection: borrowing Connection,
    _ body: (borrowing Connection) throws(AMQPError) -> Void
  ) throws(AMQPError) {
    do {
      try connection.onThrowAwayChannel(body)
    } catch  where error.code == .closedByBroker && TopologyFault.replyCodes.contains(error.nativeCode) {
      faults.append(TopologyFault(kind, name, refusedWith: error).description)
    }
  }

  private func refuse(_ faults: [String]) throws(AMQPError) {
    if !faults.isEmpty { throw AMQPError(.topology, native: 406, faults.joined(separator: ". ")) }
  }
}

/// One exchange or queue that is not as it must be, put into words for the operator.
struct TopologyFault: CustomStringConvertible {
  enum Kind: String { case exchange, queue }

  /// ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED, PRECONDITION_FAILED, NOT_IMPLEMENTED: these close the channel only.
  static let replyCodes = [403, 404, 405, 406, 540]

  let description: String

  init(_ kind: Kind, _ name: String, refusedWith error: AMQPError) {
    let option = kind == .exchange ? "amqp.exchanges" : "amqp.queue"
    switch error.nativeCode {
    case 404:
      // A queue that cannot be bound names the exchange that is missing.
      let missing = Self.quoted(after: "no exchange ", in: error.description).map { (Kind.exchange, $0) } ?? (kind, name)
      description =
        "The \(missing.0.rawValue) \"\(missing.1)\" does not exist: create it, or set amqp.declare to true and Fanfare creates it"
    case 403:
      description = "We may not use the \(kind.rawValue) \"\(name)\": give the user the permissions to configure, write and read it"
    case 405:
      description = "The queue \"\(name)\" belongs to another connection alone (exclusive): set amqp.queue to another name"
    default:
      guard let difference = Difference(parsing: error.description) else {
        description = "The \(kind.rawValue) \"\(name)\" cannot be declared: \(error.description)"
        return
      }
      description =
        "The \(kind.rawValue) \"\(name)\" exists with \(difference.argument) \(difference.actual), and Fanfare expects \(difference.expected): "
        + (kind == .exchange
          ? "delete it, or set \(option) to another name"
          : "delete it, set \(option) to another name, or set amqp.declare to false to use it as it is")
    }
  }

  /// The broker's text: `inequivalent arg 'type' for exchange 'x' in vhost '/': received 'topic' but current is 'direct'`.
  struct Difference {
    var argument: String
    var expected: String
    var actual: String

    init?(parsing text: String) {
      guard let name = TopologyFault.quoted(after: "inequivalent arg ", in: text), let received = text.firstRange(of: ": received "),
        let current = text[received.upperBound...].firstRange(of: " but current is ")
      else { return nil }
      argument = name
      expected = Self.plain(text[received.upperBound..<current.lowerBound], of: name)
      actual = Self.plain(text[current.upperBound...], of: name)
    }

    /// `the value 'quorum' of type 'longstr'` → `quorum`; `none` → what that means.
    private static func plain(_ text: Substring, of argument: String) -> String {
      if let value = TopologyFault.quoted(after: "", in: String(text)) { return value }
      if text == "none" { return argument == "x-queue-type" ? "classic" : "none" }
      return String(text)
    }
  }

  /// What stands in single quotes right after `mark`; with an empty mark, the first thing in quotes.
  private static func quoted(after mark: String, in text: String) -> String? {
    guard let start = text.firstRange(of: mark + "'")?.upperBound, let end = text[start...].firstIndex(of: "'") else { return nil }
    return String(text[start..<end])
  }
}
