internal import Crypto

/// A credential of an account. The secret is shown when it is made and never again: only its SHA-256 is kept.
public struct APIKey: Sendable, Hashable {
  /// How many an account may have, expired ones included.
  public static let maximumPerAccount = 100

  /// What its maker says of it.
  public struct Draft: Sendable, Hashable {
    /// What it is for.
    public var name: String
    /// From this instant on it is refused; nil for never.
    public var expiresAt: Timestamp?

    public init(name: String, expiresAt: Timestamp? = nil) {
      self.name = name
      self.expiresAt = expiresAt
    }
  }

  public let id: KSUID
  /// Whose it is.
  public let account: KSUID
  public let name: String
  /// ``digest(of:)`` of the secret.
  public let digest: [UInt8]
  public let createdAt: Timestamp
  public let expiresAt: Timestamp?
  /// To the minute; nil if it never was.
  public let lastUsedAt: Timestamp?

  public init(
    id: KSUID, account: KSUID, name: String, digest: [UInt8], createdAt: Timestamp, expiresAt: Timestamp? = nil,
    lastUsedAt: Timestamp? = nil
  ) {
    self.id = id
    self.account = account
    self.name = name
    self.digest = digest
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.lastUsedAt = lastUsedAt
  }

  public func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

  /// SHA-256 without salt or stretching: there is nothing to guess in 256 random bits.
  public static func digest(of secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

  /// A secret of 256 random bits, with a prefix that says what it is, for people and for scanners of leaked secrets.
  public static func makeSecret(using random: inout some RandomNumberGenerator) -> String {
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return "fanfare_" + String((0..<43).map { _ in digits[Int.random(in: 0..<digits.count, using: &random)] })
  }
}

/// A key and the account that it belongs to.
public struct KeyHolder: Sendable, Hashable {
  public let key: APIKey
  public let account: Account

  public init(key: APIKey, account: Account) {
    self.key = key
    self.account = account
  }
}
