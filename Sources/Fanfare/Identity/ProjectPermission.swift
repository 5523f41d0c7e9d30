/// What a caller may do with what belongs to a project: its subscriptions and their deliveries (contract §6).
public enum ProjectPermission: String, Sendable, CaseIterable {
  /// Look at the subscriptions.
  case read
  /// Replace, pause and resume them, see and rotate their secrets, and have deliveries made again.
  case write

  /// How a role that gives it ends.
  public var grants: [String] {
    switch self {
    case .read: ["read", "write", "owner"]
    case .write: ["write", "owner"]
    }
  }

  /// Whether roles like `project:{project}:global:write` give it. `write` includes `read`, and `owner` includes both.
  public func isGranted(by roles: Set<String>, on project: String) -> Bool {
    grants.contains { grant in
      let role = "project:\(project):global:\(grant)"
      return roles.contains { $0.isSame(as: role) }
    }
  }

  /// The projects on which roles give it.
  public func projects(grantedBy roles: Set<String>) -> Set<String> {
    Set(
      roles.compactMap { role in
        guard role.hasPrefix("project:"), let grant = grants.first(where: { role.hasSuffix(":global:\($0)") }) else { return nil }
        let project = role.dropFirst("project:".count).dropLast(":global:\(grant)".count)
        return project.isEmpty ? nil : String(project)
      })
  }
}
