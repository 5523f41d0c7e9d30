import Fanfare

/// Asks the running service.
struct ServiceAccountDesk: AccountDesk {
  let service: ServiceClient

  func ownAccount() async throws -> JSONValue? {
    let own = try await service.get(["v0", "account"]).json()
    return own["id"] == nil ? nil : own
  }

  func accounts(named name: String?) async throws -> [JSONValue] {
    try await all(["v0", "accounts"], query: name.map { [("name", $0)] } ?? [])
  }

  func account(id: String) async throws -> JSONValue { try await service.get(Self.path(id)).json() }

  func addAccount(_ account: JSONValue) async throws -> JSONValue { try await service.post(["v0", "accounts"], account).json() }

  func replaceAccount(_ id: String, with account: JSONValue) async throws -> JSONValue {
    try await service.put(Self.path(id), account.bytes).json()
  }

  func removeAccount(_ id: String) async throws { try await service.delete(Self.path(id)) }

  func keys(of account: String) async throws -> [JSONValue] { try await all(Self.path(account) + ["api_keys"], query: []) }

  func addKey(_ key: JSONValue, to account: String) async throws -> JSONValue {
    try await service.post(Self.path(account) + ["api_keys"], key).json()
  }

  func removeKey(_ id: String, of account: String) async throws {
    try await service.delete(Self.path(account) + ["api_keys", "id", id])
  }

  private static func path(_ id: String) -> [String] { ["v0", "accounts", "id", id] }

  /// The elements of all pages, the oldest first.
  private func all(_ path: [String], query: [(String, String)]) async throws -> [JSONValue] {
    var elements: [JSONValue] = []
    _ = try await ListingOptions.everything.pages(of: path, query: query + [("order", "asc")], from: service) { elements += $0 }
    return elements
  }
}
