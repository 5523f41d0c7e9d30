import Fanfare
import Hummingbird

/// One subscription of a set: its secret, and whether it is paused. Only for those who may write the project's subscriptions.
struct SubscriptionEntryRoutes: Sendable {
  let ports: APIPorts

  /// How long a secret stays valid once there is a newer one (contract §7).
  static let overlap: Duration = .seconds(86_400)

  var routes: [Route] {
    SubscriptionScope.Side.allCases.flatMap { side in
      let entry = "/api/v1/events/subscriptions/\(side.rawValue)/{project}/{id}"
      return [
        Route(.get, "\(entry)/secret") { try await secret($0, scope(side, $0)) },
        Route(.post, "\(entry)/secret/rotate") { try await rotate($0, scope(side, $0)) },
        Route(.post, "\(entry)/pause") { try await setPaused(true, $0, scope(side, $0)) },
        Route(.post, "\(entry)/resume") { try await setPaused(false, $0, scope(side, $0)) },
      ]
    }
  }

  /// - Throws: 403 for who may not write the project's subscriptions, whether there are any or not.
  private func scope(_ side: SubscriptionScope.Side, _ call: Call) throws -> SubscriptionScope {
    try call.require(.write, project: call["project"])
    var query = call.query
    try query.finish()
    return SubscriptionScope(side: side, project: call["project"])
  }

  private func secret(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    let set = try await ports.subscriptions.subscriptions(of: scope)
    return try answer(secretsOf: set.subscriptions.first { $0.id == call["id"] }, call)
  }

  private func rotate(_ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    let now = ports.now()
    let subscription = try await ports.subscriptions.rotateSecret(
      ofSubscription: call["id"], of: scope, keepingOldUntil: now + Self.overlap, at: now)
    let answer = try answer(secretsOf: subscription, call)
    ports.onSubscriptionsChanged()
    return answer
  }

  private func setPaused(_ isPaused: Bool, _ call: Call, _ scope: SubscriptionScope) async throws -> Response {
    guard let subscription = try await ports.subscriptions.setPaused(isPaused, subscription: call["id"], of: scope, by: call.caller.name)
    else {
      throw APIError.unknownSubscription(call["id"])
    }
    ports.onSubscriptionsChanged()
    ports.commits.fire()
    var json = JSONWriter(capacity: 256)
    subscription.appendJSON(to: &json)
    return .json(json.bytes)
  }

  private func answer(secretsOf subscription: Subscription?, _ call: Call) throws -> Response {
    guard let subscription else { throw APIError.unknownSubscription(call["id"]) }
    var json = JSONWriter()
    json.beginObject()
    json.key("secret")
    if let secret = subscription.secrets.first { json.string(secret) } else { json.null() }
    json.key("previous")
    json.beginArray()
    for secret in subscription.secrets.dropFirst() { append(secret, endsAt: nil, to: &json) }
    let now = ports.now()
    for retired in subscription.retiredSecrets where retired.endsAt > now { append(retired.secret, endsAt: retired.endsAt, to: &json) }
    json.endArray()
    json.endObject()
    return .json(json.bytes, headers: [.cacheControl: "no-store"])
  }

  private func append(_ secret: String, endsAt: Timestamp?, to json: inout JSONWriter) {
    json.beginObject()
    json.member("secret", secret)
    json.member("expiration_time", endsAt?.rfc3339)
    json.endObject()
  }
}
