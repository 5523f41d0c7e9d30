/// Somebody, or some program, that may hold keys: who he is to events, and what he may see and do (second seed, Accounts).
public struct Account: Sendable, Hashable {
  public enum Role: String, Sendable, CaseIterable {
    /// Sees what his name, groups and roles let him see.
    case user
    /// Sees and does everything.
    case admin
  }

  /// What admins say of an account and may change.
  public struct Profile: Sendable, Hashable {
    /// Unique. Events call him by it: what a `username` did, the account of that name may see.
    public var name: String
    public var emailAddress: String?
    public var role: Role
    /// In the order that they were given, each once.
    public var groups: [String]
    /// Show events as groups do, and may grant a ``ProjectPermission``.
    public var roles: [String]
    /// None of its keys is accepted meanwhile.
    public var isDisabled: Bool

    public init(
      name: String, emailAddress: String? = nil, role: Role = .user, groups: [String] = [], roles: [String] = [], isDisabled: Bool = false
    ) {
      self.name = name
      self.emailAddress = emailAddress
      self.role = role
      self.groups = groups
      self.roles = roles
      self.isDisabled = isDisabled
    }

    /// Whether it keeps the service administrable.
    public var isEnabledAdmin: Bool { role == .admin && !isDisabled }
  }

  public let id: KSUID
  public let profile: Profile
  public let createdAt: Timestamp
  /// When one of its keys was last used, to the minute; nil if none ever was.
  public let lastLoginAt: Timestamp?

  public init(id: KSUID, profile: Profile, createdAt: Timestamp, lastLoginAt: Timestamp? = nil) {
    self.id = id
    self.profile = profile
    self.createdAt = createdAt
    self.lastLoginAt = lastLoginAt
  }
}
