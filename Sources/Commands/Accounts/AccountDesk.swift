import Fanfare

/// Where what the commands want of accounts goes: to the running service, or to the store itself while no service runs.
///
/// Documents are those of the API (contract §5), ids its texts.
protocol AccountDesk: Sendable {
  /// The account of who asks; nil where he has none.
  func ownAccount() async throws -> JSONValue?
  /// - Parameter name: only the account of this name; nil for all.
  func accounts(named name: String?) async throws -> [JSONValue]
  func account(id: String) async throws -> JSONValue
  func addAccount(_ account: JSONValue) async throws -> JSONValue
  func replaceAccount(_ id: String, with account: JSONValue) async throws -> JSONValue
  func removeAccount(_ id: String) async throws

  func keys(of account: String) async throws -> [JSONValue]
  /// - Returns: the key with its secret in `key`.
  func addKey(_ key: JSONValue, to account: String) async throws -> JSONValue
  func removeKey(_ id: String, of account: String) async throws
}

extension AccountDesk {
  /// The account that a person means. His own he may see, whatever he may not.
  func account(_ nameOrID: String) async throws -> JSONValue {
    // An id is one account's for ever; a name that looks like it must not take its place.
    let isID = KSUID(nameOrID) != nil
    if let own = try await ownAccount(), own["id"] == .string(nameOrID) || !isID && own["name"] == .string(nameOrID) { return own }
    if isID, let account = try? await account(id: nameOrID) { return account }
    if let account = try await accounts(named: nameOrID).first { return account }
    if isID { return try await account(id: nameOrID) }
    throw SentenceError("there is no account named \"\(nameOrID.printableLine)\"; 'fanfare accounts list' shows them")
  }

  /// The id of the key that a person means by its id or its name.
  func keyID(_ nameOrID: String, of account: String) async throws -> String {
    let keys = try await keys(of: account)
    if keys.contains(where: { $0["id"]?.stringValue == nameOrID }) { return nameOrID }
    let named = keys.filter { $0["name"]?.stringValue == nameOrID }.compactMap { $0["id"]?.stringValue }
    if named.count == 1 { return named[0] }
    throw SentenceError(
      named.isEmpty
        ? "the account has no key \"\(nameOrID.printableLine)\"; 'fanfare keys list' shows those it has"
        : "the account has \(named.count) keys named \"\(nameOrID.printableLine)\"; give the id of one: \(named.joined(separator: ", "))")
  }
}

extension JSONValue {
  /// What every account and key has, as the desk answers it.
  var id: String {
    get throws {
      guard let id = self["id"]?.stringValue else { throw SentenceError("the service's answer has no id; is this the URL of a Fanfare?") }
      return id
    }
  }

  /// An object with one member put in, or left out for nil.
  func setting(_ key: String, to value: JSONValue?) -> JSONValue {
    guard case .object(var members) = self else { return self }
    members.removeAll { $0.key == key }
    if let value { members.append(Member(key, value)) }
    return .object(members)
  }
}
