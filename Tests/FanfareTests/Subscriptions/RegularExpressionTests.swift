import Testing

@testable import Fanfare

@Suite struct RegularExpressionTests {
  @Test(arguments: [
    ("", "", true), ("", "x", true), ("abc", "xabcx", true), ("abc", "ab", false), ("^abc$", "abc", true), ("^abc$", "abc\n", false),
    ("a|b", "b", true), ("^(a|b)+$", "abba", true), ("^(?:ab){2,3}$", "abab", true), ("^(?:ab){2,3}$", "ab", false),
    ("^(?:ab){2,3}$", "abababab", false), ("^a{3}$", "aaa", true), ("^a{2,}$", "a", false), ("a{", "a{", true), ("a{1", "a{1", true),
    ("x{a}", "x{a}", true), ("^.$", "\n", false), ("(?s)^.$", "\n", true), ("^.$", "𝄞", true), ("^..$", "é", false),
    ("(?i)straSSe", "STRASSE", true),
    ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false), ("(?i)É", "é", true), ("(?i)[^k]", "K", false), ("(?i)k", "\u{212A}", true),
    ("(?i)[à-ý]+$", "ÀÝ", true), ("(?i-i:a)", "A", false), ("((?i)a)b", "AB", false), ("a(?i)b|c", "C", true), ("(?m)^b$", "a\nb\nc", true),
    ("^b$", "a\nb\nc", false), (#"\Ab"#, "ab", false), (#"(?m)\Ab"#, "a\nb", false), (#"b\z"#, "ab", true), (#"(?m)a\z"#, "a\nb", false),
    (#"\bfoo\b"#, "a foo b", true), (#"\bfoo\b"#, "afoob", false), (#"\Bo\B"#, "foo", true), (#"^\d+\.\d*$"#, "12.", true),
    (#"^\w+$"#, "a_9", true),
    (#"^\w+$"#, "é", false), (#"^\W$"#, "é", true), (#"^\s$"#, "\t", true), (#"^\S$"#, " ", false), ("^[a-c]+$", "abcd", false),
    ("^[^a-c]+$", "xyz", true),
    ("[]a]", "]", true), ("[^]a]", "]", false), ("[a-]", "-", true), ("[-a]", "-", true), (#"^[\d\-x]+$"#, "4-x", true),
    (#"[\]]"#, "]", true),
    ("^[[:alpha:]_]+$", "ab_", true), ("^[[:^digit:]]$", "4", false), (#"^\x41\x{1F600}\u00e9$"#, "A😀é", true),
    (#"^\t\n\r\f\v\a$"#, "\t\n\r\u{C}\u{B}\u{7}", true),
    (#"^\.\*\/\-\$$"#, ".*/-$", true), ("^(?<name>a)(?P<other>b)$", "ab", true), ("^a*?b+?c??$", "aabb", true), ("(a*)*b", "aaab", true),
    ("^(a?){20}$", "aaaaaaaaaaaaaaaaaaaa", true), ("(|a)b", "b", true), ("^(?:)*$", "", true), ("^*a", "ba", true), ("a{0}b", "b", true),
    ("^a{0,2}$", "aaa", false), ("$^", "", true), ("a$b", "ab", false), (#"\b"#, "", false), (#"\B"#, "", true), ("→", "a→b", true),
    ("[→-⇒]", "⇑", true), ("failed|error", "an error", true), ("[^\\n]", "\n", false),
  ])
  func `a pattern finds what it should and nothing else`(pattern: String, text: String, isFound: Bool) throws {
    #expect(try RegularExpression(pattern).matches(text) == isFound)
  }

  @Test(arguments: [
    ("a(b", 1, "not closed"), ("ab)", 2, "closes no group"), ("*a", 0, "nothing stands before"), ("a|+", 2, "nothing stands before"),
    ("{2}", 3, "nothing stands before"), ("a**", 2, "needs a group"), ("a{2}{3}", 4, "needs a group"), ("a*+", 2, "possessive"),
    ("[ab", 0, "not closed"), ("[b-a]", 1, "before its start"), (#"[\d-z]"#, 1, "cannot begin a range"),
    (#"[a-\d]"#, 1, "cannot end a range"),
    ("[[:foo:]]", 1, "[:alpha:]"), (#"(a)\1"#, 3, "back-references"), (#"\k<x>"#, 0, "back-references"), ("(?P=x)", 0, "back-references"),
    ("a(?=b)", 1, "look-ahead"), ("(?!b)", 0, "look-ahead"), ("(?<=b)", 0, "look-behind"), ("(?<!b)", 0, "look-behind"),
    ("(?>a)", 0, "i, s and m"),
    ("(?x)a", 0, "i, s and m"), ("(?i", 0, "not closed"), (#"\pL"#, 0, "\\p"), (#"\Z"#, 0, "\\z"), (#"\q"#, 0, "means nothing"),
    (#"\0"#, 0, "means nothing"),
    (#"[\b]"#, 1, "means nothing"), (#"\x4"#, 0, "2 hexadecimal"), (#"\u12"#, 0, "4 hexadecimal"),
    (#"\x{110000}"#, 0, "no Unicode character"),
    (#"\x{}"#, 0, "10FFFF"), (#"\uD800"#, 0, "no Unicode character"), ("a\\", 1, "ends after"), ("a{1001}", 1, "at most 1000"),
    ("a{3,2}", 1, "below"),
    ("a{,3}", 1, "{0,…}"), ("é(", 1, "not closed"), ("(?<1 >a)", 0, "name"),
  ])
  func `a bad pattern is refused with the place and the reason`(pattern: String, position: Int, words: String) {
    do {
      _ = try RegularExpression(pattern)
      Issue.record("\(pattern) was accepted")
    } catch {
      #expect(error.position == position, "\(error)")
      #expect(error.reason.contains(words), "\(error)")
      #expect(error.description.contains("character \(position + 1)"))
    }
  }

  @Test(arguments: [
    "(?:(?:a{1000}){1000}){1000}", "(?:(?:(?:(?:){1000}){1000}){1000}){1000}", "a{1000}b{1000}c{1000}d{1000}e",
    String(repeating: "a", count: 5_000), String(repeating: "(", count: 200) + String(repeating: ")", count: 200),
    "(?i)" + String(repeating: #"[\x{80}-\x{10FFFF}]"#, count: 100),
  ])
  func `patterns that would grow too large are refused`(pattern: String) {
    #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
  }

  @Test func `equal patterns are equal expressions`() throws {
    #expect(try RegularExpression("a+") == RegularExpression("a+"))
    #expect(try RegularExpression("a+") != RegularExpression("a*"))
  }

  @Test(arguments: [
    ("(a*)*b", 100_000), ("(a|a)*c", 100_000), ("(a+)+$b", 10_000), ("(?:a?){50}a{50}b", 2_000), ("(.*)(.*)(.*)(.*)x", 10_000),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", 10_000), ("(x+x+)+y", 10_000), ("a*a*a*a*a*b", 10_000),
  ])
  func `steps grow with the text and not faster`(pattern: String, length: Int) throws {
    let expression = try RegularExpression(pattern)
    func steps(_ length: Int) -> Int {
      var steps = 0
      #expect(!expression.matches(String(repeating: "a", count: length), countingIn: &steps))
      return steps
    }
    let short = steps(length / 10)
    let long = steps(length)
    // Each instruction is looked at twice for a character at most: when it is reached, and when it is stepped over.
    #expect(long <= 2 * expression.size * (length + 1))
    #expect(long <= 11 * short)
  }
}
