internal import Fanfare

/// What a listing is about: the timeline that was asked for and the filter's path and user, brought together into as few and as narrow
/// timelines as can be.
struct PathFilter {
  /// Three levels of one side; a deeper one may be given without its parents.
  private struct Place {
    var levels: [String?] = [nil, nil, nil]
    var isAsked = false

    /// False if something else is asked for already.
    mutating func narrow(_ level: Int, to name: String?) -> Bool {
      guard let name else { return true }
      isAsked = true
      if let there = levels[level] { return there.isSame(as: name) }
      levels[level] = name
      return true
    }

    /// How many levels from the top are given.
    var depth: Int { levels.firstIndex { $0 == nil } ?? 3 }
    /// Whether a level is given below one that is not: no timeline knows that.
    var hasGap: Bool { levels.dropFirst(depth).contains { $0 != nil } }
  }

  private var inventory = Place()
  private var state = Place()
  private(set) var username: String?

  /// Nil if nothing can fit: two different names for the same thing.
  init?(_ timeline: Timeline, _ filter: EventFilter) {
    username = filter.username
    let version = filter.inventoryVersion.map { InventoryPlace.comparable(version: $0) }
    guard narrow(to: timeline), inventory.narrow(0, to: filter.inventoryProject), inventory.narrow(1, to: filter.inventoryApplication),
      inventory.narrow(2, to: version), state.narrow(0, to: filter.stateProject), state.narrow(1, to: filter.stateEnvironment),
      state.narrow(2, to: filter.stateDeployment)
    else { return nil }
  }

  private mutating func narrow(to timeline: Timeline) -> Bool {
    switch timeline {
    case .everything: break
    case .inventory: inventory.isAsked = true
    case .inventoryProject(let project): return inventory.narrow(0, to: project)
    case .inventoryApplication(let project, let application):
      return inventory.narrow(0, to: project) && inventory.narrow(1, to: application)
    case .inventoryVersion(let project, let application, let version):
      return inventory.narrow(0, to: project) && inventory.narrow(1, to: application) && inventory.narrow(2, to: version)
    case .state: state.isAsked = true
    case .stateProject(let project): return state.narrow(0, to: project)
    case .stateEnvironment(let project, let environment): return state.narrow(0, to: project) && state.narrow(1, to: environment)
    case .stateDeployment(let project, let environment, let deployment):
      return state.narrow(0, to: project) && state.narrow(1, to: environment) && state.narrow(2, to: deployment)
    case .user(let name):
      if let username, !username.isSame(as: name) { return false }
      username = name
    }
    return true
  }

  /// An event fits if it is in all of these. The user's own is not among them; empty for everything.
  var timelines: [Timeline] {
    var timelines: [Timeline] = []
    if inventory.isAsked {
      let levels = inventory.levels.map { $0 ?? "" }
      switch inventory.depth {
      case 0: timelines.append(.inventory)
      case 1: timelines.append(.inventoryProject(levels[0]))
      case 2: timelines.append(.inventoryApplication(project: levels[0], application: levels[1]))
      default: timelines.append(.inventoryVersion(project: levels[0], application: levels[1], version: levels[2]))
      }
    }
    if state.isAsked {
      let levels = state.levels.map { $0 ?? "" }
      switch state.depth {
      case 0: timelines.append(.state)
      case 1: timelines.append(.stateProject(levels[0]))
      case 2: timelines.append(.stateEnvironment(project: levels[0], environment: levels[1]))
      default: timelines.append(.stateDeployment(project: levels[0], environment: levels[1], deployment: levels[2]))
      }
    }
    return timelines
  }

  /// Whether ``timelines`` do not say it all, and events must be read to be judged.
  var mustReadEvents: Bool { inventory.hasGap || state.hasGap }

  func holds(for event: Event) -> Bool {
    let place = event.path.inventory
    let version = place?.version.map { InventoryPlace.comparable(version: $0) }
    return Self.fits(inventory.levels, [place?.project, place?.application, version])
      && Self.fits(state.levels, [event.path.state?.project, event.path.state?.environment, event.path.state?.deployment])
  }

  private static func fits(_ wanted: [String?], _ levels: [String?]) -> Bool {
    zip(wanted, levels).allSatisfy { $0 == nil || $0.isSame(as: $1) }
  }
}
