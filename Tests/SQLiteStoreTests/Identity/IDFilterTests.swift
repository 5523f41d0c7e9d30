import RandomFixture
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct IDFilterTests {
  @Test func `a filter denies no key that was put in, and nearly all others`() {
    var random = SeededGenerator(seed: 1)
    var filter = IDFilter(number: 1, capacity: 50_000)
    let keys = (0..<50_000).map { _ in Self.key(&random) }
    for (index, key) in keys.enumerated() { filter.insert(key, of: Int64(index + 1)) }
    #expect(filter.isFull)
    #expect(filter.lastSequence == 50_000)
    #expect(keys.allSatisfy { filter.mayContain($0) })
    let passed = (0..<50_000).filter { _ in filter.mayContain(Self.key(&random)) }.count
    #expect(passed < 1_000)
    // Its keys are spread over all of it.
    #expect(filter.takeChangedRows() == Array(0..<filter.rows))
    #expect(filter.takeChangedRows().isEmpty)
  }

  @Test func `a filter is the same with the rows of another one`() {
    var random = SeededGenerator(seed: 2)
    let keys = [-(Int64(1) << 47), (Int64(1) << 47) - 1, -1, 0, 1] + (0..<5_000).map { _ in Self.key(&random) }
    var filter = IDFilter(number: 1, capacity: 9_000)
    for key in keys { filter.insert(key, of: 7) }
    var copy = IDFilter(number: 1, capacity: 9_000, keys: filter.keys, lastSequence: 7)
    for row in filter.takeChangedRows() {
      let isTaken = filter.withRow(row) { copy.setRow(row, to: $0) }
      #expect(isTaken)
    }
    #expect(keys.allSatisfy { copy.mayContain($0) })
    let others = (0..<10_000).map { _ in Self.key(&random) }
    #expect(others.filter { copy.mayContain($0) } == others.filter { filter.mayContain($0) })
  }

  @Test func `a row of another length, or in another place, is none of a filter's`() {
    var filter = IDFilter(number: 1, capacity: 9_000)
    let bytes = [UInt8](repeating: 0xFF, count: IDFilter.rowBytes)
    let taken = bytes.withUnsafeBytes { row in
      [
        filter.setRow(-1, to: row), filter.setRow(filter.rows, to: row),
        filter.setRow(0, to: UnsafeRawBufferPointer(rebasing: row.dropLast())),
        filter.setRow(filter.rows - 1, to: row),
      ]
    }
    #expect(taken == [false, false, false, true])
  }

  /// 48 bits with a sign, as ids have them.
  static func key(_ random: inout SeededGenerator) -> Int64 { Int64(bitPattern: random.next()) >> 16 }
}
