import Fanfare
import Hummingbird
import Logging

/// Deliveries made once more: jobs of a project, for who may write its subscriptions; shown to who may read them.
struct ReplayRoutes: Sendable {
  private static let root = "/api/v1/events/replays"

  private let ports: APIPorts
  /// A count reads much; so many may be made at the same time.
  private let previews = Slots(limit: 2)

  init(ports: APIPorts) { self.ports = ports }

  var routes: [Route] {
    [Route(.get, Self.root, handler: list), Route(.post, Self.root, handler: create), Route(.get, "\(Self.root)/{id}", handler: get)]
      + Replay.Change.allCases.map { change in
        Route(.post, "\(Self.root)/{id}/\(change.rawValue)") { try await self.change($0, change) }
      }
  }

  @Sendable private func list(_ call: Call) async throws -> Response {
    var query = call.query
    let reader = PageReader(&query)
    let project = query.name("project")
    try query.finish()
    var projects = call.caller.projects(for: .read)
    if let project { projects = projects.map { $0.intersection([project]) } ?? [project] }
    let page = try await ports.replays.replays(ofProjects: projects, page: reader.page)
    return .json(reader.json(page, id: \.id) { $0.appendJSON(to: &$1) })
  }

  @Sendable private func create(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    let request = try ReplayOrder.request(parsing: await call.document())
    try call.require(.write, project: request.order.project)
    if request.isPreview {
      guard let slot = previews.take() else { throw APIError.tooMany("previews", limit: previews.limit) }
      defer { withExtendedLifetime(slot) {} }
      return .json(["matched": .integer(try await ports.replays.count(request.order))])
    }
    let replay = try await ports.replays.makeReplay(request.order)
    call.logger.notice("A replay was made", metadata: call.trace(replay))
    ports.onReplay()
    return .json(replay.json, status: .created, headers: [.location: "\(Self.root)/\(replay.id)"])
  }

  @Sendable private func get(_ call: Call) async throws -> Response {
    var query = call.query
    try query.finish()
    return .json(try await replay(call).json)
  }

  private func change(_ call: Call, _ change: Replay.Change) async throws -> Response {
    var query = call.query
    try query.finish()
    let there = try await replay(call)
    try call.require(.write, project: there.order.project)
    guard let replay = try await ports.replays.change(there.id, change) else { throw APIError.unknownReplay(call["id"]) }
    call.logger.notice("A replay was changed", metadata: call.trace(replay))
    // What waits in memory for its turn may have to wait in the table now.
    ports.onSubscriptionsChanged()
    ports.onReplay()
    return .json(replay.json)
  }

  /// The route's replay. Of another project's nobody is told.
  private func replay(_ call: Call) async throws -> Replay {
    guard let id = KSUID(call["id"]), let replay = try await ports.replays.replay(id), call.caller.may(.read, project: replay.order.project)
    else { throw APIError.unknownReplay(call["id"]) }
    return replay
  }
}

extension Call {
  /// Who did what to which, for the log.
  fileprivate func trace(_ replay: Replay) -> Logger.Metadata {
    ["replay": "\(replay.id)", "project": "\(replay.order.project)", "state": "\(replay.state.rawValue)", "by": "\(caller.name)"]
  }
}
