/// Keeps the accounts and their keys. What a method that changes something returned for is on disk.
public protocol AccountStore: Sendable {
  /// Grows, before the change is answered, with every change that makes an answer of ``holder(ofKeyWith:)`` untrue: what was
  /// remembered at another version must be forgotten.
  var accountVersion: Int { get }

  /// - Parameter name: only the account of exactly this name.
  func accounts(named name: String?, page: CursorPage) async throws -> Page<Account>
  func account(_ id: KSUID) async throws -> Account?

  /// - Throws: ``AccountError/nameTaken(_:)``.
  func addAccount(_ profile: Account.Profile) async throws -> Account

  /// - Throws: ``AccountError`` if there is no such account, its new name is another's, or nobody would be left to administer.
  func replaceAccount(_ id: KSUID, with profile: Account.Profile) async throws -> Account

  /// Removes an account with its keys.
  ///
  /// - Throws: ``AccountError`` if there is no such account, or nobody would be left to administer.
  func removeAccount(_ id: KSUID) async throws

  /// - Throws: ``AccountError/unknownAccount(_:)``.
  func keys(of account: KSUID, page: CursorPage) async throws -> Page<APIKey>

  /// - Parameter digest: ``APIKey/digest(of:)`` of its secret.
  /// - Throws: ``AccountError`` if there is no such account, or it has as many keys as it may.
  func addKey(_ draft: APIKey.Draft, digest: [UInt8], to account: KSUID) async throws -> APIKey

  /// Revokes a key.
  ///
  /// - Throws: ``AccountError`` if there is no such account, or it has no such key.
  func removeKey(_ id: KSUID, of account: KSUID) async throws

  /// Whose key it is; nil for a digest of none. Expired keys and those of disabled accounts are found, too.
  func holder(ofKeyWith digest: [UInt8]) async throws -> KeyHolder?

  /// Writes down that a key was used. Returns at once; of what cannot be written soon, nothing is heard.
  func noteUse(of key: KSUID, at instant: Timestamp)

  /// Makes the first account and its key, if there is no account yet. Once there was one there always is.
  ///
  /// - Returns: whether it did.
  func addFirstAccount(_ profile: Account.Profile, key: APIKey.Draft, digest: [UInt8]) async throws -> Bool
}

/// Why accounts and keys stay as they are.
public enum AccountError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The id as it was given.
  case unknownAccount(String)
  case unknownKey(String)
  case nameTaken(String)
  /// It is the last enabled account with the role `admin`.
  case lastAdmin
  case tooManyKeys

  public var description: String {
    switch self {
    case .unknownAccount: "there is no such account"
    case .unknownKey: "the account has no such key"
    case .nameTaken(let name): "the name \(DocumentObject.quoted(name)) is already that of another account"
    case .lastAdmin: "this is the last enabled admin account: it cannot be removed, disabled or made a user's before there is another"
    case .tooManyKeys: "the account has \(APIKey.maximumPerAccount) keys, as many as it may: revoke one first"
    }
  }
}
