public import PlainMatcher

/// All that is known from outside of what a service was given and what it did.
public struct Evidence: Sendable {
  /// In the order in which they were published.
  public var sent: [SentMessage]
  /// As they were all the time that events came in.
  public var subscriptions: [PlainSubscription]
  public var store: StoreImage
  /// Of all receivers, in the order in which they came.
  public var requests: [ReceivedRequest]
  /// What stands in the queue `fanfare.dead`.
  public var deadLetters: [PublishedDeadLetter]
  public var kills: [Kill] = []
  /// Whether the service was left alone until nothing was to be done any more.
  public var isAtRest = true

  public init(
    sent: [SentMessage], subscriptions: [PlainSubscription], store: StoreImage, requests: [ReceivedRequest],
    deadLetters: [PublishedDeadLetter]
  ) {
    self.sent = sent
    self.subscriptions = subscriptions
    self.store = store
    self.requests = requests
    self.deadLetters = deadLetters
  }
}

/// A message that a producer gave to the broker.
public struct SentMessage: Sendable {
  /// The id of the event in it; nil for what cannot be read.
  public let event: String?
  /// No two messages that cannot be read have the same.
  public let text: String
  /// Whether the broker said that it has it. If not, it may have it or not.
  public var isConfirmed: Bool

  public init(event: String?, text: String, isConfirmed: Bool) {
    self.event = event
    self.text = text
    self.isConfirmed = isConfirmed
  }
}

/// A request as a receiver saw it.
public struct ReceivedRequest: Sendable {
  /// By the wall clock, in nanoseconds since 1970.
  public var time: Int64
  public var subscription: String
  /// Its `webhook-id`.
  public var delivery: String
  /// Its `X-Event-Id`.
  public var event: String
  /// What it was answered.
  public var status: Int

  public init(time: Int64, subscription: String, delivery: String, event: String, status: Int) {
    self.time = time
    self.subscription = subscription
    self.delivery = delivery
    self.event = event
    self.status = status
  }

  public var isTaken: Bool { (200..<300).contains(status) }
}

public struct PublishedDeadLetter: Sendable {
  public var routingKey: String
  public var body: String

  public init(routingKey: String, body: String) {
    self.routingKey = routingKey
    self.body = body
  }
}

/// What there was when the service had been killed, and had not been started again.
public struct Kill: Sendable {
  public var store: StoreImage
  /// How many requests had come by then, over all lives.
  public var requests: Int

  public init(store: StoreImage, requests: Int) {
    self.store = store
    self.requests = requests
  }
}
