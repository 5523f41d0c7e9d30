public import Fanfare
internal import GRDB
internal import Synchronization

extension SQLiteStore: AccountStore {
  public var accountVersion: Int { writer.counts.withLock { $0.accountVersion } }

  public func accounts(named name: String?, page: CursorPage) async throws -> Page<Account> {
    try await read { db in
      try IdentifiedRows(
        table: "account", columns: Account.columns, condition: name == nil ? "?1 IS NULL" : "name = ?1", argument: name, db: db,
        read: { try Account($0) }
      ).page(page)
    }
  }

  public func account(_ id: KSUID) async throws -> Account? {
    try await read { try Account.fetch(id, in: $0) }
  }

  public func addAccount(_ profile: Account.Profile) async throws -> Account {
    try await writer.perform { try $0.addAccount(profile) }
  }

  public func replaceAccount(_ id: KSUID, with profile: Account.Profile) async throws -> Account {
    try await writer.perform { try $0.replaceAccount(id, with: profile) }
  }

  public func removeAccount(_ id: KSUID) async throws {
    try await writer.perform { try $0.removeAccount(id) }
  }

  public func keys(of account: KSUID, page: CursorPage) async throws -> Page<APIKey> {
    try await read { db in
      if try Account.fetch(account, in: db) == nil { throw AccountError.unknownAccount(account.description) }
      return try IdentifiedRows(
        table: "api_key", columns: APIKey.columns, condition: "account = ?1", argument: account.description, db: db,
        read: { try APIKey($0) }
      ).page(page)
    }
  }

  public func addKey(_ draft: APIKey.Draft, digest: [UInt8], to account: KSUID) async throws -> APIKey {
    try await writer.perform { try $0.addKey(draft, digest: digest, to: account) }
  }

  public func removeKey(_ id: KSUID, of account: KSUID) async throws {
    try await writer.perform { try $0.removeKey(id, of: account) }
  }

  public func holder(ofKeyWith digest: [UInt8]) async throws -> KeyHolder? {
    try await read { db in
      let select = try Statement(
        "SELECT \(Account.columns), \(APIKey.columns) FROM api_key JOIN account ON account.id = api_key.account WHERE api_key.digest = ?",
        in: db)
      defer { select.reset() }
      select.bind(1, digest)
      guard try select.step() else { return nil }
      return KeyHolder(key: try APIKey(select, from: Account.columnCount), account: try Account(select))
    }
  }

  public func noteUse(of key: KSUID, at instant: Timestamp) {
    writer.submit { try $0.noteUse(of: key, at: instant) }
  }

  public func addFirstAccount(_ profile: Account.Profile, key: APIKey.Draft, digest: [UInt8]) async throws -> Bool {
    try await writer.perform { transaction in
      if try Int64.fetchOne(transaction.db, sql: "SELECT count(*) FROM account") != 0 { return false }
      let account = try transaction.addAccount(profile)
      _ = try transaction.addKey(key, digest: digest, to: account.id)
      return true
    }
  }
}

extension Account {
  static func fetch(_ id: KSUID, in db: Database) throws -> Account? {
    let select = try Statement("SELECT \(columns) FROM account WHERE id = ?", in: db)
    defer { select.reset() }
    select.bind(1, id.description)
    return try select.step() ? try Account(select) : nil
  }
}
