/// A set of Unicode scalars: what one place of a regular expression accepts.
struct ScalarSet: Sendable, Hashable {
  /// Sorted, apart from each other.
  private(set) var ranges: [ClosedRange<UInt32>] = []
  /// The part below 128, one bit each.
  private var ascii: (low: UInt64, high: UInt64) = (0, 0)

  init(_ ranges: [ClosedRange<UInt32>] = []) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
    for range in self.ranges where range.lowerBound < 128 {
      for scalar in range.lowerBound...min(range.upperBound, 127) {
        if scalar < 64 { ascii.low |= 1 << UInt64(scalar) } else { ascii.high |= 1 << UInt64(scalar - 64) }
      }
    }
  }

  init(_ scalar: UInt32) { self.init([scalar...scalar]) }

  static let greatest: UInt32 = 0x10FFFF
  static let all = ScalarSet([0...greatest])
  static let notLineBreak = ScalarSet([0...0x09, 0x0B...greatest])
  static let digit = ScalarSet([0x30...0x39])
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet([0x09...0x0D, 0x20...0x20])

  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    if scalar < 64 { return ascii.low >> UInt64(scalar) & 1 != 0 }
    if scalar < 128 { return ascii.high >> UInt64(scalar - 64) & 1 != 0 }
    return containsBeyondASCII(scalar)
  }

  private func containsBeyondASCII(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= scalar
  }

  var inverted: ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= Self.greatest { gaps.append(next...Self.greatest) }
    return ScalarSet(gaps)
  }

  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// The set with the other case of each of its letters, as far as that is one letter too.
  ///
  /// Ranges are folded scalar by scalar, but only where letters with two cases are: below U+1E944.
  var ignoringCase: ScalarSet {
    var folded = ranges
    for range in ranges where range.lowerBound <= Self.lastCased {
      for value in range.lowerBound...min(range.upperBound, Self.lastCased) {
        guard let scalar = Unicode.Scalar(value) else { continue }
        for other in Self.cases(of: scalar) where other != value { folded.append(other...other) }
      }
    }
    return ScalarSet(folded)
  }

  private static let lastCased: UInt32 = 0x1E943

  private static func cases(of scalar: Unicode.Scalar) -> [UInt32] {
    if scalar.value < 128 {
      switch scalar.value {
      // The Kelvin sign and the long s are a k and an s of another look.
      case 0x4B, 0x6B: return [scalar.value ^ 0x20, 0x212A]
      case 0x53, 0x73: return [scalar.value ^ 0x20, 0x17F]
      case 0x41...0x5A, 0x61...0x7A: return [scalar.value ^ 0x20]
      default: return []
      }
    }
    return [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap { mapping in
      mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first?.value : nil
    }
  }

  static func == (left: ScalarSet, right: ScalarSet) -> Bool { left.ranges == right.ranges }

  func hash(into hasher: inout Hasher) { hasher.combine(ranges) }
}
