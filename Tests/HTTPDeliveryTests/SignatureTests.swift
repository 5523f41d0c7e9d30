import HTTPDelivery
import Testing

@Suite struct SignatureTests {
  private let body = Array(#"{"test": 2432232314}"#.utf8)

  private func signature() throws -> StandardWebhookSignature { try #require(StandardWebhookSignature(secret: secret)) }

  /// The specification's own example, computed by another program.
  @Test func `a signature is HMAC-SHA256 with the secret's bytes over id, timestamp and body`() throws {
    let key = try OpenSSL.run(["base64", "-d", "-A"], input: Array(secret.dropFirst(6).utf8))
    let expected = try OpenSSL.hmac(key: key, Array("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.".utf8) + body)
    #expect(try signature().sign(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body) == "v1," + expected)
  }

  @Test func `a signature is found among others and verified`() throws {
    let signature = try signature()
    let entry = signature.sign(id: "m", timestamp: 7, body: body)
    #expect(signature.verify(id: "m", timestamp: "7", body: body, header: entry))
    #expect(signature.verify(id: "m", timestamp: "7", body: body, header: "v1,AAAA v2,xyz \(entry) v1a,zzz"))
  }

  @Test func `anything else than what was signed is not verified`() throws {
    let signature = try signature()
    let entry = signature.sign(id: "m", timestamp: 7, body: body)
    #expect(!signature.verify(id: "n", timestamp: "7", body: body, header: entry))
    #expect(!signature.verify(id: "m", timestamp: "8", body: body, header: entry))
    #expect(!signature.verify(id: "m", timestamp: "7", body: body + [0x20], header: entry))
    #expect(!signature.verify(id: "m", timestamp: "7", body: body, header: ""))
    #expect(!signature.verify(id: "m", timestamp: "7", body: body, header: String(entry.dropFirst(3))))
    #expect(!signature.verify(id: "m", timestamp: "7", body: body, header: "v1," + entry.dropFirst(5)))
    let other = try #require(StandardWebhookSignature(secret: "whsec_AAECAwQFBgcICQoLDA0ODw=="))
    #expect(!other.verify(id: "m", timestamp: "7", body: body, header: entry))
  }

  @Test(arguments: ["whsec_", "whsec_!!!!", "whsec_A", "", "whsec_AA=A"])
  func `what is not base64 is not a secret`(text: String) {
    #expect(StandardWebhookSignature(secret: text) == nil)
  }

  @Test func `a secret may come without its prefix`() throws {
    let bare = try #require(StandardWebhookSignature(secret: String(secret.dropFirst(6))))
    #expect(bare.verify(id: "m", timestamp: "7", body: body, header: try signature().sign(id: "m", timestamp: 7, body: body)))
  }
}
