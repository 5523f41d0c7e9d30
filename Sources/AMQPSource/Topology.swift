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
    let faults = declaring ? try declare(on: connection) : try faults(on: connection)
    if !faults.isEmpty { throw AMQPError(.topology, native: 406, faults.map(\.description).joined(separator: ". ")) }
  }

  /// Makes what is missing and leaves what is there as it is.
  private func declare(on connection: borrowing Connection) throws(AMQPError) -> [TopologyFault] {
    var faults: [TopologyFault] = []
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
    return faults
  }

  /// Only looks. Whether a queue is bound cannot be asked for over AMQP.
  ///
  /// - Parameter declares: whether a start of the service makes what is missing, so that the sentences do not ask for what is set.
  func faults(declares: Bool = false, on connection: borrowing Connection) throws(AMQPError) -> [TopologyFault] {
    var faults: [TopologyFault] = []
    for exchange in exchanges {
      try collect(&faults, .exchange, exchange, declares, on: connection) { connection throws(AMQPError) in
        try connection.declareExchange(exchange, type: nil)
      }
    }
    for queue in queues {
      try collect(&faults, .queue, queue.name, declares, on: connection) { connection throws(AMQPError) in
        try connection.declareQueue(queue.name, arguments: nil)
      }
    }
    return faults
  }

  /// Whether the user may read and write what is there. RabbitMQ lets anybody ask whether something is there, so this takes back bindings that
  /// nobody has, which changes nothing and needs most of what declaring and consuming need.
  func permissionFaults(on connection: borrowing Connection) throws(AMQPError) -> [TopologyFault] {
    var faults: [TopologyFault] = []
    for queue in queues {
      for exchange in queue.exchanges {
        try collect(&faults, .queue, queue.name, on: connection) { connection throws(AMQPError) in
          try connection.unbind(queue: queue.name, from: exchange, key: "fanfare.nobody.binds.this")
        }
        if faults.last?.name == queue.name { break }
      }
    }
    return faults.filter { $0.cause == .forbidden }
  }

  /// On a channel of its own: a refusal is a fault to be named, and everything else ends the connection.
  private func collect(
    _ faults: inout [TopologyFault], _ kind: TopologyFault.Kind, _ name: String, _ declares: Bool = false,
    on connection: borrowing Connection,
    _ body: (borrowing Connection) throws(AMQPError) -> Void
  ) throws(AMQPError) {
    do {
      try connection.onThrowAwayChannel(body)
    } catch  where error.code == .closedByBroker && TopologyFault.replyCodes.contains(error.nativeCode) {
      faults.append(TopologyFault(kind, name, refusedWith: error, declares: declares))
    }
  }
}

/// One exchange or queue that is not as it must be, put into words for the operator.
public struct TopologyFault: Sendable, Hashable, CustomStringConvertible {
  public enum Kind: String, Sendable { case exchange, queue }
  public enum Cause: Sendable {
    case missing
    /// The user's permissions do not reach so far.
    case forbidden
    /// It is there, and is other than expected.
    case different
  }

  /// ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED, PRECONDITION_FAILED, NOT_IMPLEMENTED: these close the channel only.
  static let replyCodes = [403, 404, 405, 406, 540]

  public let kind: Kind
  public let name: String
  public let cause: Cause
  /// A sentence without its full stop: what is wrong and, but for what a start of the service makes, what to do.
  public let description: String

  /// - Parameter declares: whether a start of the service makes what is missing.
  init(_ kind: Kind, _ name: String, refusedWith error: AMQPError, declares: Bool = false) {
    // A queue that cannot be bound names the exchange that is missing.
    let absent = error.nativeCode == 404 ? Self.quoted(after: "no exchange ", in: error.description) : nil
    (self.kind, self.name) = absent.map { (.exchange, $0) } ?? (kind, name)
    cause =
      switch error.nativeCode {
      case 404: .missing
      case 403: .forbidden
      default: .different
      }
    let option = kind == .exchange ? "amqp.exchanges" : "amqp.queue"
    switch error.nativeCode {
    case 404:
      description =
        "The \(self.kind.rawValue) \"\(self.name)\" does not exist"
        + (declares ? "" : ": create it, or set amqp.declare to true and Fanfare creates it")
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
