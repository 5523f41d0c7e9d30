import Fanfare
import Testing

@Suite struct JSONWriterTests {
  @Test func `commas stand where they belong`() {
    var json = JSONWriter()
    json.beginObject()
    json.key("a")
    json.beginArray()
    json.integer(1)
    json.beginObject()
    json.endObject()
    json.beginArray()
    json.endArray()
    json.null()
    json.endArray()
    json.member("b", "x")
    json.member("left out", nil)
    json.key("c")
    json.raw("{\"k\": 1.50}".utf8)
    json.key("d")
    json.bool(false)
    json.key("e")
    json.strings(["p", "q"])
    json.endObject()
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"a":[1,{},[],null],"b":"x","c":{"k": 1.50},"d":false,"e":["p","q"]}"#)
  }

  @Test func `every character of a string is written so that it can be read`() throws {
    let all = (0...0x2FF).compactMap { Unicode.Scalar($0) }.map { String(Character($0)) }.joined() + "\u{2028}漢𝄞\u{10FFFF}"
    var json = JSONWriter()
    json.string(all)
    var scanner = JSONScanner(json.bytes)
    #expect(try scanner.string() == all)
    try scanner.expectEnd()
    #expect(json.bytes.allSatisfy { $0 >= 0x20 })
  }

  @Test func `integers are exact`() {
    for value in [Int64.min, -1, 0, 9_007_199_254_740_993, .max] {
      var json = JSONWriter()
      json.integer(value)
      #expect(String(decoding: json.bytes, as: UTF8.self) == String(value))
    }
  }

  @Test func `a tree is written as it was read, numbers to the digit`() throws {
    let text = #"{"b":[1.50,-0,1e400,12345678901234567890],"a":{"x":"é\n","y":null},"c":[true,false,{}]}"#
    #expect(String(decoding: try JSONValue(parsing: Array(text.utf8)).bytes, as: UTF8.self) == text)
  }

  @Test func `a tree refuses a key that stands twice, however it is spelled`() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(#"{"a":{"k":1,"\u006b":2}}"#.utf8)) }
    #expect(error?.reason.contains("\"k\"") == true)
  }

  @Test func `equivalence looks past the order of keys and not past a number's spelling`() throws {
    func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
    #expect(try value(#"{"a":[1,{"x":1,"y":2}],"b":2}"#).isEquivalent(to: value(#"{"b":2,"a":[1,{"y":2,"x":1}]}"#)))
    #expect(try !value(#"{"a":1}"#).isEquivalent(to: value(#"{"a":1.0}"#)))
    #expect(try !value(#"{"a":1}"#).isEquivalent(to: value(#"{"a":1,"b":2}"#)))
    #expect(try !value("[1,2]").isEquivalent(to: value("[2,1]")))
  }
}
