internal import Crypto
internal import Fanfare

/// Seals what is secret in a row, with AES-256-GCM: what was changed, or stands in another row, does not open.
///
/// Sealed bytes are the version of their form (1), the key's id (8 bytes), the nonce (12, random), the ciphertext and the tag (16).
struct SecretBox: Sendable {
  /// Where sealed bytes stand. They open nowhere else.
  enum Place: CustomStringConvertible {
    case document(subscription: Int64)
    case secrets(subscription: Int64)

    var description: String {
      switch self {
      case .document(let row): "subscription.document of row \(row)"
      case .secrets(let row): "subscription.secrets of row \(row)"
      }
    }
  }

  let keyID: SecretKey.ID
  private let sealingKey: SymmetricKey
  private let fingerprintKey: SymmetricKey
  private static let headerCount = 9

  init(_ key: SecretKey) {
    func derived(_ purpose: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(inputKeyMaterial: SymmetricKey(data: key.bytes), info: Array(purpose.utf8), outputByteCount: 32)
    }
    keyID = key.id
    sealingKey = derived("fanfare secrets")
    fingerprintKey = derived("fanfare endpoints")
  }

  func seal(_ bytes: [UInt8], in place: Place) throws -> [UInt8] {
    let header = [1] + (0..<8).map { UInt8(truncatingIfNeeded: keyID.number >> (56 - 8 * UInt64($0))) }
    let sealed = try AES.GCM.seal(bytes, using: sealingKey, authenticating: header + Array("\(place)".utf8))
    return header + Array(sealed.nonce) + Array(sealed.ciphertext) + Array(sealed.tag)
  }

  /// - Throws: ``SQLiteStoreError`` if the bytes were sealed with another key, for another place, or are not what was sealed.
  func open(_ sealed: [UInt8], in place: Place) throws -> [UInt8] {
    let header = sealed.prefix(Self.headerCount)
    guard header.count == Self.headerCount, header[0] == 1 else {
      throw SQLiteStoreError(.corrupt, "\(place) is not encrypted as this version of Fanfare does it")
    }
    let sealedWith = SecretKey.ID(number: header.dropFirst().reduce(0) { $0 << 8 | UInt64($1) })
    guard sealedWith == keyID else {
      throw SQLiteStoreError(.wrongKey, "\(place) was encrypted with the key \(sealedWith), and the store's key is \(keyID)")
    }
    do {
      let box = try AES.GCM.SealedBox(combined: sealed.dropFirst(Self.headerCount))
      return Array(try AES.GCM.open(box, using: sealingKey, authenticating: Array(header) + Array("\(place)".utf8)))
    } catch {
      throw SQLiteStoreError(.corrupt, "\(place) cannot be decrypted: it was changed, or written for another row")
    }
  }

  /// By which an endpoint is found whose URL is nowhere in the clear.
  func fingerprint(of kind: Subscription.Kind, url: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("\(kind.rawValue) \(url)".utf8), using: fingerprintKey))
  }
}

extension SecretBox {
  func seal(_ subscription: Subscription) throws -> (document: [UInt8], secrets: [UInt8]) {
    (
      try seal(subscription.storedJSON(), in: .document(subscription: subscription.row)),
      try seal(Array(subscription.storedSecrets.utf8), in: .secrets(subscription: subscription.row))
    )
  }
}
