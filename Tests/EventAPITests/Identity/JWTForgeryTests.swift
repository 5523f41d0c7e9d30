import CryptoExtras
import EventAPI
import Fanfare
import JWTKit
import Testing

/// Tokens that try to choose how, or with what, they are checked.
@Suite struct JWTForgeryTests {
  private let header: @Sendable (String) -> [UInt8] = { Array($0.utf8) }
  private let payload = SigningKey.document(["sub": "ann", "groups": ["payments", "orders"], "exp": 4_102_444_800])

  @Test(arguments: [
    #"{"alg":"none"}"#, #"{"alg":"None","kid":"k1"}"#, #"{"alg":"NONE"}"#, #"{"alg":""}"#, #"{"kid":"k1"}"#, #"{"alg":null}"#, "{}", "[]",
    #"{"alg":["ES256"]}"#, #"{"alg":"ES256 ","kid":"k1"}"#, #"{"alg":"es256","kid":"k1"}"#, #"{"alg":"RS256","kid":"k1"}"#,
    #"{"alg":"ES384","kid":"k1"}"#, #"{"alg":"HS256","kid":"k1"}"#, #"{"alg":"EdDSA","kid":"k1"}"#,
    #"{"alg":"ES256","kid":"k2"}"#, #"{"alg":"ES256","kid":""}"#, #"{"alg":"ES256","kid":1}"#, #"{"alg":"ES256","kid":["k1"]}"#,
    #"{"alg":"ES256","kid":"k1","crit":["exp"]}"#, #"{"alg":"ES256","kid":"k1","crit":[]}"#, #"{"alg":"ES256","kid":"k1","crit":null}"#,
    #"{"alg":"ES256","kid":"k1","b64":false,"crit":["b64"]}"#, #"{"alg":"none","alg":"ES256","kid":"k1"}"#,
  ])
  func `a header that says something else than the key is refused, however good the signature`(header: String) async throws {
    let key = try await SigningKey.make("ES256")
    try await JWTTests.run(trusting: [key]) { (world) async throws in
      let fine = try key.sign(header: Array(#"{"alg":"ES256","kid":"k1"}"#.utf8), payload: payload)
      #expect(try await world.get(JWTTests.events, bearer: fine).status == 200)
      let token = try key.sign(header: Array(header.utf8), payload: payload)
      try await JWTTests.refused(token, in: world)
      let unsigned = token.split(separator: ".").prefix(2).joined(separator: ".") + "."
      try await JWTTests.refused(unsigned, in: world)
    }
  }

  @Test func `a public key is no secret to sign with`() async throws {
    let backing = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let key = try await SigningKey.rsa("RS256", id: "k1", JWTKit.Insecure.RSA.PrivateKey(backing: backing))
    let modulus = try #require(key.jwk["n"]?.stringValue)
    let pem = backing.publicKey.pemRepresentation
    try await JWTTests.run(trusting: [key]) { (world) async throws in
      for secret in [pem, pem + "\n", modulus, String(decoding: key.jwk.bytes, as: UTF8.self)] {
        for id in ["k1", nil] {
          try await JWTTests.refused(try await SigningKey.secret(secret, id: id).token(), in: world)
        }
      }
      let der = try await SigningKey.secret(Base64.encode(backing.publicKey.derRepresentation), id: "k1")
      try await JWTTests.refused(try der.token(), in: world)
    }
  }

  @Test func `an RSA key checks signatures of its one algorithm only`() async throws {
    let backing = try JWTKit.Insecure.RSA.PrivateKey(backing: .init(keySize: .bits2048))
    let key = try await SigningKey.rsa("RS256", id: "k1", backing)
    try await JWTTests.run(trusting: [key]) { (world) async throws in
      #expect(try await world.get(JWTTests.events, bearer: try key.token()).status == 200)
      for other in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        let wrong = try await SigningKey.rsa(other, id: "k1", backing)
        try await JWTTests.refused(try wrong.token(), in: world, "\(other)")
        try await JWTTests.refused(try wrong.token(header: ["alg": "RS256"]), in: world, "\(other) called RS256")
      }
    }
  }

  @Test func `a key that a token brings along is not looked at`() async throws {
    let key = try await SigningKey.make("ES256")
    let own = try await SigningKey.make("ES256", id: "own")
    try await JWTTests.run(trusting: [key]) { (world) async throws in
      for header: [String: JSONValue] in [
        ["jwk": own.jwk], ["jwk": own.jwk, "kid": "k1"], ["jwk": own.jwk, "kid": .null], ["jku": "http://127.0.0.1:1/keys"],
        ["x5c": ["MIIB"], "kid": "k1"], ["x5u": "http://127.0.0.1:1/certificate", "kid": "k1"],
      ] { try await JWTTests.refused(try own.token(header: header), in: world, "\(header)") }
      #expect(try await world.get(JWTTests.events, bearer: try key.token(header: ["jwk": own.jwk])).status == 200)
    }
  }

  @Test func `a token without kid is tried with every key of its algorithm`() async throws {
    let keys = [
      try await SigningKey.make("ES256", id: "a"), try await SigningKey.make("RS256", id: "b"), try await SigningKey.make("ES256", id: nil),
    ]
    let stranger = try await SigningKey.make("ES256", id: nil)
    try await JWTTests.run(trusting: keys) { (world) async throws in
      for key in keys { #expect(try await world.get(JWTTests.events, bearer: try key.token(header: ["kid": .null])).status == 200) }
      try await JWTTests.refused(try stranger.token(), in: world)
      try await JWTTests.refused(try keys[0].token(header: ["kid": "b"]), in: world, "another key's name")
    }
  }

  @Test func `what only looks like a token is refused as anything unknown is`() async throws {
    let key = try await SigningKey.make("ES256")
    try await JWTTests.run(trusting: [key]) { (world) async throws in
      let token = try key.token()
      for text in [
        "..", "a.b.c", "a..b", token + ".", "x" + token, token + "A", token + "=", token.replacing(".", with: "=."), "e30.e30.e30",
      ] {
        try await JWTTests.refused(text, in: world, "\(text)")
      }
      let huge = try key.token(["groups": .strings((0..<1500).map { "group-\($0)" })])
      #expect(huge.utf8.count > 16 * 1024)
      try await JWTTests.refused(huge, in: world, "huge")
      let large = try key.token(["groups": .strings((0..<500).map { "group-\($0)" } + ["payments"])])
      #expect(try await world.get(JWTTests.events, bearer: large).ids == ["p1"])
    }
  }

  @Test func `without trusted keys a token is an unknown key`() async throws {
    let key = try await SigningKey.make("ES256")
    try await World.run(authenticator: World.always(CredentialAuthenticator(keys: World.TwoCallers(), tokens: nil))) {
      (world) async throws in
      try await JWTTests.refused(try key.token(), in: world)
    }
  }
}
