/// Where a client is in a stream: the id of the last event he got, in a form that any header takes.
///
/// Not a number of the store's: from the gaps between those he could tell how many events there are that he may not see.
enum StreamPosition {
  /// The id with everything but visible ASCII percent-encoded, and the percent sign. Most ids stay as they are.
  static func text(for id: String) -> String {
    if id.utf8.allSatisfy(isPlain) { return id }
    return id.utf8.map { isPlain($0) ? String(UnicodeScalar($0)) : PercentEncoding.escape($0) }.joined()
  }

  /// The event's id. Nil if this was never a position.
  static func id(from text: String) -> String? {
    PercentEncoding.decode(text.utf8)
  }

  private static func isPlain(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%") }
}
