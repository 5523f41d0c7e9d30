import Synchronization

/// Keys that were read from their secrets' text, so that an attempt costs no base64.
final class SigningKeys: Sendable {
  /// More secrets than a busy service has; at the bound the keys are read anew.
  private static let bound = 4096

  private let keys = Mutex<[String: StandardWebhookSignature]>([:])

  /// Nil if the secret is not one.
  func key(for secret: String) -> StandardWebhookSignature? {
    keys.withLock { keys in
      if let key = keys[secret] { return key }
      guard let key = StandardWebhookSignature(secret: secret) else { return nil }
      if keys.count >= Self.bound { keys.removeAll() }
      keys[secret] = key
      return key
    }
  }
}
