import StoreConformance
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: StoreConformance<SQLiteWorld>.all)
  func `the embedded store does what every store must do`(_ testCase: StoreCase<SQLiteWorld>) async throws {
    try await testCase.run()
  }
}
