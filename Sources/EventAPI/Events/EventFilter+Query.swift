import Fanfare

extension EventFilter {
  /// `type` and `username`, as every route that shows events has them.
  init(_ query: inout QueryReader) {
    self.init()
    types = query.names("type").map { Glob($0) }
    username = query.name("username")
  }

  /// The narrowest timeline for a filter on paths and the user; what the timeline does not fix stays in the filter.
  mutating func narrow(by path: PathFilter) -> Timeline {
    var path = path
    let timeline = path.takeTimeline() ?? username.map { .user($0) } ?? .everything
    if case .user = timeline { username = nil }
    take(path)
    return timeline
  }

  /// All that the path asks for, where no timeline fixes any of it.
  mutating func take(_ path: PathFilter) {
    inventoryProject = path.inventoryProject
    inventoryApplication = path.inventoryApplication
    inventoryVersion = path.inventoryVersion
    stateProject = path.stateProject
    stateEnvironment = path.stateEnvironment
    stateDeployment = path.stateDeployment
  }
}
