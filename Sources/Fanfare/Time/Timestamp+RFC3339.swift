extension Timestamp {
  /// RFC 3339 in UTC with nine digits of fraction: `2021-10-15T15:07:39.000000000Z`.
  public var rfc3339: String {
    let (seconds, fraction) = nanoseconds.floorDivided(by: 1_000_000_000)
    let (days, secondOfDay) = seconds.floorDivided(by: 86_400)
    let (year, month, day) = Self.civil(fromDays: days)
    var text: [UInt8] = []
    text.reserveCapacity(30)
    func append(_ value: Int64, digits: Int) {
      var divisor: Int64 = 1
      for _ in 1..<digits { divisor *= 10 }
      var rest = value
      for _ in 0..<digits {
        text.append(UInt8(ascii: "0") + UInt8(rest / divisor))
        rest %= divisor
        divisor /= 10
      }
    }
    append(year, digits: 4)
    text.append(UInt8(ascii: "-"))
    append(month, digits: 2)
    text.append(UInt8(ascii: "-"))
    append(day, digits: 2)
    text.append(UInt8(ascii: "T"))
    append(secondOfDay / 3600, digits: 2)
    text.append(UInt8(ascii: ":"))
    append(secondOfDay / 60 % 60, digits: 2)
    text.append(UInt8(ascii: ":"))
    append(secondOfDay % 60, digits: 2)
    text.append(UInt8(ascii: "."))
    append(fraction, digits: 9)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads RFC 3339 with any offset. Digits beyond nanoseconds are cut; a leap second (`:60`) counts as the second after.
  ///
  /// Nil for anything else, for a day that no calendar has, and for instants outside of 1677 to 2262.
  public init?(rfc3339 text: some StringProtocol) {
    var rest = Array(text.utf8)[...]
    func digits(_ count: Int) -> Int64? {
      guard rest.count >= count else { return nil }
      var value: Int64 = 0
      for byte in rest.prefix(count) {
        guard byte &- 0x30 < 10 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      rest = rest.dropFirst(count)
      return value
    }
    func take(_ allowed: [UInt8]) -> UInt8? {
      guard let first = rest.first, allowed.contains(first) else { return nil }
      rest = rest.dropFirst()
      return first
    }
    guard let year = digits(4), take([0x2D]) != nil, let month = digits(2), take([0x2D]) != nil, let day = digits(2),
      take([0x54, 0x74, 0x20]) != nil,
      let hour = digits(2), take([0x3A]) != nil, let minute = digits(2), take([0x3A]) != nil, let second = digits(2),
      (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year), hour <= 23, minute <= 59, second <= 60
    else { return nil }

    var fraction: Int64 = 0
    if take([0x2E]) != nil {
      var count = 0
      while let byte = rest.first, byte &- 0x30 < 10 {
        if count < 9 { fraction = fraction * 10 + Int64(byte - 0x30) }
        count += 1
        rest = rest.dropFirst()
      }
      guard count > 0 else { return nil }
      for _ in min(count, 9)..<9 { fraction *= 10 }
    }

    var offset: Int64 = 0
    guard let zone = take([0x5A, 0x7A, 0x2B, 0x2D]) else { return nil }
    if zone == 0x2B || zone == 0x2D {
      guard let hours = digits(2), take([0x3A]) != nil, let minutes = digits(2), hours <= 23, minutes <= 59 else { return nil }
      offset = (hours * 3600 + minutes * 60) * (zone == 0x2D ? -1 : 1)
    }
    guard rest.isEmpty else { return nil }

    let seconds = Self.days(fromYear: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    // Counted from the end of a second before 1970, so that the first instants do not overflow on the way.
    let (product, overflow) = (seconds < 0 ? seconds + 1 : seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowed) = product.addingReportingOverflow(seconds < 0 ? fraction - 1_000_000_000 : fraction)
    if overflow || overflowed { return nil }
    self.init(nanoseconds: sum)
  }

  private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years that start in March.
  private static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.floorDivided(by: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}
