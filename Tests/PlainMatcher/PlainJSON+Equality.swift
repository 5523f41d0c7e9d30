import Foundation

extension PlainJSON {
  /// The same value, however it is written: members in any order, numbers by what they are worth.
  public func isEqual(to other: PlainJSON) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.string(let left), .string(let right)): left.isSame(as: right)
    case (.number(let left), .number(let right)):
      // Both have far less than the 38 digits that a Decimal holds.
      left == right || Decimal(string: left) == Decimal(string: right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count && left.allSatisfy { member in other[member.key].map { member.value.isEqual(to: $0) } ?? false }
    default: false
    }
  }
}
