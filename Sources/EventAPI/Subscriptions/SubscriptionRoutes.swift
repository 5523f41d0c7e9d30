import Fanfare
import Hummingbird

/// The sets of subscriptions: looked at, and replaced as a whole.
struct SubscriptionRoutes: Sendable {
  let ports: APIPorts

  var routes: [Route] {
    SubscriptionScope.Side.allCases.flatMap { side in
      let set = "/api/v1/events/subscriptions/\(side.rawValue)/{project}"
      return [
        Route(.get, set) { try await get($0, SubscriptionScope(side: side, project: $0["project"])) },
        Route(.put, set) { try await put($0, SubscriptionScope(side: side, project: $0["project"])) },
      ]
    }
  }

  private func get(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    try call.require(.read, project: scope.project)
    var query = call.query
    try query.finish()
    let set = try await ports.subscriptions.subscriptions(of: scope)
    let tag = EntityTag(version: set.version)
    if let known = call.request.headers[.ifNoneMatch], known.trimmed == "*" && set.version > 0 || tag.isListed(in: known, isWeak: true) {
      return Response(status: .notModified, headers: [.eTag: tag.description])
    }
    return answer(set, for: call)
  }

  private func put(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    try call.require(.write, project: scope.project)
    var query = call.query
    try query.finish()
    let body = try await call.document()
    let drafts = try Subscription.drafts(parsing: body, scope: scope, makeID: ports.makeID)
    let version = try await expectedVersion(call, scope)
    let set = try await ports.subscriptions.replace(scope, with: drafts, ifVersion: version, by: call.caller.name)
    ports.onSubscriptionsChanged()
    ports.commits.fire()
    return answer(set, for: call)
  }

  /// The version that `If-Match` names, or `If-None-Match` does not, and that the set must still have when it is replaced. Nil without
  /// these headers.
  private func expectedVersion(_ call: Call, _ scope: SubscriptionScope) async throws -> Int64? {
    let (wanted, unwanted) = (call.request.headers[.ifMatch], call.request.headers[.ifNoneMatch])
    if wanted == nil && unwanted == nil { return nil }
    let current = try await ports.subscriptions.subscriptions(of: scope).version
    let tag = EntityTag(version: current)
    if let unwanted, unwanted.trimmed == "*" ? current > 0 : tag.isListed(in: unwanted, isWeak: true) {
      throw APIError.preconditionFailed("the subscriptions are those that If-None-Match names", tag: tag.description)
    }
    guard let wanted else { return current }
    let matches = wanted.trimmed == "*" ? current > 0 : tag.isListed(in: wanted, isWeak: false)
    if !matches { throw APIError.preconditionFailed("the subscriptions are not the ones that If-Match names", tag: tag.description) }
    return current
  }

  /// URLs and headers hold secrets, too: who may not write the set sees where it goes, and no more.
  private func answer(_ set: SubscriptionSet, for call: Call) -> Response {
    let showsSecrets = call.caller.may(.write, project: call["project"])
    var json = JSONWriter(capacity: 256 * set.subscriptions.count)
    json.beginArray()
    for subscription in set.subscriptions { subscription.appendJSON(to: &json, hidingSecrets: !showsSecrets) }
    json.endArray()
    return .json(json.bytes, headers: [.eTag: EntityTag(version: set.version).description])
  }
}
