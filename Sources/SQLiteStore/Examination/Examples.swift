/// Counts things that are wrong, and names the first few.
struct Examples: Sendable {
  private static let shown = 5
  private(set) var count = 0
  private var named: [String] = []

  mutating func add(_ name: @autoclosure () -> String) {
    count += 1
    if named.count < Self.shown { named.append(name()) }
  }

  mutating func add(_ more: Examples) {
    count += more.count
    named += more.named.prefix(Self.shown - named.count)
  }

  var isEmpty: Bool { count == 0 }

  /// "1, 2, 3 and 12 more".
  var text: String { named.joined(separator: ", ") + (count > named.count ? " and \(count - named.count) more" : "") }
}
