/// Standard base64 with padding (RFC 4648 §4).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var buffer: UInt32 = 0
    var count = 0
    func emit(_ digits: Int) {
      for digit in 0..<4 {
        text.append(digit < digits ? alphabet[Int(buffer >> (18 - 6 * UInt32(digit)) & 63)] : UInt8(ascii: "="))
      }
    }
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      count += 1
      if count == 3 {
        emit(4)
        buffer = 0
        count = 0
      }
    }
    if count > 0 {
      buffer <<= 8 * UInt32(3 - count)
      emit(count + 1)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for text that is not canonical: other characters, missing padding, or bits that no encoder sets.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 4 == 0 else { return nil }
    let padding = digits.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3)
    var buffer: UInt32 = 0
    for (index, digit) in digits.enumerated() {
      var value: UInt32 = 0
      if index < digits.count - padding {
        guard let found = alphabet.firstIndex(of: digit) else { return nil }
        value = UInt32(found)
      }
      buffer = buffer << 6 | value
      if index % 4 == 3 {
        bytes += [UInt8(truncatingIfNeeded: buffer >> 16), UInt8(truncatingIfNeeded: buffer >> 8), UInt8(truncatingIfNeeded: buffer)]
        buffer = 0
      }
    }
    let excess = bytes.suffix(padding)
    guard excess.allSatisfy({ $0 == 0 }) else { return nil }
    bytes.removeLast(padding)
    return bytes
  }
}
