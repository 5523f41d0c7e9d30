/// What names and ids from outside may be made of.
public enum PrintableText {
  /// What is wrong with a text, to end a sentence with; nil if it has 1 to `limit` characters, all printable.
  public static func fault(of text: String, limit: Int) -> String? {
    if text.isEmpty { return "is empty" }
    // Plain ASCII, as nearly all of them are, has as many characters as bytes.
    if text.utf8.count <= limit, text.utf8.withContiguousStorageIfAvailable({ $0.allSatisfy { 0x20..<0x7F ~= $0 } }) == true { return nil }
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFFFE, 0xFFFF: return "holds a character that cannot be printed"
      default: break
      }
    }
    return count > limit ? "has \(count)" : nil
  }
}
