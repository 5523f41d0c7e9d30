import CRabbitMQ

@testable import AMQPSource
@testable import Fanfare

extension FuzzTarget {
  static let brokers = [fieldTable, amqpURL]

  /// What a broker hands on of a producer's headers: a field table as it goes over the wire.
  private static let fieldTable = FuzzTarget(
    "amqp-table", words: ["\0\0\0\0", "\u{1}aS\0\0\0\u{1}x", "A\0\0\0", "F\0\0\0", "t\u{1}", "D\u{2}", "T", "V", "d", "f", "l", "ce-id"]
  ) { input in
    guard let headers = try decoded(input) else { return }
    let bytes = headers.bytes
    let back: JSONValue
    do {
      back = try JSONValue(parsing: bytes)
    } catch {
      throw Violation(description: "headers become what is not JSON: \(error): \(bytes.asText)")
    }
    try hold(back.bytes == bytes, "headers read back as something else")
    let content = EventDecoder.Content(body: [], headers: headers, receivedAt: Sample.now)
    try hold(!EventDecoder().read(content, makeID: { "made" }).isEmpty, "a message came to nothing")
  }

  /// The table as this service keeps it; nil if librabbitmq takes it for none.
  static func decoded(_ bytes: [UInt8]) throws -> JSONValue? {
    var pool = amqp_pool_t()
    init_amqp_pool(&pool, 4096)
    defer { empty_amqp_pool(&pool) }
    var copy = bytes
    return copy.withUnsafeMutableBytes { bytes in
      var (table, offset) = (amqp_table_t(), 0)
      let status = amqp_decode_table(amqp_bytes_t(len: bytes.count, bytes: bytes.baseAddress), &pool, &table, &offset)
      return status == AMQP_STATUS_OK.rawValue ? JSONValue(table) : nil
    }
  }

  private static let amqpURL = FuzzTarget(
    "amqp-url", words: ["amqp://", "amqps://", "user:SECRET@", "[::1]", ":5672", "/%2F", "?heartbeat=1", "&verify=verify_none", "%", ","]
  ) { input in
    guard let url = try? AMQPURL(parsing: input.asText) else { return }
    try hold((1...65_535).contains(url.port) && !url.host.isEmpty, "\(url) is no place")
    try hold(
      !"\(url)".contains("SECRET") || url.user.contains("SECRET") || url.host.contains("SECRET") || url.virtualHost.contains("SECRET"),
      "\(url) tells the password")
  }
}
