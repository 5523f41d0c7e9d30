import Fanfare

/// Works on the store itself, which nobody else may have open meanwhile.
struct OfflineAccountDesk<Store: AccountStore>: AccountDesk {
  let store: Store

  func ownAccount() async throws -> JSONValue? { nil }

  func accounts(named name: String?) async throws -> [JSONValue] {
    try await all {
      try await store.accounts(named: name, page: $0)
    } id: {
      $0.id
    }.map { try Self.document($0.json) }
  }

  func account(id: String) async throws -> JSONValue {
    guard let account = try await store.account(Self.account(id)) else { throw AccountError.unknownAccount(id) }
    return try Self.document(account.json)
  }

  func addAccount(_ account: JSONValue) async throws -> JSONValue {
    try await Self.document(store.addAccount(Self.reading { try Account.Profile(parsing: account.bytes) }).json)
  }

  func replaceAccount(_ id: String, with account: JSONValue) async throws -> JSONValue {
    let profile = try Self.reading { try Account.Profile(parsing: account.bytes) }
    return try await Self.document(store.replaceAccount(Self.account(id), with: profile).json)
  }

  func removeAccount(_ id: String) async throws { try await store.removeAccount(Self.account(id)) }

  func keys(of account: String) async throws -> [JSONValue] {
    let account = try Self.account(account)
    return try await all {
      try await store.keys(of: account, page: $0)
    } id: {
      $0.id
    }.map { try Self.document($0) }
  }

  func addKey(_ key: JSONValue, to account: String) async throws -> JSONValue {
    let draft = try Self.reading { try APIKey.Draft(parsing: key.bytes, now: SystemClock.now()) }
    var random = SystemRandomNumberGenerator()
    let secret = APIKey.makeSecret(using: &random)
    let key = try await store.addKey(draft, digest: APIKey.digest(of: secret), to: Self.account(account))
    return try Self.document(key, secret: secret)
  }

  func removeKey(_ id: String, of account: String) async throws {
    guard let key = KSUID(id) else { throw AccountError.unknownKey(id) }
    try await store.removeKey(key, of: Self.account(account))
  }

  // MARK: Between documents and the domain

  private static func account(_ id: String) throws(AccountError) -> KSUID {
    guard let account = KSUID(id) else { throw .unknownAccount(id) }
    return account
  }

  private static func document(_ bytes: [UInt8]) throws -> JSONValue { try JSONValue(parsing: bytes) }

  private static func document(_ key: APIKey, secret: String? = nil) throws -> JSONValue {
    var json = JSONWriter(capacity: 256)
    key.appendJSON(to: &json, secret: secret)
    return try document(json.bytes)
  }

  /// Reads a document, and says what is wrong with it as the service would.
  private static func reading<Value>(_ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let errors as ValidationErrors {
      let lines = errors.errors.map { ServiceClient.line(pointer: $0.pointer, message: $0.message).printableLine }
      throw SentenceError(lines.joined(separator: "\n").trimmingSpaces())
    }
  }

  /// The elements of all pages, the oldest first.
  private func all<Element>(_ fetch: (CursorPage) async throws -> Page<Element>, id: (Element) -> KSUID) async throws -> [Element] {
    var elements: [Element] = []
    var page = CursorPage(size: 100, order: .ascending)
    while true {
      let found = try await fetch(page)
      elements += found.elements
      guard found.hasNext, let last = found.elements.last else { return elements }
      page.boundary = .after(id(last))
    }
  }
}
