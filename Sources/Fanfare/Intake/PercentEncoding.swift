extension StringProtocol {
  /// Everything but RFC 3986's unreserved characters percent-encoded: good for one segment of a path, or one value of a query.
  public var percentEncoded: String {
    var text: [UInt8] = []
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.append(byte)
      default: text += ("%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)).utf8
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// RFC 3986 percent-encoding undone; nil if it is malformed or not UTF-8.
  public var percentDecoded: String? {
    var bytes: [UInt8] = []
    var utf8 = self.utf8.makeIterator()
    while let byte = utf8.next() {
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
      } else {
        guard let high = utf8.next()?.hexadecimalDigit, let low = utf8.next()?.hexadecimalDigit else { return nil }
        bytes.append(high << 4 | low)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
