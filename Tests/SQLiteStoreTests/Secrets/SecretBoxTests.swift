import Fanfare
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct SecretBoxTests {
  private let box = SecretBox(.sample(1))
  private let place = SecretBox.Place.secrets(subscription: 7)

  @Test(arguments: [0, 1, 16, 5_000]) func `what is sealed opens where it was sealed for, and says nothing of itself`(count: Int) throws {
    let bytes = Array(repeating: UInt8(ascii: "s"), count: count)
    let sealed = try box.seal(bytes, in: place)
    #expect(sealed.count == count + 37)
    #expect(try box.open(sealed, in: place) == bytes)
    if count > 8 { #expect(!sealed.contains(bytes.prefix(8))) }
    // The nonce is random: equal texts cannot be told to be equal.
    #expect(try box.seal(bytes, in: place) != sealed)
  }

  @Test func `it opens in no other place, with no other key, and not once a bit of it was changed`() throws {
    let sealed = try box.seal([1, 2, 3], in: place)
    func code(_ bytes: [UInt8], in place: SecretBox.Place, with box: SecretBox) -> SQLiteStoreError.Code? {
      #expect(throws: SQLiteStoreError.self) { _ = try box.open(bytes, in: place) }?.code
    }
    #expect(code(sealed, in: .secrets(subscription: 8), with: box) == .corrupt)
    #expect(code(sealed, in: .document(subscription: 7), with: box) == .corrupt)
    #expect(code(sealed, in: place, with: SecretBox(.sample(2))) == .wrongKey)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      let expected: SQLiteStoreError.Code = (1...8).contains(index) ? .wrongKey : .corrupt
      #expect(code(changed, in: place, with: box) == expected, "byte \(index)")
    }
    for count in 0..<sealed.count { #expect(code(Array(sealed.prefix(count)), in: place, with: box) == .corrupt, "\(count) bytes") }
    #expect(code(Array(#"["whsec_x"]"#.utf8), in: place, with: box) == .corrupt)
  }

  @Test func `an endpoint's fingerprint is that of its kind and URL under one key`() throws {
    let fingerprint = box.fingerprint(of: .webhook, url: "https://a.example/")
    #expect(fingerprint.count == 32)
    #expect(SecretBox(.sample(1)).fingerprint(of: .webhook, url: "https://a.example/") == fingerprint)
    #expect(box.fingerprint(of: .slack, url: "https://a.example/") != fingerprint)
    #expect(box.fingerprint(of: .webhook, url: "https://a.example") != fingerprint)
    #expect(SecretBox(.sample(2)).fingerprint(of: .webhook, url: "https://a.example/") != fingerprint)
  }
}

@Suite struct SecretKeyTests {
  @Test func `a key is written as one line and read again, and nothing else is a key`() throws {
    let key = SecretKey.sample(3)
    #expect(key.text.hasPrefix("fanfare-secrets-key-1:"))
    #expect(SecretKey(text: key.text) == key)
    let base64 = key.text.dropFirst("fanfare-secrets-key-1:".count)
    for text in ["", "\(base64)", "fanfare-secrets-key-2:\(base64)", "\(key.text)=", String(key.text.dropLast(4)), "\(key.text) "] {
      #expect(SecretKey(text: text) == nil, "\(text)")
    }
    #expect(SecretKey(bytes: [UInt8](repeating: 1, count: 31)) == nil)
    #expect(SecretKey.sample(4).id != key.id)
  }

  @Test func `however a key is printed, only its id is told`() throws {
    let bytes = [UInt8](repeating: 201, count: 32)
    let key = try #require(SecretKey(bytes: bytes))
    var dumped = ""
    dump([key], to: &dumped)
    for text in ["\(key)", String(reflecting: key), "\([key])", "\((key, 1))", dumped] {
      #expect(text.contains("\(key.id)"), "\(text)")
      #expect(!text.contains("201") && !text.contains(Base64.encode(bytes)), "\(text)")
    }
    #expect("\(key.id)".utf8.count == 16)
  }
}
