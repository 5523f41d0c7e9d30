/// Accounts and their keys.
enum Migration0002 {
  static let sql = """
    -- Ids are the text of KSUIDs, whose order is that of time. Names of groups and roles are JSON arrays: nobody looks for them.
    CREATE TABLE account(
      id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, email_address TEXT, role TEXT NOT NULL, group_names TEXT NOT NULL,
      role_names TEXT NOT NULL, is_disabled INTEGER NOT NULL, created_at INTEGER NOT NULL, last_login_at INTEGER) WITHOUT ROWID;

    -- `digest` is the SHA-256 of the key, by which it is found; the key itself is nowhere.
    CREATE TABLE api_key(
      id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, created_at INTEGER NOT NULL,
      expires_at INTEGER, last_used_at INTEGER) WITHOUT ROWID;
    CREATE INDEX api_key_by_account ON api_key(account, id);
    """
}
