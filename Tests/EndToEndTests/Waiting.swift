import ServiceFixture
import Synchronization
import Testing

/// Asks again until the answer is yes. For what only an outside program could ask, where nothing can be waited on.
///
/// - Throws: if it is still no after ten minutes, which no machine is too slow for.
func poll(sourceLocation: SourceLocation = #_sourceLocation, _ question: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(600)
  while ContinuousClock.now < end {
    if try await question() { return }
    await Task.yield()
  }
  Issue.record("what was waited for did not happen within ten minutes", sourceLocation: sourceLocation)
  throw ServiceFailure(description: "waited in vain")
}

/// Something that happens once.
final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
