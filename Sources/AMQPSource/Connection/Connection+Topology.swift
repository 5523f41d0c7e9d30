import CRabbitMQ
import Fanfare

extension Connection {
  /// Does something on a channel of its own, because what the broker refuses costs the channel.
  ///
  /// - Throws: what `body` throws; `closedByBroker` is the broker's refusal, and the connection lives on.
  func onThrowAwayChannel(_ body: (borrowing Connection) throws(AMQPError) -> Void) throws(AMQPError) {
    try openChannel(Self.probe)
    // If this throws, the broker has closed the channel, or the connection is gone.
    try body(self)
    try closeChannel(Self.probe)
  }

  /// - Parameter type: nil only asks whether there is such an exchange.
  func declareExchange(_ name: String, type: String?) throws(AMQPError) {
    var arena = Arena()
    _ = amqp_exchange_declare(
      state, Self.probe, arena.bytes(name), arena.bytes(type ?? "topic"), type == nil ? 1 : 0, 1, 0, 0, amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.probe)
  }

  /// - Parameter arguments: nil only asks whether there is such a queue.
  func declareQueue(_ name: String, arguments: JSONValue?) throws(AMQPError) {
    var arena = Arena()
    _ = amqp_queue_declare(state, Self.probe, arena.bytes(name), arguments == nil ? 1 : 0, 1, 0, 0, arena.table(arguments))
    try check(amqp_get_rpc_reply(state), on: Self.probe)
  }

  /// What waits in a queue that is there, and how many consume from it.
  func queueDepth(_ name: String) throws(AMQPError) -> (messages: Int, consumers: Int) {
    var depth = (messages: 0, consumers: 0)
    try onThrowAwayChannel { connection throws(AMQPError) in
      var arena = Arena()
      let answer = amqp_queue_declare(connection.state, Self.probe, arena.bytes(name), 1, 1, 0, 0, amqp_table_t())
      try connection.check(amqp_get_rpc_reply(connection.state), on: Self.probe)
      // The library's own memory, until the next answer.
      if let answer { depth = (Int(answer.pointee.message_count), Int(answer.pointee.consumer_count)) }
    }
    return depth
  }

  func bind(queue: String, to exchange: String, key: String) throws(AMQPError) {
    var arena = Arena()
    _ = amqp_queue_bind(state, Self.probe, arena.bytes(queue), arena.bytes(exchange), arena.bytes(key), amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.probe)
  }

  /// Takes back a binding; one that is not there is no error.
  func unbind(queue: String, from exchange: String, key: String) throws(AMQPError) {
    var arena = Arena()
    _ = amqp_queue_unbind(state, Self.probe, arena.bytes(queue), arena.bytes(exchange), arena.bytes(key), amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.probe)
  }

  // MARK: Consuming and publishing

  /// Asks for what is in the queue, at most `prefetch` unacknowledged at a time.
  func consume(queue: String, tag: String, prefetch: UInt16) throws(AMQPError) {
    // A limit for each consumer: quorum queues refuse the one for a channel.
    _ = amqp_basic_qos(state, Self.channel, 0, prefetch, 0)
    try check(amqp_get_rpc_reply(state), on: Self.channel)
    var arena = Arena()
    _ = amqp_basic_consume(state, Self.channel, arena.bytes(queue), arena.bytes(tag), 0, 0, 0, amqp_table_t())
    try check(amqp_get_rpc_reply(state), on: Self.channel)
  }

  /// Asks the broker to send nothing more, and does not wait for its answer. What is unacknowledged stays ours.
  func cancelConsumer(tag: String) throws(AMQPError) {
    var arena = Arena()
    var cancel = amqp_basic_cancel_t(consumer_tag: arena.bytes(tag), nowait: 1)
    let status = amqp_send_method(state, Self.channel, amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD), &cancel)
    if status != AMQP_STATUS_OK.rawValue { throw lost(status) }
  }

  func selectConfirms() throws(AMQPError) {
    _ = amqp_confirm_select(state, Self.channel)
    try check(amqp_get_rpc_reply(state), on: Self.channel)
  }

  /// Publishes persistently and mandatory: what no queue takes comes back.
  func publish(_ message: PublishMessage, using arena: inout Arena) throws(AMQPError) {
    defer { arena.reset() }
    var properties = amqp_basic_properties_t()
    var flags = AMQP_BASIC_DELIVERY_MODE_FLAG
    properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
    if let contentType = message.contentType {
      flags |= AMQP_BASIC_CONTENT_TYPE_FLAG
      properties.content_type = arena.bytes(contentType)
    }
    if let contentEncoding = message.contentEncoding {
      flags |= AMQP_BASIC_CONTENT_ENCODING_FLAG
      properties.content_encoding = arena.bytes(contentEncoding)
    }
    if let id = message.messageID {
      flags |= AMQP_BASIC_MESSAGE_ID_FLAG
      properties.message_id = arena.bytes(id)
    }
    if let timestamp = message.timestamp {
      flags |= AMQP_BASIC_TIMESTAMP_FLAG
      properties.timestamp = UInt64(clamping: timestamp.seconds)
    }
    if message.headers != nil {
      flags |= AMQP_BASIC_HEADERS_FLAG
      properties.headers = arena.table(message.headers)
    }
    properties._flags = amqp_flags_t(flags)
    let exchange = arena.bytes(message.exchange)
    let routingKey = arena.bytes(message.routingKey)
    let status = message.body.withUnsafeBytes { body in
      let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
      return amqp_basic_publish(state, Self.channel, exchange, routingKey, 1, 0, &properties, bytes)
    }
    if status != AMQP_STATUS_OK.rawValue { throw lost(status) }
  }
}
