import Glibc
import Testing

@testable import Fanfare

/// What a document from outside may cost: as much again for each member more.
@Suite struct JSONCostTests {
  /// How many times as much of the processor eight times as large an input takes; with the square of the size it would be 64 times.
  private func growth(_ work: (_ size: Int) throws -> Void) rethrows -> Double {
    func cost(_ size: Int) throws -> Double {
      // The least of some: the rest is what else the machine did.
      try (0..<3).map { _ in
        var (before, after) = (timespec(), timespec())
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        try work(size)
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
        return Double(after.tv_sec - before.tv_sec) + Double(after.tv_nsec - before.tv_nsec) / 1e9
      }.min() ?? 0
    }
    return try cost(16_000) / cost(2_000)
  }

  private func object(_ count: Int, twice: Bool) -> [UInt8] {
    let keys = (0..<count).map { "\"k\($0)\":\($0)" }
    return Array("{\((twice ? keys + keys : keys).joined(separator: ","))}".utf8)
  }

  @Test func `keys that stand twice`() throws {
    let ratio = try growth { size in
      let value = try JSONValue(parsing: object(size, twice: true), repeatedKeys: .lastCounts)
      guard case .object(let members) = value else { return }
      #expect(members.count == size)
    }
    #expect(ratio < 30)
  }

  @Test func `the comparison of an event of many keys with itself`() throws {
    let ratio = try growth { size in
      let fields = (0..<size).map { Event.Field(key: "k\($0)", value: [0x31]) }
      let event = Event(
        id: "1", type: EventType("A"), occurredAt: Timestamp(seconds: 1), receivedAt: Timestamp(seconds: 1), otherFields: fields)
      var other = event
      other.otherFields.reverse()
      #expect(event.saysTheSame(as: other))
    }
    #expect(ratio < 30)
  }
}
