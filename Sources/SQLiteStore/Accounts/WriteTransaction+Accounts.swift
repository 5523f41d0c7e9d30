internal import Fanfare
internal import GRDB

extension WriteTransaction {
  func addAccount(_ profile: Account.Profile) throws -> Account {
    try requireFree(profile.name, for: nil)
    let account = Account(id: makeID(), profile: profile, createdAt: now)
    let insert = try statement(
      """
      INSERT INTO account(id, name, email_address, role, group_names, role_names, is_disabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    insert.bind(1, account.id.description)
    bind(profile, to: insert, from: 2)
    insert.bind(8, account.createdAt)
    try insert.run()
    return account
  }

  func replaceAccount(_ id: KSUID, with profile: Account.Profile) throws -> Account {
    let old = try requireAccount(id)
    try requireFree(profile.name, for: id)
    if !profile.isEnabledAdmin { try requireAnotherAdmin(than: old) }
    let update = try statement(
      "UPDATE account SET name = ?, email_address = ?, role = ?, group_names = ?, role_names = ?, is_disabled = ? WHERE id = ?")
    bind(profile, to: update, from: 1)
    update.bind(7, id.description)
    try update.run()
    memory.counts.accountVersion += 1
    return Account(id: id, profile: profile, createdAt: old.createdAt, lastLoginAt: old.lastLoginAt)
  }

  func removeAccount(_ id: KSUID) throws {
    try requireAnotherAdmin(than: try requireAccount(id))
    for sql in ["DELETE FROM api_key WHERE account = ?", "DELETE FROM account WHERE id = ?"] {
      let delete = try statement(sql)
      delete.bind(1, id.description)
      try delete.run()
    }
    memory.counts.accountVersion += 1
  }

  // MARK: Keys

  func addKey(_ draft: APIKey.Draft, digest: [UInt8], to account: KSUID) throws -> APIKey {
    _ = try requireAccount(account)
    if try count("SELECT count(*) FROM api_key WHERE account = ?", account.description) >= APIKey.maximumPerAccount {
      throw AccountError.tooManyKeys
    }
    let key = APIKey(
      id: makeID(), account: account, name: draft.name, digest: digest, createdAt: now, expiresAt: draft.expiresAt)
    let insert = try statement("INSERT INTO api_key(id, account, name, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)")
    insert.bind(1, key.id.description)
    insert.bind(2, account.description)
    insert.bind(3, key.name)
    insert.bind(4, digest)
    insert.bind(5, key.createdAt)
    insert.bind(6, key.expiresAt?.nanoseconds)
    try insert.run()
    return key
  }

  func removeKey(_ id: KSUID, of account: KSUID) throws {
    _ = try requireAccount(account)
    let delete = try statement("DELETE FROM api_key WHERE id = ? AND account = ?")
    delete.bind(1, id.description)
    delete.bind(2, account.description)
    try delete.run()
    if db.rowsChanged == 0 { throw AccountError.unknownKey(id.description) }
    memory.counts.accountVersion += 1
  }

  /// Moves the times of a key and its account on; never back.
  func noteUse(of key: KSUID, at instant: Timestamp) throws {
    for sql in [
      "UPDATE api_key SET last_used_at = ?2 WHERE id = ?1 AND ifnull(last_used_at, ?2 - 1) < ?2",
      """
      UPDATE account SET last_login_at = ?2
      WHERE id = (SELECT account FROM api_key WHERE id = ?1) AND ifnull(last_login_at, ?2 - 1) < ?2
      """,
    ] {
      let update = try statement(sql)
      update.bind(1, key.description)
      update.bind(2, instant)
      try update.run()
    }
  }

  // MARK: What has to hold

  private func requireAccount(_ id: KSUID) throws -> Account {
    guard let account = try Account.fetch(id, in: db) else { throw AccountError.unknownAccount(id.description) }
    return account
  }

  private func requireFree(_ name: String, for id: KSUID?) throws {
    let select = try statement("SELECT id FROM account WHERE name = ?")
    defer { select.reset() }
    select.bind(1, name)
    if try select.step(), select.text(0) != id?.description { throw AccountError.nameTaken(name) }
  }

  private func requireAnotherAdmin(than account: Account) throws {
    if !account.profile.isEnabledAdmin { return }
    let sql = "SELECT count(*) FROM account WHERE role = 'admin' AND is_disabled = 0 AND id <> ?"
    if try count(sql, account.id.description) == 0 { throw AccountError.lastAdmin }
  }

  private func count(_ sql: String, _ argument: String) throws -> Int {
    let select = try statement(sql)
    defer { select.reset() }
    select.bind(1, argument)
    return try select.step() ? select.int(0) : 0
  }

  private func makeID() -> KSUID {
    var random = SystemRandomNumberGenerator()
    return memory.ids.next(at: now, using: &random)
  }

  private func bind(_ profile: Account.Profile, to statement: Statement, from first: Int32) {
    statement.bind(first, profile.name)
    statement.bind(first + 1, profile.emailAddress)
    statement.bind(first + 2, profile.role.rawValue)
    statement.bind(first + 3, JSONValue.strings(profile.groups).text)
    statement.bind(first + 4, JSONValue.strings(profile.roles).text)
    statement.bind(first + 5, profile.isDisabled)
  }
}
