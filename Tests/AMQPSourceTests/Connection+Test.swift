import CRabbitMQ
import Fanfare

@testable import AMQPSource

/// What an operator or another program might do to the broker.
extension Connection {
  func makeExchange(_ name: String, type: String, isDurable: Bool = true) throws {
    var arena = Arena()
    _ = amqp_exchange_declare(state, Self.channel, arena.bytes(name), arena.bytes(type), 0, isDurable ? 1 : 0, 0, 0, amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.channel)
  }

  func makeQueue(_ name: String, isDurable: Bool = true, arguments: JSONValue = [:]) throws {
    var arena = Arena()
    _ = amqp_queue_declare(state, Self.channel, arena.bytes(name), 0, isDurable ? 1 : 0, 0, 0, arena.table(arguments))
    try check(amqp_get_rpc_reply(state), on: Self.channel)
  }

  func bindQueue(_ queue: String, to exchange: String) throws {
    var arena = Arena()
    _ = amqp_queue_bind(state, Self.channel, arena.bytes(queue), arena.bytes(exchange), arena.bytes("#"), amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.channel)
  }

  func delete(queue: String) {
    var arena = Arena()
    _ = amqp_queue_delete(state, Self.channel, arena.bytes(queue), 0, 0)
  }

  func delete(exchange: String) {
    var arena = Arena()
    _ = amqp_exchange_delete(state, Self.channel, arena.bytes(exchange), 0)
  }

  /// How many messages are ready, not counting those that are with a consumer.
  func ready(in queue: String) throws -> Int {
    var arena = Arena()
    let ok = amqp_queue_declare(state, Self.channel, arena.bytes(queue), 1, 0, 0, 0, amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.channel)
    return Int(ok?.pointee.message_count ?? 0)
  }

  /// A message with one header: an array in an array in an array…
  func publishNestedHeaders(depth: Int, exchange: String) throws {
    let fields = UnsafeMutablePointer<amqp_field_value_t>.allocate(capacity: depth)
    defer { fields.deallocate() }
    for level in 0..<depth {
      fields[level] = amqp_field_value_t()
      fields[level].kind = UInt8(AMQP_FIELD_KIND_ARRAY.rawValue)
      if level + 1 < depth { fields[level].value.array = amqp_array_t(num_entries: 1, entries: fields + level + 1) }
    }
    var arena = Arena()
    var entry = amqp_table_entry_t(key: arena.bytes("deep"), value: fields[0])
    let status = withUnsafeMutablePointer(to: &entry) { entry in
      var properties = amqp_basic_properties_t()
      properties._flags = amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
      properties.headers = amqp_table_t(num_entries: 1, entries: entry)
      return amqp_basic_publish(state, Self.channel, arena.bytes(exchange), arena.bytes("deep"), 0, 0, &properties, amqp_bytes_t())
    }
    if status != AMQP_STATUS_OK.rawValue { throw lost(status) }
  }
}
