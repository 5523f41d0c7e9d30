import EventAPI
import Fanfare
import Foundation
import Testing

@Suite struct JWKSFileTests {
  private let directory = TestDirectory()

  /// A directory of a test's own, removed with it.
  private final class TestDirectory: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "fanfare-jwks-\(UUID().uuidString)").path

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private var path: String { "\(directory.path)/keys.json" }

  private func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path), options: .atomic) }

  private static let read: @Sendable (String) throws -> [UInt8] = { try Array(Data(contentsOf: URL(filePath: $0))) }

  @Test func `a file that changes is read again, and one that becomes bad is not obeyed`() async throws {
    let old = try await SigningKey.make("ES256", id: "old")
    let new = try await SigningKey.make("EdDSA", id: "new")
    try write([old].jwks)
    let clock = TestClock()
    let file = try await JWKSFile(path: path, read: Self.read, now: clock.now)
    let tokens = JWTAuthenticator(keys: file, rules: JWTRules(), now: { MemoryStore.now })
    #expect(try await tokens.caller(holding: old.token()).name == "ann")

    try write([new].jwks)
    #expect(try await tokens.caller(holding: old.token()).name == "ann", "it has just been looked at")
    clock.advance(by: .seconds(1))
    #expect(try await tokens.caller(holding: new.token()).name == "ann", "an unknown key is looked for sooner")
    await #expect(throws: AuthenticationFailure.unknown) { try await tokens.caller(holding: old.token()) }

    try write(Array("{".utf8))
    clock.advance(by: .seconds(5))
    #expect(try await tokens.caller(holding: new.token()).name == "ann")
    try write([old].jwks)
    clock.advance(by: .seconds(5))
    await #expect(throws: AuthenticationFailure.unknown) { try await tokens.caller(holding: new.token()) }
  }

  @Test func `a file that is bad at the start is an error that names it`() async throws {
    let bad: [(String, String)] = [
      ("{", "is not JSON"), ("[]", "is not a JWKS: it has no array \"keys\""), (#"{"keys":[]}"#, "holds no key that can check a JWT"),
      (#"{"keys":[{"kty":"oct","kid":"s","k":"c2VjcmV0"}]}"#, "key 1 (s) is a shared secret; auth.jwt.secret is the place for that"),
      (#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#, "key 1 has missing or bad numbers, or is too short"),
      (#"{"keys":[{"kty":"RSA","use":"enc"},{"kty":"EC","crv":"secp256k1"}]}"#, "key 1 is not for signatures; key 2 is of a type"),
      (#"{"keys":[{"kty":"EC","crv":"P-256","alg":"RS256"}]}"#, "has an algorithm that does not fit its type"),
      (#"{"keys":[{"kty":"RSA","alg":"none"}]}"#, "has an algorithm that does not fit its type"),
    ]
    for (text, part) in bad {
      try write(Array(text.utf8))
      let error = await #expect(throws: KeySetError.self) { _ = try await JWKSFile(path: path, read: Self.read, now: { MemoryStore.now }) }
      #expect(error?.description.hasPrefix(path + " ") == true && error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `keys that are not for JWTs stand beside those that are`() async throws {
    let key = try await SigningKey.make("RS256")
    let bare = JSONValue.object(try key.jwk.members.filter { $0.key != "alg" })
    let document: JSONValue = ["keys": [["kty": "oct", "k": "x"], ["kty": "OKP", "crv": "X25519", "x": "x"], bare]]
    try write(document.bytes)
    let file = try await JWKSFile(path: path, read: Self.read, now: { MemoryStore.now })
    let tokens = JWTAuthenticator(keys: file, rules: JWTRules(), now: { MemoryStore.now })
    #expect(try await tokens.caller(holding: key.token()).name == "ann", "RSA without alg is RS256")
  }
}
