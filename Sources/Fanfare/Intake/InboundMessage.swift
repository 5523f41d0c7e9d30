/// A message as it came from a broker, copied out of the client library.
public struct InboundMessage: Sendable {
  public var body: [UInt8]
  public var exchange: String
  public var routingKey: String
  public var isRedelivered: Bool
  public var contentType: String?
  public var contentEncoding: String?
  public var messageID: String?
  /// The AMQP `timestamp` property: whole seconds since 1970.
  public var sentAt: Timestamp?
  /// The headers table as a JSON object, or nil if there were none. Byte strings that are not UTF-8 come as base64.
  public var headers: JSONValue?
  public var token: AckToken

  public init(
    body: [UInt8], exchange: String, routingKey: String, isRedelivered: Bool = false, contentType: String? = nil,
    contentEncoding: String? = nil, messageID: String? = nil, sentAt: Timestamp? = nil, headers: JSONValue? = nil, token: AckToken
  ) {
    self.body = body
    self.exchange = exchange
    self.routingKey = routingKey
    self.isRedelivered = isRedelivered
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.messageID = messageID
    self.sentAt = sentAt
    self.headers = headers
    self.token = token
  }
}

/// What settles a message: its tag, and the connection that the tag belongs to. Tags die with their channel.
public struct AckToken: Hashable, Sendable {
  /// Grows by one with each connection.
  public var epoch: UInt64
  public var tag: UInt64

  public init(epoch: UInt64, tag: UInt64) {
    self.epoch = epoch
    self.tag = tag
  }
}
