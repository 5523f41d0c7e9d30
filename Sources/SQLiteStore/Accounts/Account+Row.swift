internal import Fanfare

extension Account {
  static let columns =
    "account.id, account.name, account.email_address, account.role, account.group_names, account.role_names, account.is_disabled, "
    + "account.created_at, account.last_login_at"
  static let columnCount: Int32 = 9

  /// Reads ``columns``.
  init(_ row: Statement, from first: Int32 = 0) throws {
    let roleName = row.text(first + 3)
    guard let role = Role(rawValue: roleName) else {
      throw SQLiteStoreError(.corrupt, "an account has the unknown role \"\(roleName)\"")
    }
    let profile = Profile(
      name: row.text(first + 1), emailAddress: row.optionalText(first + 2), role: role, groups: try Self.names(row.text(first + 4)),
      roles: try Self.names(row.text(first + 5)), isDisabled: row.bool(first + 6))
    self.init(
      id: try KSUID(stored: row.text(first)), profile: profile, createdAt: row.timestamp(first + 7),
      lastLoginAt: row.optionalTimestamp(first + 8))
  }

  private static func names(_ text: String) throws -> [String] {
    guard case .array(let names) = try JSONValue(parsing: Array(text.utf8)) else { return [] }
    return names.compactMap(\.stringValue)
  }
}

extension APIKey {
  static let columns =
    "api_key.id, api_key.account, api_key.name, api_key.digest, api_key.created_at, api_key.expires_at, api_key.last_used_at"

  /// Reads ``columns``.
  init(_ row: Statement, from first: Int32 = 0) throws {
    self.init(
      id: try KSUID(stored: row.text(first)), account: try KSUID(stored: row.text(first + 1)), name: row.text(first + 2),
      digest: row.blob(first + 3), createdAt: row.timestamp(first + 4), expiresAt: row.optionalTimestamp(first + 5),
      lastUsedAt: row.optionalTimestamp(first + 6))
  }
}

extension KSUID {
  fileprivate init(stored text: String) throws {
    guard let id = KSUID(text) else { throw SQLiteStoreError(.corrupt, "\"\(text)\" is not an id") }
    self = id
  }
}

extension Statement {
  fileprivate func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }
}
