import Fanfare
import Hummingbird
import Logging

/// Who may see and do what: the accounts, for admins, and everybody's own.
struct AccountRoutes: Sendable {
  let ports: APIPorts

  private static let root = "/v0/accounts"

  var routes: [Route] {
    [
      Route(.get, "/v0/account", handler: own), Route(.get, Self.root, handler: list), Route(.post, Self.root, handler: create),
      Route(.get, "\(Self.root)/id/{id}", handler: get), Route(.put, "\(Self.root)/id/{id}", handler: replace),
      Route(.delete, "\(Self.root)/id/{id}", handler: remove),
    ]
  }

  @Sendable private func own(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    guard let id = call.caller.account else { return .json(try Self.withoutAccount(call.caller)) }
    guard let account = try await ports.accounts.account(id) else { throw AccountError.unknownAccount(id.description) }
    return .json(account.json)
  }

  /// What is known of who comes without an account, by a JWT: no id, and no times.
  private static func withoutAccount(_ caller: Caller) throws(APIError) -> [UInt8] {
    if case .member(_, username: nil) = caller.reader { throw .authenticationRequired }
    let profile = Account.Profile(
      name: caller.name, role: caller.isAdmin ? .admin : .user, groups: caller.groups.sorted(), roles: caller.roles.sorted())
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    profile.appendMembers(to: &json)
    json.endObject()
    return json.bytes
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    let reader = PageReader(&query)
    let name = query.name("name")
    try query.finish()
    let page = try await ports.accounts.accounts(named: name, page: reader.page)
    return .json(reader.json(page, id: \.id) { $0.appendJSON(to: &$1) })
  }

  @Sendable private func create(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let account = try await ports.accounts.addAccount(Account.Profile(parsing: call.document()))
    call.logger.notice("An account was made", metadata: call.trace(account.id))
    return .json(account.json, status: .created, headers: [.location: "\(Self.root)/id/\(account.id)"])
  }

  @Sendable private func get(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let id = try call.accountID
    guard let account = try await ports.accounts.account(id) else { throw AccountError.unknownAccount(id.description) }
    return .json(account.json)
  }

  @Sendable private func replace(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let id = try call.accountID
    let account = try await ports.accounts.replaceAccount(id, with: Account.Profile(parsing: call.document()))
    call.logger.notice("An account was changed", metadata: call.trace(id))
    return .json(account.json)
  }

  @Sendable private func remove(_ call: Call) async throws -> Response {
    try call.requireAdmin()
    var query = call.query
    try query.finish()
    let id = try call.accountID
    try await ports.accounts.removeAccount(id)
    call.logger.notice("An account was removed", metadata: call.trace(id))
    return Response(status: .noContent)
  }
}
