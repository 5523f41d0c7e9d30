import CRabbitMQ
import Fanfare

/// Puts messages together from their frames: a method (`basic.deliver` or `basic.return`), a header, and as many body frames as it takes.
///
/// Everything is copied as it comes, so the buffers may be released after any frame. Names that repeat from message to message
/// (exchange, routing key, content type) are made into strings once.
struct ContentAssembler {
  enum Progress {
    /// The frame is no part of a message.
    case notContent
    /// More frames are to come.
    case partial
    /// A message from the queue, its tag in the token.
    case delivered(InboundMessage)
    /// A message that could not be routed; the token's tag is 0.
    case returned(InboundMessage, code: Int, reason: String)
  }

  private enum Kind {
    case delivery
    case `return`(code: Int, reason: String)
  }

  private let epoch: UInt64
  private var kind = Kind.delivery
  private var message: InboundMessage?
  private var missing = 0
  private var exchange = LastString()
  private var routingKey = LastString()
  private var contentType = LastString()
  private var contentEncoding = LastString()

  init(epoch: UInt64) {
    self.epoch = epoch
  }

  mutating func take(_ frame: borrowing amqp_frame_t) throws(AMQPError) -> Progress {
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD: begin(frame.payload.method)
    case AMQP_FRAME_HEADER: try header(frame.payload.properties)
    case AMQP_FRAME_BODY: try body(frame.payload.body_fragment)
    default: .notContent
    }
  }

  private mutating func begin(_ method: amqp_method_t) -> Progress {
    switch method.id {
    case amqp_method_number_t(AMQP_BASIC_DELIVER_METHOD):
      let deliver = method.decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self)
      kind = .delivery
      message = InboundMessage(
        body: [], exchange: exchange.string(deliver.pointee.exchange), routingKey: routingKey.string(deliver.pointee.routing_key),
        isRedelivered: deliver.pointee.redelivered != 0, token: AckToken(epoch: epoch, tag: deliver.pointee.delivery_tag))
      return .partial
    case amqp_method_number_t(AMQP_BASIC_RETURN_METHOD):
      let returned = method.decoded.assumingMemoryBound(to: amqp_basic_return_t.self)
      kind = .return(code: Int(returned.pointee.reply_code), reason: String(returned.pointee.reply_text))
      message = InboundMessage(
        body: [], exchange: exchange.string(returned.pointee.exchange), routingKey: routingKey.string(returned.pointee.routing_key),
        token: AckToken(epoch: epoch, tag: 0))
      return .partial
    default: return .notContent
    }
  }

  private mutating func header(_ header: borrowing amqp_frame_t.__Unnamed_union_payload.__Unnamed_struct_properties) throws(AMQPError)
    -> Progress
  {
    guard message != nil, missing == 0 else { throw outOfOrder("header") }
    let properties = header.decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
    let flags = Int32(bitPattern: properties.pointee._flags)
    if flags & AMQP_BASIC_CONTENT_TYPE_FLAG != 0 { message!.contentType = contentType.string(properties.pointee.content_type) }
    if flags & AMQP_BASIC_CONTENT_ENCODING_FLAG != 0 {
      message!.contentEncoding = contentEncoding.string(properties.pointee.content_encoding)
    }
    if flags & AMQP_BASIC_MESSAGE_ID_FLAG != 0 { message!.messageID = String(properties.pointee.message_id) }
    if flags & AMQP_BASIC_TIMESTAMP_FLAG != 0 { message!.sentAt = Timestamp(seconds: Int64(clamping: properties.pointee.timestamp)) }
    if flags & AMQP_BASIC_HEADERS_FLAG != 0, properties.pointee.headers.num_entries > 0 {
      message!.headers = JSONValue(properties.pointee.headers)
    }
    missing = Int(clamping: header.body_size)
    if missing == 0 { return finish() }
    return .partial
  }

  private mutating func body(_ fragment: amqp_bytes_t) throws(AMQPError) -> Progress {
    guard message != nil, fragment.len <= missing else { throw outOfOrder("body") }
    let bytes = UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len)
    if message!.body.isEmpty {
      // The announced size is the peer's word: memory for a large message is taken as the message comes.
      message!.body.reserveCapacity(min(missing, 1 << 20))
    }
    message!.body.append(contentsOf: bytes)
    missing -= fragment.len
    return missing == 0 ? finish() : .partial
  }

  private mutating func finish() -> Progress {
    defer { message = nil }
    switch kind {
    case .delivery: return .delivered(message!)
    case .return(let code, let reason): return .returned(message!, code: code, reason: reason)
    }
  }

  private func outOfOrder(_ what: String) -> AMQPError {
    AMQPError(.connectionLost, "the broker sent a \(what) frame that belongs to no message")
  }
}

/// Makes a string of bytes, or hands out the last one again if it is the same.
private struct LastString {
  private var last = ""

  mutating func string(_ bytes: amqp_bytes_t) -> String {
    let buffer = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)
    if last.utf8.count != buffer.count || !last.utf8.elementsEqual(buffer) { last = String(decoding: buffer, as: UTF8.self) }
    return last
  }
}
