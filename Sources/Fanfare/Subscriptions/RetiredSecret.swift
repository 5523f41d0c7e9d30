/// A signing secret that was replaced and is valid for a while, so that a receiver can change over.
public struct RetiredSecret: Hashable, Sendable {
  /// `whsec_…`
  public var secret: String
  /// From this instant on nothing is signed with it.
  public var endsAt: Timestamp

  public init(secret: String, endsAt: Timestamp) {
    self.secret = secret
    self.endsAt = endsAt
  }
}

extension Subscription {
  /// How many retired secrets are kept: each is a signature on every webhook.
  public static let maximumRetiredSecrets = 9

  /// All secrets that a webhook of this instant is signed with, the newest first.
  public func activeSecrets(at now: Timestamp) -> [String] {
    retiredSecrets.isEmpty ? secrets : secrets + retiredSecrets.filter { $0.endsAt > now }.map(\.secret)
  }

  /// What ``retiredSecrets`` are once the secrets of now are replaced: none is good longer than `end`.
  public func secretsRetired(until end: Timestamp, at now: Timestamp) -> [RetiredSecret] {
    let retired =
      secrets.map { RetiredSecret(secret: $0, endsAt: end) }
      + retiredSecrets.filter { $0.endsAt > now }
      .map { RetiredSecret(secret: $0.secret, endsAt: min($0.endsAt, end)) }
    return Array(retired.prefix(Self.maximumRetiredSecrets))
  }
}
