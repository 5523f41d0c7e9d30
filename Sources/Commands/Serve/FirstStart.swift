import Failpoints
import Fanfare

/// Sees to it that a store has somebody who can administer it.
///
/// An empty store gets the account `admin`, whose key stands in `admin.token`. The file comes first and the store adopts it: whoever dies
/// between the two leaves a file whose token the next start makes the key. A store that has accounts is left as it is: a key that was
/// revoked stays revoked, whatever the file says.
enum FirstStart {
  enum Outcome: Equatable {
    /// With the key of a file that was there before, or a new one.
    case accountMade(isTokenNew: Bool)
    case nothingToDo
    /// There are accounts, and no file with a key for one. Deliberate, as likely as not: the file is a convenience.
    case noToken
  }

  /// - Throws: a sentence if the file cannot be read or written; what the store throws.
  static func prepare(_ store: some AccountStore, tokenPath: String) async throws -> Outcome {
    let isEmpty = try await store.accounts(named: nil, page: CursorPage(size: 1)).elements.isEmpty
    if !isEmpty { return AdminToken.isThere(atPath: tokenPath) ? .nothingToDo : .noToken }
    let isTokenNew = !AdminToken.isThere(atPath: tokenPath)
    let token = try AdminToken.readOrCreate(atPath: tokenPath)
    Failpoint.adminTokenReady.reach()
    let isMade = try await store.addFirstAccount(
      Account.Profile(name: "admin", role: .admin), key: APIKey.Draft(name: "admin.token"), digest: APIKey.digest(of: token))
    return isMade ? .accountMade(isTokenNew: isTokenNew) : .nothingToDo
  }
}
