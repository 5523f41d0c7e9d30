/// What happened, as the producers spell it: `CREATE_STATE_DEPLOYMENT`.
public struct EventType: Hashable, Sendable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }

  public var description: String { name }

  public static func == (left: EventType, right: EventType) -> Bool { left.name.isSame(as: right.name) }

  /// One of the types that the Event service's document lists, or one that Fanfare makes itself.
  public var isKnown: Bool { Self.known.contains(name) }

  /// The first seed's list, in its order. Its second `UPDATE_INVENTORY_PROJECT_USER_ACL` is read as the team's.
  public static let ofTheSeed = [
    "CREATE_INVENTORY_PROJECT", "NEW_INVENTORY_APPLICATION", "UPLOAD_INVENTORY_APPLICATION", "UPDATE_INVENTORY_PROJECT_USER_ACL",
    "DELETE_INVENTORY_PROJECT_USER_ACL", "UPDATE_INVENTORY_PROJECT_TEAM_ACL", "DELETE_INVENTORY_PROJECT_TEAM_ACL", "CREATE_STATE_PROJECT",
    "CREATE_STATE_ENVIRONMENT", "CREATE_STATE_DEPLOYMENT", "UPDATE_STATE_DEPLOYMENT", "REDEPLOY_STATE_DEPLOYMENT", "RERUN_SMOKE_TESTS",
    "DESTROY_REQUESTED", "ADD_BUILD", "TRIGGER_BUILD_WEBHOOK", "BUILD_FINISHED_EVENT", "UPDATE_STATE_PROJECT_USER_ACL",
    "DELETE_STATE_PROJECT_USER_ACL", "UPDATE_STATE_PROJECT_TEAM_ACL", "DELETE_STATE_PROJECT_TEAM_ACL", "USER_SIGNUP", "USER_CONFIRMED",
    "TEAM_CREATED", "TEAM_DELETED", "TEAM_MEMBER_UPDATED", "TEAM_MEMBER_DELETED", "TEAM_SERVICE_ACCOUNT_CREATED",
  ]

  /// The service's own: what happens to its subscriptions and deliveries (contract §7).
  public static let subscriptionPaused = EventType("SUBSCRIPTION_PAUSED")
  public static let subscriptionResumed = EventType("SUBSCRIPTION_RESUMED")
  public static let deliveryDead = EventType("DELIVERY_DEAD")

  /// Whether it is the service's own. Such an event is for subscriptions that ask for its type; who asks for none gets what producers tell.
  public var isOwn: Bool { Self.own.contains(name) }

  private static let own = Set([subscriptionPaused, subscriptionResumed, deliveryDead].map(\.name))
  private static let known = own.union(ofTheSeed)
}
