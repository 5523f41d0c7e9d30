import Fanfare
import Hummingbird
import Logging

/// The keys of an account: for admins, and for whoever holds one of them. A user sees to his own keys without troubling an admin; what
/// they may do is the account's business, which he cannot change.
struct KeyRoutes: Sendable {
  let ports: APIPorts

  private static let root = "/v0/accounts/id/{id}/api_keys"

  var routes: [Route] {
    [
      Route(.get, Self.root, handler: list), Route(.post, Self.root, handler: create),
      Route(.delete, "\(Self.root)/id/{key}", handler: revoke),
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    let account = try call.keyOwner
    var query = call.query
    let reader = PageReader(&query)
    try query.finish()
    let page = try await ports.accounts.keys(of: account, page: reader.page)
    return .json(reader.json(page, id: \.id) { $0.appendJSON(to: &$1) })
  }

  @Sendable private func create(_ call: Call) async throws -> Response {
    let account = try call.keyOwner
    var query = call.query
    try query.finish()
    let draft = try APIKey.Draft(parsing: await call.document(), now: ports.now())
    try call.requireEnd(of: draft)
    var random = SystemRandomNumberGenerator()
    let secret = APIKey.makeSecret(using: &random)
    let key = try await ports.accounts.addKey(draft, digest: APIKey.digest(of: secret), to: account)
    call.logger.notice("An API key was made", metadata: call.trace(account, key: key.id))
    var json = JSONWriter(capacity: 256)
    key.appendJSON(to: &json, secret: secret)
    // There is no route to a single key: the listing is where it can be found again.
    return .json(json.bytes, status: .created, headers: [.cacheControl: "no-store", .location: "/v0/accounts/id/\(account)/api_keys"])
  }

  @Sendable private func revoke(_ call: Call) async throws -> Response {
    let account = try call.keyOwner
    var query = call.query
    try query.finish()
    guard let id = KSUID(call["key"]) else { throw AccountError.unknownKey(call["key"]) }
    try await ports.accounts.removeKey(id, of: account)
    call.logger.notice("An API key was revoked", metadata: call.trace(account, key: id))
    return Response(status: .noContent)
  }
}

extension Call {
  /// The route's account. What cannot be an id is that of no account.
  var accountID: KSUID {
    get throws(AccountError) {
      guard let id = KSUID(self["id"]) else { throw .unknownAccount(self["id"]) }
      return id
    }
  }

  /// The route's account, for those who may see to its keys. Others are not told whether there is such an account.
  fileprivate var keyOwner: KSUID {
    get throws {
      if !caller.isAdmin, caller.account == nil || caller.account?.description != self["id"] {
        throw APIError.permissionDenied("this needs an admin's credential, or one of the account itself")
      }
      return try accountID
    }
  }

  /// A key that ends must not make one that goes on, or it would never have to end. Admins could make any key.
  fileprivate func requireEnd(of draft: APIKey.Draft) throws(ValidationErrors) {
    guard !caller.isAdmin, let end = caller.keyEnd, draft.expiresAt.map({ $0 > end }) ?? true else { return }
    let message = "expiration_time must be there and not be after \(end.rfc3339), when the key ends that asks for this one"
    throw ValidationErrors([ValidationError(pointer: "/expiration_time", code: "invalid_value", message: message)])
  }

  /// Who did what to whom, for the log.
  func trace(_ account: KSUID, key: KSUID? = nil) -> Logger.Metadata {
    var metadata: Logger.Metadata = ["account": "\(account)", "by": "\(caller.name)"]
    if let key { metadata["key"] = "\(key)" }
    return metadata
  }
}
