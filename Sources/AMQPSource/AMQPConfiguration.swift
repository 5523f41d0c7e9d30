/// What is to be consumed, from where, and the names around it.
public struct AMQPConfiguration: Sendable, Hashable {
  /// Tried in turn; never empty.
  public var urls: [AMQPURL]
  /// Durable topic exchanges, bound to the queue with `#`.
  public var exchanges: [String] = ["inventory.events", "state.events", "platform.events"]
  /// Durable quorum queue.
  public var queue = "fanfare.events"
  /// How many messages the broker hands out before it waits for acknowledgements: the bound of what a crash makes come again.
  public var prefetch: UInt16 = 512
  /// False: only look whether the topology is there, and take the queue as it is.
  public var declares = true
  /// What a URL does not say itself. A dead peer is noticed after twice this time.
  public var heartbeat: Duration = .seconds(15)
  /// Name of the exchange (topic) and of the quorum queue that dead letters go to.
  public var deadLetters = "fanfare.dead"
  /// What the broker's own tools show beside our connections.
  public var connectionName = "fanfare"
  /// How long a stop waits for acknowledgements and confirms that are still to come.
  public var stopTimeout: Duration = .seconds(5)

  public init(urls: [AMQPURL]) {
    precondition(!urls.isEmpty, "an AMQPConfiguration needs a URL")
    self.urls = urls
  }
}
