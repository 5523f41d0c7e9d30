/// How one part of the service is, in words for the operator.
public struct Health: Sendable, Hashable {
  /// `store`, `amqp`, `delivery`…
  public var part: String
  public var isReady: Bool
  /// A sentence: what is wrong, or how it stands.
  public var reason: String

  public init(part: String, isReady: Bool, reason: String) {
    self.part = part
    self.isReady = isReady
    self.reason = reason
  }
}

public protocol HealthReporting: Sendable {
  func health() async -> Health
}
