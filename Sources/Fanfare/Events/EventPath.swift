/// Where in the platform an event happened: a place in the Inventory, a place in the State, or both.
public struct EventPath: Hashable, Sendable {
  public var inventory: InventoryPlace?
  public var state: StatePlace?

  public init(inventory: InventoryPlace? = nil, state: StatePlace? = nil) {
    self.inventory = inventory
    self.state = state
  }
}

/// A project of the Inventory (its `namespace` in older producers), or deeper. A deeper level is there only if its parent is.
public struct InventoryPlace: Hashable, Sendable {
  public var project: String
  public var application: String?
  public var version: String?

  public init(project: String, application: String? = nil, version: String? = nil) {
    self.project = project
    self.application = application
    self.version = version
  }

  public static func == (left: InventoryPlace, right: InventoryPlace) -> Bool {
    left.project.isSame(as: right.project) && left.application.isSame(as: right.application) && left.version.isSame(as: right.version)
  }

  /// The version as it is compared: a leading `v` before a digit does not count, so `v1.2` is `1.2`.
  public static func comparable(version: some StringProtocol) -> String {
    var utf8 = version.utf8[...]
    if let first = utf8.first, first == UInt8(ascii: "v"), let second = utf8.dropFirst().first, second &- 0x30 < 10 {
      utf8 = utf8.dropFirst()
    }
    return String(decoding: utf8, as: UTF8.self)
  }
}

/// A project of the State, or deeper. A deployment's name may hold `/`.
public struct StatePlace: Hashable, Sendable {
  public var project: String
  public var environment: String?
  public var deployment: String?

  public init(project: String, environment: String? = nil, deployment: String? = nil) {
    self.project = project
    self.environment = environment
    self.deployment = deployment
  }

  public static func == (left: StatePlace, right: StatePlace) -> Bool {
    left.project.isSame(as: right.project) && left.environment.isSame(as: right.environment)
      && left.deployment.isSame(as: right.deployment)
  }
}
