import Fanfare
import Testing

@testable import Pipeline

@Suite struct GzipTests {
  /// `printf '{"type":"T"}' | gzip -n`, made by gzip itself.
  private let packed: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xab, 0x56, 0x2a, 0xa9, 0x2c, 0x48, 0x55, 0xb2, 0x52, 0x0a, 0x51, 0xaa,
    0x05,
    0x00, 0x5f, 0xd9, 0xfc, 0x6f, 0x0c, 0x00, 0x00, 0x00,
  ]

  @Test func `what gzip packed is unpacked`() throws {
    #expect(try Gzip.decompress(packed, limit: 100) == Array(#"{"type":"T"}"#.utf8))
  }

  @Test func `a result above the limit is refused`() {
    #expect(throws: Gzip.Failure.tooLarge) { try Gzip.decompress(packed, limit: 11) }
  }

  @Test func `what is cut off, or is not gzip at all, is refused`() {
    #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress(Array(packed.dropLast(9)), limit: 100) }
    #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress(Array("{}".utf8), limit: 100) }
    #expect(throws: Gzip.Failure.malformed) { try Gzip.decompress([], limit: 100) }
  }
}
