/// Several deliveries that go to Slack as one message (contract §8).
public final class Digest: Sendable {
  /// What each delivery's attempt says that it went in.
  public let id: KSUID
  /// At least two, the longest due first. They share an endpoint and how the sender is shown.
  public let members: [DeliveryTask]

  /// How many events are shown one by one; of the rest only the count is.
  public static let maximumShown = 30

  public init(id: KSUID, members: [DeliveryTask]) {
    self.id = id
    self.members = members
  }
}
