import Fanfare
import StoreConformance

@testable import SQLiteStore

/// A world whose stores fold their indexes every few events, and are never closed: what is opened again is what the disk had at that
/// moment, with folds half done.
struct CrashingWorld: StoreWorld {
  static let foldBounds = FoldBounds(events: 7, runs: 1_000, entries: 1_000, leastEntries: 5, ids: 11, leastIDs: 3, filterKeys: 20)
  let world: SQLiteWorld

  static func make() async throws -> CrashingWorld {
    var world = try await SQLiteWorld.make()
    world.foldBounds = foldBounds
    return CrashingWorld(world: world)
  }

  func open(_ clock: TestClock, defaultVisibility: DefaultVisibility) async throws -> SQLiteStore {
    try await world.open(clock, defaultVisibility: defaultVisibility)
  }

  func close(_ store: SQLiteStore) async throws {
    let copy = try await world.copied()
    try await store.close()
    try await copy.replaceFiles(of: world)
  }

  func remove() async throws { try await world.remove() }
}
