extension JSONValue {
  /// Equal as JSON: members in any order, numbers by their exact value (`1`, `1.0` and `10e-1` are one number).
  public func equals(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.number(let left), .number(let right)): left == right || Decimal(left) == Decimal(right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.object(let left), .object(let right)): Self.haveEqualMembers(left, right)
    case (.string(let left), .string(let right)): left.isSame(as: right)
    case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): self == other
    }
  }

  private static func haveEqualMembers(_ left: [Member], _ right: [Member]) -> Bool {
    guard left.count == right.count else { return false }
    let byKey = Dictionary(right.map { (ExactText($0.key), $0.value) }, uniquingKeysWith: { _, last in last })
    return left.allSatisfy { member in byKey[ExactText(member.key)].map { member.value.equals($0) } ?? false }
  }

  /// A JSON number in the one form that all its spellings share: its digits without zeros at either end, and the power of ten
  /// that the last of them has.
  private struct Decimal: Equatable {
    var isNegative = false
    var digits: [UInt8] = []
    var exponent = 0

    init(_ text: String) {
      var exponentText: [UInt8] = []
      var isFraction = false
      var isExponent = false
      for byte in text.utf8 {
        switch byte {
        case _ where isExponent: exponentText.append(byte)
        case UInt8(ascii: "-"): isNegative = true
        case UInt8(ascii: "."): isFraction = true
        case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
        default:
          if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
          if isFraction { exponent -= 1 }
        }
      }
      while digits.last == UInt8(ascii: "0") {
        digits.removeLast()
        exponent += 1
      }
      if digits.isEmpty {
        isNegative = false
        exponent = 0
      } else if isExponent {
        // An exponent beyond Int is as far away as one can be: such numbers are told apart by nobody.
        let given = Int(String(decoding: exponentText, as: UTF8.self)) ?? (exponentText.first == UInt8(ascii: "-") ? .min / 2 : .max / 2)
        let (sum, overflow) = exponent.addingReportingOverflow(given)
        exponent = overflow ? given : sum
      }
    }
  }
}
