extension [UInt8] {
  /// A JSON text on one line. In JSON, line breaks stand between values only, and there a space says the same.
  public var onOneLine: [UInt8] {
    var text = self
    for index in text.indices where text[index] == 0x0A || text[index] == 0x0D { text[index] = 0x20 }
    return text
  }
}
