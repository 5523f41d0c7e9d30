/// Makes replays, shows them and steers them.
public protocol ReplayQuery: Sendable {
  /// How many deliveries a replay of this order would make if it were made now. Takes as long as it has to look; bounded in memory.
  ///
  /// - Throws: ``ReplayError/unknownSubscription(_:)``.
  func count(_ order: ReplayOrder) async throws -> Int

  /// Makes a replay, durably, that is running. What it is about is fixed with that: no event that is stored later, and no delivery that is
  /// made later, becomes part of it.
  ///
  /// - Throws: ``ReplayError/unknownSubscription(_:)``, ``ReplayError/tooMany``.
  func makeReplay(_ order: ReplayOrder) async throws -> Replay

  /// - Parameter projects: only those of these projects; nil for all.
  func replays(ofProjects projects: Set<String>?, page: CursorPage) async throws -> Page<Replay>
  func replay(_ id: KSUID) async throws -> Replay?

  /// Pauses, resumes or cancels, durably. Cancelling also cancels what is scheduled and was not attempted yet.
  ///
  /// - Returns: the replay as it is now; nil if there is none of that id.
  /// - Throws: ``ReplayError/ended(_:)``.
  func change(_ id: KSUID, _ change: Replay.Change) async throws -> Replay?
}
