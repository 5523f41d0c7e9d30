public import Fanfare

/// Who makes a request.
public struct Caller: Sendable {
  /// For logs.
  public let name: String
  /// Which events he may see.
  public let reader: Reader
  public let isAdmin: Bool
  /// The account whose key he holds; nil for a JWT and for nobody.
  public let account: KSUID?
  /// When his key ends; nil for a key without an end, and for a JWT.
  let keyEnd: Timestamp?
  let groups: Set<String>
  let roles: Set<String>

  /// - Parameters:
  ///   - username: what events call him; nil for somebody who was not asked who he is.
  ///   - roles: they let him see what groups do, and may grant a ``ProjectPermission``.
  public init(
    name: String, username: String?, groups: Set<String> = [], roles: Set<String> = [], isAdmin: Bool = false, account: KSUID? = nil,
    keyEnd: Timestamp? = nil
  ) {
    self.name = name
    self.isAdmin = isAdmin
    self.account = account
    self.keyEnd = keyEnd
    self.groups = groups
    self.roles = roles
    reader = isAdmin ? .everything : .member(groups: groups.union(roles), username: username)
  }

  /// Was not asked who he is: health, the front page, an internal door without a token.
  public static let anonymous = Caller(name: "anonymous", username: nil)

  /// Whether he may look at the service's figures: admins, and who has the role `metrics:read`.
  public var mayReadMetrics: Bool { isAdmin || roles.contains("metrics:read") }

  public func may(_ permission: ProjectPermission, project: String) -> Bool {
    isAdmin || permission.isGranted(by: roles, on: project)
  }
}

extension Caller {
  /// The projects that he may do this with; nil for all.
  func projects(for permission: ProjectPermission) -> Set<String>? {
    isAdmin ? nil : permission.projects(grantedBy: roles)
  }
}

/// Tells who holds a credential.
public protocol Authenticator: Sendable {
  /// - Parameter credential: nil if the request came without one.
  func caller(holding credential: String?) async throws(AuthenticationFailure) -> Caller
}

public enum AuthenticationFailure: Error, Sendable, Hashable {
  /// There has to be a credential.
  case missing
  /// The credential is not a known one.
  case unknown
  /// It was a good one once or elsewhere; the reason, for whom it is good to know, goes on after "the credential".
  case refused(reason: String)
  /// Nobody can tell at the moment; the same credential may be good later.
  case unavailable
}
