internal import Crypto
internal import Fanfare

/// What the secrets in the store are encrypted with: 32 random bytes that must stand elsewhere than in the store.
///
/// Says nothing of itself but its ``id``, wherever it is printed.
public struct SecretKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// Tells keys apart without telling anything of them: 16 hexadecimal digits of a digest.
  public struct ID: Hashable, Sendable, CustomStringConvertible {
    let number: UInt64

    public var description: String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
  }

  public static let byteCount = 32
  private static let prefix = "fanfare-secrets-key-1:"

  public let id: ID
  let bytes: [UInt8]

  /// Nil unless it is ``byteCount`` bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
    let digest = SHA256.hash(data: Array("fanfare secrets key id".utf8) + bytes)
    id = ID(number: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  public init(using random: inout some RandomNumberGenerator) {
    // The count is right.
    self.init(bytes: (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })!
  }

  /// Reads ``text``. Nil for anything else.
  public init?(text: some StringProtocol) {
    guard text.hasPrefix(Self.prefix), let bytes = Base64.decode(text.dropFirst(Self.prefix.count)) else { return nil }
    self.init(bytes: bytes)
  }

  /// The key itself in one line, for a file that only its owner can read: what it is, the version of its form, and base64.
  public var text: String { Self.prefix + Base64.encode(bytes) }

  public var description: String { "the key \(id)" }
  public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
