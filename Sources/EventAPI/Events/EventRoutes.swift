import Fanfare
import Hummingbird

/// The first seed's queries, and one event by its id.
struct EventRoutes: Sendable {
  let events: any EventQuery

  private static let query = "/api/v1/events/query"

  var routes: [Route] {
    ([Route(.get, Self.query, handler: everything), Route(.get, "/api/v1/events/event/{id}", handler: event)] + inventory + state)
      .map { $0.with(access: .anonymousToo) }
  }

  private var inventory: [Route] {
    let root = "\(Self.query)/inventory"
    return [
      Route(.get, root) { try await list(.inventory, for: $0) },
      Route(.get, "\(root)/{project}") { try await list(.inventoryProject($0["project"]), for: $0) },
      Route(.get, "\(root)/{project}/{application}") {
        try await list(.inventoryApplication(project: $0["project"], application: $0["application"]), for: $0)
      },
      Route(.get, "\(root)/{project}/{application}/{version}") {
        let version = InventoryPlace.comparable(version: $0["version"])
        return try await list(.inventoryVersion(project: $0["project"], application: $0["application"], version: version), for: $0)
      },
    ]
  }

  /// The seed says `project` where it means a project of the State; `state` is the same.
  private var state: [Route] {
    ["project", "state"].flatMap { side in
      let root = "\(Self.query)/\(side)"
      return [
        Route(.get, root) { try await list(.state, for: $0) },
        Route(.get, "\(root)/{project}") { try await list(.stateProject($0["project"]), for: $0) },
        Route(.get, "\(root)/{project}/{environment}") {
          try await list(.stateEnvironment(project: $0["project"], environment: $0["environment"]), for: $0)
        },
        Route(.get, "\(root)/{project}/{environment}/{deployment...}", handler: deployment),
      ]
    }
  }

  @Sendable private func everything(_ call: Call) async throws -> Response {
    var query = call.query
    var listing = EventListing(&query)
    let timeline = listing.narrow(by: PathFilter(&query))
    try query.finish()
    return try await page(of: timeline, listing, for: call)
  }

  private func list(_ timeline: Timeline, for call: Call) async throws -> Response {
    var query = call.query
    let listing = EventListing(&query)
    try query.finish()
    return try await page(of: timeline, listing, for: call)
  }

  /// The rest of the path is the deployment's name, except for the seed's own `…/deployment`: with `?deployment=NAME` it is about NAME,
  /// and without about all deployments of the environment, unless one is named just that.
  @Sendable private func deployment(_ call: Call) async throws -> Response {
    let project = call["project"]
    let environment = call["environment"]
    var query = call.query
    var listing = EventListing(&query)
    var name = call["deployment"]
    guard name == "deployment" else {
      try query.finish()
      return try await page(of: .stateDeployment(project: project, environment: environment, deployment: name), listing, for: call)
    }
    let given = query.name("deployment")
    try query.finish()
    if let given { name = given }
    let timeline = Timeline.stateDeployment(project: project, environment: environment, deployment: name)
    if given == nil {
      let first = try await events.events(in: timeline, for: call.caller.reader, filter: EventFilter(), page: EventPageRequest(size: 1))
      if first.events.isEmpty {
        listing.filter.hasDeployment = true
        return try await page(of: .stateEnvironment(project: project, environment: environment), listing, for: call)
      }
    }
    return try await page(of: timeline, listing, for: call)
  }

  private func page(of timeline: Timeline, _ listing: EventListing, for call: Call) async throws -> Response {
    let page: EventPage
    do {
      page = try await events.events(in: timeline, for: call.caller.reader, filter: listing.filter, page: listing.page)
    } catch let error as UnknownEvent {
      throw APIError.invalidQuery(
        [QueryReader.Problem(parameter: "page_from", value: error.id, message: "must be the id of an event")],
        allowed: listing.parameters)
    }
    return listing.response(page, for: call)
  }

  @Sendable private func event(_ call: Call) async throws -> Response {
    var query = call.query
    let format = query.choice("timestamp", default: TimestampFormat.number)
    try query.finish()
    guard let event = try await events.event(call["id"], for: call.caller.reader) else { throw APIError.unknownEvent(call["id"]) }
    return .json(event.wireJSON(timestamp: format))
  }
}
