/// What live streams and exports may cost.
public struct StreamLimits: Sendable {
  /// Streams at once; one more is answered 503.
  public var maximumStreams = 256
  /// Exports at once; one more is answered 503.
  public var maximumExports = 32
  /// How often a client that gets nothing else gets a comment, to know that the line stands and to keep it open.
  public var heartbeat = Duration.seconds(15)
  /// How long a client may take nothing of what was written before he is cut off.
  public var patience = Duration.seconds(30)
  /// How long an event may still be sent after the credential was looked at last: who may see nothing any more is sent nothing any more.
  public var authentication = Duration.seconds(1)
  /// The least time between two looks for new events.
  public var pace = Duration.milliseconds(50)

  public init() {}

  public init(maximumStreams: Int, heartbeat: Duration, patience: Duration) {
    self.maximumStreams = maximumStreams
    self.heartbeat = heartbeat
    self.patience = patience
  }
}
