import Fanfare
import Hummingbird

/// What a listing of events is asked for (contract §5), and how its page is written.
struct EventListing {
  enum Format: String, CaseIterable {
    case array
    /// An object with the events by their ids.
    case keyed
  }

  var filter = EventFilter()
  let page: EventPageRequest
  let format: Format
  let timestamp: TimestampFormat
  /// The names of the parameters that it was read from.
  let parameters: [String]

  init(_ query: inout QueryReader) {
    page = EventPageRequest(size: query.integer("page_size", in: 1...1000, default: 20), from: query.name("page_from"))
    filter = EventFilter(&query)
    filter.since = query.timestamp("since")
    filter.until = query.timestamp("until")
    format = query.choice("format", default: .array)
    timestamp = query.choice("timestamp", default: .number)
    parameters = query.asked
  }

  /// The narrowest timeline for a filter on paths and the user; what the timeline does not fix goes into ``filter``.
  mutating func narrow(by path: PathFilter) -> Timeline {
    filter.narrow(by: path)
  }

  /// Straight from what is stored into one buffer.
  func response(_ page: EventPage, for call: Call) -> Response {
    var json = JSONWriter(capacity: page.events.reduce(16) { $0 + $1.compact.count + 256 })
    switch format {
    case .array:
      json.beginArray()
      for event in page.events { event.appendWireJSON(to: &json, timestamp: timestamp) }
      json.endArray()
    case .keyed:
      json.beginObject()
      for event in page.events {
        json.key(event.id)
        event.appendWireJSON(to: &json, timestamp: timestamp)
      }
      json.endObject()
    }
    var headers = HTTPFields()
    if page.hasMore, let last = page.events.last {
      let path = PercentEncoding.encodeForbidden(in: call.target.path)
      headers[.link] = "<\(path)?\(call.query.replacing("page_from", with: last.id))>; rel=\"next\""
      headers[.nextPageFrom] = last.id
    }
    return .json(json.bytes, headers: headers)
  }
}

/// The fields of a path as query parameters. `inventory_namespace` is `inventory_project`.
struct PathFilter {
  private(set) var inventoryProject: String?
  private(set) var inventoryApplication: String?
  /// Comparable.
  private(set) var inventoryVersion: String?
  private(set) var stateProject: String?
  private(set) var stateEnvironment: String?
  private(set) var stateDeployment: String?

  init(_ query: inout QueryReader) {
    let project = query.name("inventory_project")
    let namespace = query.name("inventory_namespace")
    if let project, let namespace, project != namespace {
      query.reject("inventory_namespace", namespace, "is the same field as inventory_project and must not differ from it")
    }
    inventoryProject = project ?? namespace
    inventoryApplication = query.name("inventory_application")
    inventoryVersion = query.name("inventory_version").map { InventoryPlace.comparable(version: $0) }
    stateProject = query.name("state_project")
    stateEnvironment = query.name("state_environment")
    stateDeployment = query.name("state_deployment")
  }

  /// The narrowest timeline that holds all that is asked for, and takes away the fields that it fixes. Nil if no path is asked for.
  mutating func takeTimeline() -> Timeline? {
    if let project = stateProject.take() {
      guard let environment = stateEnvironment.take() else { return .stateProject(project) }
      guard let deployment = stateDeployment.take() else { return .stateEnvironment(project: project, environment: environment) }
      return .stateDeployment(project: project, environment: environment, deployment: deployment)
    }
    if let project = inventoryProject.take() {
      guard let application = inventoryApplication.take() else { return .inventoryProject(project) }
      guard let version = inventoryVersion.take() else { return .inventoryApplication(project: project, application: application) }
      return .inventoryVersion(project: project, application: application, version: version)
    }
    if stateEnvironment != nil || stateDeployment != nil { return .state }
    if inventoryApplication != nil || inventoryVersion != nil { return .inventory }
    return nil
  }
}
