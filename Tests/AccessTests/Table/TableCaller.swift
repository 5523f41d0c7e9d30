import Crypto
import EventAPI
import Fanfare
import SQLiteStore

/// A column of the table: somebody with a certain credential, or without one.
enum TableCaller: String, CaseIterable {
  /// No credential, where that is not enough, and where it is for what is for everybody.
  case deny, open
  /// A key that never was.
  case bad
  /// A JWT that has expired, and one that nobody signed. Both would be an admin's.
  case old, none
  /// Keys of accounts.
  case user, group, read, write, admin

  /// The account that the caller's key is of; nil for who has none.
  var profile: Account.Profile? {
    switch self {
    case .deny, .open, .bad, .old, .none: nil
    case .user: Account.Profile(name: "user")
    case .group: Account.Profile(name: "group", groups: ["a"])
    case .read: Account.Profile(name: "read", roles: ["project:p:global:read"])
    case .write: Account.Profile(name: "write", groups: ["a"], roles: ["project:p:global:write"])
    case .admin: Account.Profile(name: "admin", role: .admin)
    }
  }
}

/// What the callers of the table show at the door.
struct TableCredentials {
  static let secret = "a secret that is as long as one for HS256 has to be"

  /// Nil for who shows none.
  private(set) var tokens: [TableCaller: String] = [:]
  private(set) var accounts: [TableCaller: KSUID] = [:]

  /// Makes the accounts and their keys.
  init(in store: SQLiteStore) async throws {
    var random = SystemRandomNumberGenerator()
    for caller in TableCaller.allCases {
      guard let profile = caller.profile else { continue }
      let secret = APIKey.makeSecret(using: &random)
      let account = try await store.addAccount(profile)
      _ = try await store.addKey(APIKey.Draft(name: "k"), digest: APIKey.digest(of: secret), to: account.id)
      tokens[caller] = secret
      accounts[caller] = account.id
    }
    tokens[.bad] = APIKey.makeSecret(using: &random)
    tokens[.old] = Self.token(expiresIn: .seconds(-3600))
    tokens[.none] = Self.token(algorithm: "none")
  }

  /// A world of the table's callers and subscriptions.
  ///
  /// - Parameter nobody: `open` if anonymous callers are let in, `deny` if not.
  static func run(
    _ nobody: TableCaller = .deny, _ body: @escaping @Sendable (World, TableCredentials) async throws -> Void
  ) async throws {
    let admission = AdmissionRules(allowsAnonymous: nobody == .open, pause: { _ in })
    try await World.run(admission: admission, authenticator: authenticator) { world in
      let credentials = try await TableCredentials(in: world.store)
      try await Subjects.subscribe(world.store)
      try await body(world, credentials)
    }
  }

  /// Keys of the store, and JWTs with the shared secret.
  @Sendable static func authenticator(_ store: SQLiteStore) async throws -> any Authenticator {
    CredentialAuthenticator(
      keys: KeyAuthenticator(accounts: store, now: { World.now }),
      tokens: JWTAuthenticator(
        keys: try await SharedSecret(secret), rules: JWTRules(adminGroups: ["admins"]), now: { World.now }))
  }

  /// A JWT of an admin.
  static func token(algorithm: String = "HS256", expiresIn validity: Duration = .seconds(3600)) -> String {
    let header = #"{"typ":"JWT","alg":"\#(algorithm)"}"#
    let claims = #"{"sub":"root","groups":["admins"],"exp":\#((World.now + validity).seconds)}"#
    let signed = [header, claims].map { base64URL(Array($0.utf8)) }.joined(separator: ".")
    let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: Array(secret.utf8)))
    return "\(signed).\(algorithm == "none" ? "" : base64URL(Array(code)))"
  }

  private static func base64URL(_ bytes: [UInt8]) -> String {
    Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
  }
}
