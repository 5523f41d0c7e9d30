import Fanfare

/// Base64 with `-` and `_` and without padding (RFC 4648 §5), as JWTs spell it.
enum Base64URL {
  /// Nil for padding, for characters of the other alphabet, and for whatever no encoder writes: one token has one spelling.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var standard: [UInt8] = []
    standard.reserveCapacity(text.count + 3)
    for byte in text {
      switch byte {
      case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      default: standard.append(byte)
      }
    }
    while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
    return Base64.decode(String(decoding: standard, as: UTF8.self))
  }
}
