/// Reads the `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date in one of HTTP's three forms.
enum RetryAfter {
  /// How long to wait from `now`. Nil without a header, for text that is neither form, and for a time that is over.
  static func wait(_ text: String?, from now: Timestamp) -> Duration? {
    guard let text else { return nil }
    let words = text.utf8.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
    let wait = words.count == 1 ? seconds(words[0]) : date(words, now: now).map { $0 - now }
    return wait.flatMap { $0 > .zero ? $0 : nil }
  }

  /// Whole seconds as the standard has them; a fraction, which some send, is rounded up.
  private static func seconds(_ text: String) -> Duration? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, parts.allSatisfy({ $0.allSatisfy { $0 &- 0x30 < 10 } }) else { return nil }
    // More digits than fit are more than anybody waits.
    let count = Int64(String(decoding: whole, as: UTF8.self)) ?? .max / 2
    let hasFraction = parts.count == 2 && parts[1].contains { $0 != 0x30 }
    return .nanoseconds((min(count, 1_000_000_000) + (hasFraction ? 1 : 0)) * 1_000_000_000)
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
  static func date(_ words: [String], now: Timestamp) -> Timestamp? {
    switch words.count {
    case 6 where words[5] == "GMT": return date(year: words[3], month: words[2], day: words[1], time: words[4])
    case 5: return date(year: words[4], month: words[1], day: words[2], time: words[3])
    case 4 where words[3] == "GMT":
      let parts = words[1].split(separator: "-").map(String.init)
      guard parts.count == 3, parts[2].utf8.count == 2 else { return nil }
      // Two digits of a year: what seems more than 50 years away was in the last century.
      let recent = date(year: "20" + parts[2], month: parts[1], day: parts[0], time: words[2])
      guard let recent, recent > now + .seconds(50 * 31_556_952) else { return recent }
      return date(year: "19" + parts[2], month: parts[1], day: parts[0], time: words[2])
    default: return nil
    }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func date(year: String, month: String, day: String, time: String) -> Timestamp? {
    guard let month = months.firstIndex(of: month) else { return nil }
    // Later than a timestamp can say is later than anybody waits.
    let year = year.utf8.count == 4 && year > "2260" && year.utf8.allSatisfy { $0 &- 0x30 < 10 } ? "2260" : year
    func two(_ text: String) -> String { text.utf8.count == 1 ? "0" + text : text }
    return Timestamp(rfc3339: "\(year)-\(two(String(month + 1)))-\(two(day))T\(time)Z")
  }
}

extension Timestamp {
  /// Reads a date as HTTP's headers have it (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  ///
  /// - Parameter now: tells the century of the obsolete form with two digits for the year.
  public init?(httpDate text: String, now: Timestamp) {
    guard let date = RetryAfter.date(text.split(separator: " ").map(String.init), now: now) else { return nil }
    self = date
  }
}
