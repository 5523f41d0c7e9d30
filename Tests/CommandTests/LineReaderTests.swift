import Testing

@testable import fanfare

@Suite struct LineReaderTests {
  private func lines(of text: String) throws -> [(number: Int, text: String, end: Int)] {
    let directory = try TestDirectory()
    var reader = try LineReader(path: try directory.write(text, to: "lines"))
    var lines: [(Int, String, Int)] = []
    while let line = try reader.next() { lines.append((line.number, String(decoding: line.bytes, as: UTF8.self), line.end)) }
    return lines
  }

  @Test func `lines come with their numbers, blank ones are counted and left out, and the last needs no line break`() throws {
    let found = try lines(of: "one\n\n  \ntwo\r\nthree")
    #expect(found.map(\.number) == [1, 4, 5])
    #expect(found.map(\.text) == ["one", "two", "three"])
    #expect(found.map(\.end) == [4, 13, 18])
  }

  @Test func `a line may be longer than what is read at a time`() throws {
    let long = String(repeating: "x", count: 300_000)
    let found = try lines(of: "a\n\(long)\nb\n")
    #expect(found.map(\.text.count) == [1, 300_000, 1])
    #expect(found.last?.end == 300_005)
  }

  @Test func `an empty file has no lines`() throws {
    #expect(try lines(of: "").isEmpty)
    #expect(try lines(of: "\n\n").isEmpty)
  }

  @Test func `a file that is missing is told with its name`() {
    let error = #expect(throws: SentenceError.self) { _ = try LineReader(path: "/nonexistent/lines").size }
    #expect(error?.description == "/nonexistent/lines cannot be read: No such file or directory")
  }
}
