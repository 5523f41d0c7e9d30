/// Which deliveries are to be made once more.
///
/// Of events, each subscription of the project that would get the event today gets it once more. Of dead letters, each is made once more as
/// it is, whatever the subscription's filters have become; what its groups may not see any more stays dead.
public struct ReplayOrder: Sendable, Hashable {
  /// Both sides of it: its events of the Inventory and of the State, as each subscription's scope has it.
  public var project: String
  /// Only for subscriptions with this id, in whichever of the project's sets.
  public var subscription: String?
  /// From this instant on: when events happened (as listings have it), or for dead letters when the deliveries were made.
  public var since: Timestamp
  /// Before this instant.
  public var until: Timestamp
  /// Only events of any of these types; empty for all.
  public var types: [Glob] = []
  public var path = Path()
  public var isOfDeadLetters = false

  /// Parts of an event's path that must be equal, all that are given. Without a project of its own, an application is one of the order's
  /// project, and so is an environment.
  public struct Path: Sendable, Hashable {
    public var inventoryProject: String?
    public var inventoryApplication: String?
    public var inventoryVersion: String?
    public var stateProject: String?
    public var stateEnvironment: String?
    public var stateDeployment: String?

    public init() {}
  }

  public init(project: String, subscription: String? = nil, since: Timestamp, until: Timestamp) {
    self.project = project
    self.subscription = subscription
    self.since = since
    self.until = until
  }

  /// Its types and path, as listings narrow events down.
  public var filter: EventFilter {
    var filter = EventFilter()
    filter.types = types
    filter.inventoryProject = path.inventoryProject ?? path.inventoryApplication.map { _ in project }
    filter.inventoryApplication = path.inventoryApplication
    filter.inventoryVersion = path.inventoryVersion
    filter.stateProject = path.stateProject ?? path.stateEnvironment.map { _ in project }
    filter.stateEnvironment = path.stateEnvironment
    filter.stateDeployment = path.stateDeployment
    return filter
  }
}
