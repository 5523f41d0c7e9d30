/// A K-sortable unique identifier: 4 bytes of seconds since 1,400,000,000 and 16 bytes of payload, written as 27 base62 digits.
///
/// Order of values, of bytes and of text is the same.
public struct KSUID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 2014-05-13T16:53:20Z.
  public static let epoch: Int64 = 1_400_000_000

  /// Seconds since ``epoch``.
  public let timestamp: UInt32
  /// The payload, big-endian: its first and its last eight bytes.
  public let high: UInt64
  public let low: UInt64

  public init(timestamp: UInt32, high: UInt64, low: UInt64) {
    self.timestamp = timestamp
    self.high = high
    self.low = low
  }

  /// Reads 27 base62 digits. Nil for other lengths, other characters and values above `aWgEPTl1tmebfsQzFP4bxwgy80V`.
  public init?(_ text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 27 else { return nil }
    var words: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
    for digit in digits {
      guard let value = Self.value(of: digit) else { return nil }
      var carry = UInt64(value)
      func step(_ word: inout UInt32) {
        let product = UInt64(word) * 62 + carry
        word = UInt32(truncatingIfNeeded: product)
        carry = product >> 32
      }
      step(&words.4)
      step(&words.3)
      step(&words.2)
      step(&words.1)
      step(&words.0)
      if carry != 0 { return nil }
    }
    self.init(
      timestamp: words.0, high: UInt64(words.1) << 32 | UInt64(words.2), low: UInt64(words.3) << 32 | UInt64(words.4))
  }

  public var description: String {
    var words = [
      timestamp, UInt32(truncatingIfNeeded: high >> 32), UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: low >> 32),
      UInt32(truncatingIfNeeded: low),
    ]
    return String(unsafeUninitializedCapacity: 27) { buffer in
      for position in stride(from: 26, through: 0, by: -1) {
        var remainder: UInt64 = 0
        for index in words.indices {
          let value = remainder << 32 | UInt64(words[index])
          words[index] = UInt32(value / 62)
          remainder = value % 62
        }
        buffer[position] = Self.alphabet.utf8Start[Int(remainder)]
      }
      return 27
    }
  }

  /// The second that the identifier was made in.
  public var instant: Timestamp { Timestamp(seconds: Int64(timestamp) + Self.epoch) }

  public static func < (left: KSUID, right: KSUID) -> Bool {
    (left.timestamp, left.high, left.low) < (right.timestamp, right.high, right.low)
  }

  private static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 36
    default: nil
    }
  }
}

/// Makes identifiers that only ever grow: in the same second the last payload + 1, and a clock that steps back keeps the last second.
public struct KSUIDGenerator: Sendable {
  private var last: KSUID?

  public init() {}

  /// - Parameter last: the greatest that was made before, by whomever.
  public init(after last: KSUID?) { self.last = last }

  public mutating func next(at now: Timestamp, using random: inout some RandomNumberGenerator) -> KSUID {
    let seconds = UInt32(clamping: now.seconds - KSUID.epoch)
    let next: KSUID
    if let last, seconds <= last.timestamp {
      let (low, carry) = last.low.addingReportingOverflow(1)
      let (high, overflow) = last.high.addingReportingOverflow(carry ? 1 : 0)
      // A payload that ran over moves on to the next second, so that order holds.
      next = KSUID(timestamp: overflow ? last.timestamp &+ 1 : last.timestamp, high: high, low: low)
    } else {
      next = KSUID(timestamp: seconds, high: random.next(), low: random.next())
    }
    last = next
    return next
  }
}
