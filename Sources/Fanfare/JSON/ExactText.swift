extension String {
  /// Whether both are the same text, character for character.
  ///
  /// `==` takes `é` written as one character and as two for the same. Neither the database nor other programs do, so names and values are
  /// compared by this.
  public func isSame(as other: String) -> Bool { self == other && utf8.elementsEqual(other.utf8) }
}

/// A text as a key that is told apart from others as ``Swift/String/isSame(as:)`` does.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  // The hash may stay: it is the same for texts that are the same.
  static func == (left: ExactText, right: ExactText) -> Bool { left.text.isSame(as: right.text) }
}
