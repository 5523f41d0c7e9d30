import Fanfare
import RandomFixture
import Testing

@Suite struct JSONScannerTests {
  private func check(_ bytes: [UInt8]) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    _ = try scanner.skipValue()
    try scanner.expectEnd()
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1", "-12", "1.5", "0.0", "1e5", "1E+5", "1e-05", "-0.1e1", "123456789012345678901234567890",
    #""""#, #""a""#,
    #""\"\\\/\b\f\n\r\t""#, #""\u0041\uD834\uDD1E""#, #""é漢𝄞""#, "\"\u{7F}\"", "[]", "[ ]", "[1]", "[1,2]", "{}", "{ }", #"{"a":1}"#,
    #"{"a":{"b":[]}}"#,
    " \t\r\n[ 1 , 2 ] \n", #"{ "a" : 1 , "b" : 2 }"#, #"{"a":1,"a":2}"#, #"{"":0}"#,
  ])
  func `valid text passes`(text: String) throws {
    let bytes = Array(text.utf8)
    try check(bytes)
    var scanner = JSONScanner(bytes)
    let range = try scanner.skipValue()
    #expect(String(decoding: bytes[range], as: UTF8.self) == text.trimmed)
  }

  @Test(arguments: [
    "", " ", "nul", "nulL", "True", "tru", "+1", "01", "-", "-a", "1.", ".5", "1.e5", "1e", "1e+", "0x10", "1 2", "NaN", "Infinity", "'a'",
    #"""#, #""a"#, #""\"#,
    #""\x41""#, #""\u12""#, #""\u12G4""#, "\"\n\"", "\"\t\"", "\"\u{0}\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", #"{"a"}"#,
    #"{"a":}"#,
    #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}", "{1:1}", #"{"a":1 "b":2}"#, #"{,}"#, "[1]]", #"{"a":1}}"#, "\u{FEFF}1", "[1]x", "/**/1", "1//",
    "[\u{A0}1]", "[\u{B}1]",
  ])
  func `text that is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try check(Array(text.utf8)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0xAF], [0xE2, 0x82], [0xE2, 0x28, 0xA1],
      [0xE2, 0x82, 0x28],
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9D, 0x84], [0xF0, 0x9D, 0x84, 0x28],
      [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused, in strings and in keys`(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONError.self) { try check([quote] + bytes + [quote]) }
    #expect(throws: JSONError.self) { try check(Array("{\"a".utf8) + bytes + Array("\":1}".utf8)) }
    #expect(throws: JSONError.self) { try check([quote] + bytes) }
    #expect(throws: JSONError.self) { try check(bytes) }
  }

  @Test func `a byte that ends plain text is found wherever it stands in a longer one`() {
    let quote = UInt8(ascii: "\"")
    var misread: [String] = []
    for length in 1...19 {
      for place in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
          text[place] = byte
          // Behind a backslash "a" is no escape, and neither does one end a sequence of UTF-8.
          let isPlain = (0x20...0x7F).contains(byte) && byte != quote && byte != UInt8(ascii: "\\")
          let passes = (try? check([quote] + text + [quote])) != nil
          if passes != isPlain { misread.append("\(byte) at \(place) of \(length)") }
        }
      }
    }
    #expect(misread == [])
  }

  @Test func `every scalar passes as UTF-8 and comes back`() throws {
    for value in stride(from: UInt32(0x20), through: 0x10FFFF, by: 37) {
      guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
      var scanner = JSONScanner(Array("\"\(Character(scalar))\"".utf8))
      #expect(try scanner.string() == String(Character(scalar)))
    }
  }

  @Test func `nesting is bounded, by the scanner and by the tree`() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      try check(nested(JSONScanner.maximumDepth, open, close))
      _ = try JSONValue(parsing: nested(JSONScanner.maximumDepth, open, close))
      #expect(throws: JSONError.self) { try check(nested(JSONScanner.maximumDepth + 1, open, close)) }
      #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000, open, "")) }
    }
  }

  @Test func `the error names the byte`() {
    let error = #expect(throws: JSONError.self) { try check(Array(#"{"a":1,"b":tru}"#.utf8)) }
    #expect(error?.offset == 14)
    #expect(error?.description.contains("byte 14") == true)
  }

  @Test(arguments: [
    (#""plain""#, "plain"), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"), (#""\u00e9\u6F22""#, "é漢"),
    (#""\ud834\udd1e!""#, "𝄞!"), (#""\u0000""#, "\u{0}"), (#""é\n漢""#, "é\n漢"),
  ])
  func `escapes are undone`(text: String, value: String) throws {
    var scanner = JSONScanner(Array(text.utf8))
    #expect(try scanner.string() == value)
  }

  @Test(arguments: [#""\ud834""#, #""\ud834x""#, #""\udd1e""#, #""\ud834\ud834""#, #""\ud834\n""#, #""\udd1e\ud834""#])
  func `half of a surrogate pair is kept in text and refused as a string`(text: String) throws {
    try check(Array(text.utf8))
    var scanner = JSONScanner(Array(text.utf8))
    #expect(throws: JSONError.self) { try scanner.string() }
  }

  @Test func `objects and arrays are walked in order, raw keys as they stand`() throws {
    let text = Array(#" { "a" : 1 , "\u0062" : [ true , "x" ] } "#.utf8)
    var scanner = JSONScanner(text)
    var seen: [String] = []
    try scanner.object { (key, scanner) throws(JSONError) in
      guard scanner.peek() == UInt8(ascii: "[") else {
        seen.append("\(key)=\(String(decoding: text[try scanner.skipValue()], as: UTF8.self))")
        return
      }
      try scanner.array { (scanner) throws(JSONError) in
        seen.append("\(key):\(String(decoding: text[try scanner.skipValue()], as: UTF8.self))")
      }
    }
    try scanner.expectEnd()
    #expect(seen == ["a=1", "b:true", #"b:"x""#])

    scanner = JSONScanner(text)
    var keys: [String] = []
    try scanner.rawObject { (key, isEscaped, scanner) throws(JSONError) in
      keys.append(String(decoding: text[key], as: UTF8.self) + (isEscaped ? "!" : ""))
      _ = try scanner.skipValue()
    }
    #expect(keys == ["a", #"\u0062!"#])
  }

  @Test func `random bytes never trap, and what the scanner takes the tree takes`() {
    var random = SeededGenerator(seed: 99)
    let alphabet = Array(#"{}[]",:\u01e-+.tfn "#.utf8) + [0xC3, 0xA9, 0xE2]
    var valid = 0
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 1...9, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      let scans = (try? check(bytes)) != nil
      let parses = (try? JSONValue(parsing: bytes)) != nil
      // A tree is refused for two things more: keys that stand twice and halves of surrogate pairs.
      #expect(scans || !parses)
      valid += scans ? 1 : 0
    }
    #expect(valid > 100)
  }
}

extension String {
  fileprivate var trimmed: String {
    let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return String(decoding: Array(utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()), as: UTF8.self)
  }
}
