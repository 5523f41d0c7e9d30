import Fanfare
import RandomFixture
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("ADD_BUILD", "ADD_BUILD", true), ("ADD_BUILD", "ADD_BUILDS", false), ("ADD_BUILD", "add_build", false), ("*", "", true),
    ("*", "ANY", true), ("**", "", true), ("", "", true), ("", "a", false), ("*_STATE_*", "CREATE_STATE_PROJECT", true),
    ("*_STATE_DEPLOYMENT", "CREATE_STATE_DEPLOYMENT", true), ("*_STATE_DEPLOYMENT", "CREATE_STATE_DEPLOYMENTS", false),
    ("CREATE_*", "CREATE_", true), ("CREATE_*", "CREATE", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "acb", false),
    ("*ab", "aab", true), ("a*a", "a", false), ("*é*", "caféteria", true), ("a?c", "abc", false), ("a.c", "abc", false),
    ("[a]", "a", false),
  ])
  func `a star stands for any characters and everything else for itself`(pattern: String, text: String, isMatch: Bool) {
    #expect(Glob(pattern).matches(text) == isMatch)
  }

  @Test func `a pattern without a star is exact`() {
    #expect(Glob("ADD_BUILD").isExact)
    #expect(!Glob("ADD_*").isExact)
  }

  @Test func `random globs agree with a definition by cases`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let pattern = String((0..<Int.random(in: 0...6, using: &random)).map { _ in "ab**".randomElement(using: &random) ?? "a" })
      let text = String((0..<Int.random(in: 0...8, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
      #expect(Glob(pattern).matches(text) == byCases(pattern[...], text[...]), "\(pattern) on \(text)")
    }
  }

  @Test func `many stars do not make a glob slow`() {
    // Tried recursively, this takes longer than the universe is old.
    let glob = Glob(String(repeating: "a*", count: 100) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 10_000)))
  }

  private func byCases(_ pattern: Substring, _ text: Substring) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "*" { return byCases(pattern.dropFirst(), text) || (!text.isEmpty && byCases(pattern, text.dropFirst())) }
    return text.first == first && byCases(pattern.dropFirst(), text.dropFirst())
  }
}
