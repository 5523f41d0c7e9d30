public import Fanfare
internal import Synchronization

/// All that the service asks of a store.
public typealias CompleteStore = EventStore & DeliveryStore & Outbox & SubscriptionStore & EventQuery & EventFeed & DeliveryQuery
  & EventHistory & AccountStore & ReplayQuery & ReplayStore & RetentionStore & StoreInspection & HealthReporting

/// A place where a store can be opened, closed and opened again. Each test makes one for itself.
public protocol StoreWorld: Sendable {
  associatedtype Store: CompleteStore

  static func make() async throws -> Self
  /// Opens what is there, or makes it.
  func open(_ clock: TestClock, defaultVisibility: DefaultVisibility) async throws -> Store
  func close(_ store: Store) async throws
  /// Removes everything, whether a store is open or not.
  func remove() async throws
}

/// The time as a test wants it to be.
public final class TestClock: Sendable {
  private let instant: Mutex<Timestamp>

  public init(_ instant: Timestamp = Timestamp(seconds: 1_790_000_000)) { self.instant = Mutex(instant) }

  public var now: Timestamp { instant.withLock { $0 } }
  public func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// One thing that every store must do.
public struct StoreCase<World: StoreWorld>: Sendable, CustomStringConvertible {
  public let description: String
  let body: @Sendable (World) async throws -> Void

  init(_ description: String, _ body: @escaping @Sendable (World) async throws -> Void) {
    self.description = description
    self.body = body
  }

  /// Runs in a world of its own.
  public func run() async throws {
    let world = try await World.make()
    do {
      try await body(world)
    } catch {
      try await world.remove()
      throw error
    }
    try await world.remove()
  }
}

/// The suite: run each case of ``all`` as an argument of one test.
public enum StoreConformance<World: StoreWorld> {
  public static var all: [StoreCase<World>] {
    ingestCases + subscriptionCases + claimCases + recordCases + requeueCases + listingCases + quarantineCases + visibilityCases
      + accountCases + keyCases + deliveryVisibilityCases + subscriptionControlCases + explanationCases + feedCases + orderingCases
      + ownEventCases + replayCases + replayStepCases + replayMeetingCases + historyCases + lookalikeCases + retentionCases
  }
}

extension StoreWorld {
  func open(_ clock: TestClock) async throws -> Store { try await open(clock, defaultVisibility: .restricted) }
}
