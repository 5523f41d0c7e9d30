public import Fanfare

/// Who makes a request.
public struct Caller: Sendable {
  /// For logs.
  public var name: String
  /// Which events he may see.
  public var reader: Reader
  public var isAdmin: Bool

  public init(name: String, reader: Reader, isAdmin: Bool) {
    self.name = name
    self.reader = reader
    self.isAdmin = isAdmin
  }

  /// Holds the one admin token.
  public static let admin = Caller(name: "admin", reader: .everything, isAdmin: true)

  /// Was not asked who he is: health, the front page, an internal door without a token.
  public static let anonymous = Caller(name: "anonymous", reader: .member(groups: [], username: nil), isAdmin: false)
}

/// Tells who holds a credential.
public protocol Authenticator: Sendable {
  /// - Parameter credential: nil if the request came without one.
  func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller
}

public enum AuthenticationFailure: Error, Sendable {
  /// There has to be a credential.
  case missing
  /// The credential is not a known one.
  case unknown
}
