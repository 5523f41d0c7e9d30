import Fanfare
import RandomFixture
import Testing

@Suite struct JSONPointerTests {
  /// The document and the table of RFC 6901 §5.
  private static let document = Array(
    #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#.utf8)

  @Test(arguments: [
    ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"),
    ("/i\\j", "5"),
    ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("", String(decoding: document, as: UTF8.self)),
  ])
  func `the standard's examples hold, in a tree and in text`(pointer: String, value: String) throws {
    let pointer = try JSONPointer(pointer)
    let tree = try JSONValue(parsing: Self.document)
    #expect(pointer.value(in: tree) == (try JSONValue(parsing: Array(value.utf8))))
    #expect(pointer.range(in: Self.document).map { String(decoding: Self.document[$0], as: UTF8.self) } == value)
    #expect(try JSONPointer(pointer.description) == pointer)
  }

  @Test(arguments: [
    "/foo/2", "/foo/00", "/foo/-", "/foo/01", "/foo/x", "/foo/", "/nothing", "/foo/0/x", "//x", "/foo/99999999999999999999", "/foo/-1",
    "/foo/+1",
  ])
  func `what is not there is not found`(pointer: String) throws {
    let pointer = try JSONPointer(pointer)
    #expect(pointer.value(in: try JSONValue(parsing: Self.document)) == nil)
    #expect(pointer.range(in: Self.document) == nil)
  }

  @Test(arguments: ["~\u{301}", "/\u{338}", "~1", "a~\u{20DD}/b"])
  func `a mark that combines with what is escaped does not hide it`(key: String) throws {
    let pointer = JSONPointer(tokens: ["data", key])
    #expect(try JSONPointer(pointer.description).tokens.map { Array($0.utf8) } == [Array("data".utf8), Array(key.utf8)])
  }

  @Test(arguments: [
    ("foo", "start with '/'"), ("#/foo", "start with '/'"), ("/a~", "'~'"), ("/a~2b", "'~'"), ("/~~0", "'~'"), (" /a", "start with '/'"),
  ])
  func `what is no pointer is refused in words`(text: String, words: String) {
    let error = #expect(throws: JSONPointerError.self) { try JSONPointer(text) }
    #expect(error?.description.contains(words) == true)
    #expect(error?.description.contains(text) == true)
  }

  @Test func `text with white space and escaped keys is walked`() throws {
    let text = Array(#" { "\u0061" : [ 1 , { "b\/c" : "x" } ] } "#.utf8)
    let range = try #require(try JSONPointer("/a/1/b~1c").range(in: text))
    #expect(String(decoding: text[range], as: UTF8.self) == #""x""#)
    #expect(try JSONPointer("").range(in: text) == 1..<text.count - 1)
  }

  @Test func `text that is not JSON has no values`() throws {
    #expect(try JSONPointer("/a").range(in: Array(#"{"a":1"#.utf8)) == nil)
    #expect(try JSONPointer("").range(in: []) == nil)
  }

  @Test func `appended keys are escaped`() {
    #expect(JSONPointer(tokens: ["a"]).appending("b/c~d").description == "/a/b~1c~0d")
  }

  @Test func `a tree and its text agree`() throws {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<300 {
      let tree = value(depth: 0, &random)
      let text = tree.bytes
      for _ in 0..<10 {
        let pointer = JSONPointer(
          tokens: (0..<Int.random(in: 0...3, using: &random)).map { _ in ["a", "b", "0", "1", "2"].randomElement(using: &random) ?? "a" })
        let inText = try pointer.range(in: text).map { try JSONValue(parsing: Array(text[$0])) }
        #expect(inText == pointer.value(in: tree), "\(pointer)")
      }
    }
  }

  private func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0...(depth < 3 ? 5 : 2), using: &random) {
    case 0: .number(String(Int.random(in: 0...99, using: &random)))
    case 1: .string("x\n\"")
    case 2: .null
    case 3: .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth: depth + 1, &random) })
    default: .object(["a", "b", "1"].map { JSONValue.Member($0, value(depth: depth + 1, &random)) })
    }
  }
}
