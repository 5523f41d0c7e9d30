/// The groups and roles that may see an event: one set, `allowed_groups` and `allowed_roles` together.
///
/// Empty means that the event names nobody; who sees it then is the service's default visibility. `"*"` is everybody.
public struct Audience: Hashable, Sendable {
  /// Sorted, each once.
  public let groups: [String]

  public init(_ groups: some Sequence<String>) {
    self.groups = Set(groups.map(ExactText.init)).map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  public static let nobody = Audience([])
  public static let everybody = "*"

  public var isEmpty: Bool { groups.isEmpty }

  public static func == (left: Audience, right: Audience) -> Bool {
    left.groups.count == right.groups.count && zip(left.groups, right.groups).allSatisfy { $0.isSame(as: $1) }
  }

  /// Whether somebody with one of `others` may see what this audience sees.
  public func meets(_ others: some Sequence<String>) -> Bool {
    groups.contains(Self.everybody) || others.contains { other in groups.contains { $0.isSame(as: other) } }
  }
}

extension Audience {
  /// Whether somebody with one of `others` may see what this audience sees; an audience that names nobody is taken for what
  /// `visibility` says.
  public func meets(_ others: some Sequence<String>, byDefault visibility: DefaultVisibility) -> Bool {
    if !isEmpty { return meets(others) }
    switch visibility {
    case .restricted: return false
    case .authenticated, .public: return true
    }
  }
}

/// What an event without groups is taken for (`events.defaultVisibility`).
public enum DefaultVisibility: String, Sendable, CaseIterable {
  /// Only admins and the acting user.
  case restricted
  /// Every caller who is known.
  case authenticated
  /// As if it named `"*"`.
  case `public`
}

/// Who asks, as far as visibility goes.
public enum Reader: Hashable, Sendable {
  /// An admin.
  case everything
  /// A caller with these groups and roles (one set), and with a name if he is known. `"*"` is always among what he may see
  /// once he is let in at all.
  case member(groups: Set<String>, username: String?)
}
