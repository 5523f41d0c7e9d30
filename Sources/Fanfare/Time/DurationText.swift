// Durations as people write them in configuration and documents: a whole number and a unit, `250ms`, `10s`, `5m`, `2h`, `30d`.

extension Duration {
  /// How a duration is written, to end a sentence with.
  public static let textForm = "a whole number and a unit (ns, us, ms, s, m, h or d), as in \"10s\""

  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
    ("ns", 1),
  ]

  /// Reads a whole number and a unit. Nil for anything else, negative numbers included, and for more than 292 years.
  public init?(text: some StringProtocol) {
    let digits = text.utf8.prefix { $0 &- 0x30 < 10 }
    let name = text.utf8.dropFirst(digits.count)
    guard let unit = Self.units.first(where: { name.elementsEqual($0.name.utf8) }),
      let count = Int64(String(decoding: digits, as: UTF8.self)),
      case (let nanoseconds, let overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds), !overflow
    else { return nil }
    self = .nanoseconds(nanoseconds)
  }

  /// The duration in the largest unit that holds it exactly: `90s`, `2h`, `1d`. What is below a nanosecond is cut.
  public var text: String {
    let whole = wholeNanoseconds
    if whole == 0 { return "0s" }
    for unit in Self.units where whole % unit.nanoseconds == 0 { return "\(whole / unit.nanoseconds)\(unit.name)" }
    return "\(whole)ns"
  }
}
