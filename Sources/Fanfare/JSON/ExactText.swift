extension String {
  /// Whether both are the same text, character for character.
  ///
  /// `==` takes `é` written as one character and as two for the same. Neither the database nor other programs do, so names and values are
  /// compared by this.
  public func isSame(as other: String) -> Bool {
    let left = utf8
    let right = other.utf8
    if left.count != right.count { return false }
    // Side by side in memory, as all but bridged texts are, they are compared without decoding a character.
    let isSame = left.withContiguousStorageIfAvailable { left in
      right.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
    }
    return (isSame ?? nil) ?? left.elementsEqual(right)
  }
}

extension String? {
  /// Whether both are the same text, or both are none.
  public func isSame(as other: String?) -> Bool {
    guard let self, let other else { return self == nil && other == nil }
    return self.isSame(as: other)
  }
}

/// A text as a key that is told apart from others as ``Swift/String/isSame(as:)`` does.
public struct ExactText: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }

  // The hash may stay: it is the same for texts that are the same.
  public static func == (left: ExactText, right: ExactText) -> Bool { left.text.isSame(as: right.text) }
}
