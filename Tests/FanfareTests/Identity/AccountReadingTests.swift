import Fanfare
import Testing

@Suite struct AccountReadingTests {
  private static let now = Timestamp(seconds: 1_700_000_000)

  private func profile(_ text: String) throws -> Account.Profile { try Account.Profile(parsing: Array(text.utf8)) }
  private func draft(_ text: String) throws -> APIKey.Draft { try APIKey.Draft(parsing: Array(text.utf8), now: Self.now) }

  private func faults(_ read: () throws -> Void) -> [String] {
    do {
      try read()
    } catch let errors as ValidationErrors {
      return errors.errors.map { "\($0.pointer) \($0.code)" }
    } catch {
      Issue.record("\(error)")
    }
    return []
  }

  @Test func `a name is enough, and makes an enabled user without groups`() throws {
    #expect(try profile(#"{"name":"ann"}"#) == Account.Profile(name: "ann"))
    #expect(try profile(#"{"name":"ann","email_address":null,"groups":null,"disabled":null}"#) == Account.Profile(name: "ann"))
  }

  @Test func `what an account shows of itself is taken back`() throws {
    let profile = Account.Profile(
      name: "Ann Ø", emailAddress: "ann@example.com", role: .admin, groups: ["b", "a"], roles: ["project:shop:global:owner"],
      isDisabled: true)
    let account = Account(
      id: KSUID(timestamp: 1, high: 2, low: 3), profile: profile, createdAt: Self.now, lastLoginAt: Self.now + .seconds(1))
    #expect(try Account.Profile(parsing: account.json) == profile)
    #expect(
      String(decoding: account.json, as: UTF8.self)
        == #"{"id":"\#(account.id)","name":"Ann Ø","email_address":"ann@example.com","role":"admin","groups":["b","a"],"roles":["project:shop:global:owner"],"disabled":true,"creation_time":"2023-11-14T22:13:20.000000000Z","last_login_time":"2023-11-14T22:13:21.000000000Z"}"#
    )
  }

  @Test func `everything that is wrong with an account is said at once`() {
    let text = #"""
      {"name":"","email_address":"a@b@c","role":"root","groups":["a","","a",7],"roles":"x","disabled":"no","password":"geheim"}
      """#
    let found = faults { _ = try profile(text) }
    #expect(
      Set(found) == [
        "/password unknown_key", "/name invalid_value", "/email_address invalid_value", "/role invalid_value", "/groups/1 invalid_value",
        "/groups/2 duplicate_value", "/groups/3 invalid_type", "/roles invalid_type", "/disabled invalid_type",
      ])
  }

  @Test(arguments: [
    (#"{}"#, "/name missing_value"), (#"{"name":null}"#, "/name missing_value"), (#"{"name":7}"#, "/name invalid_type"),
    (#"{"name":" ann"}"#, "/name invalid_value"), (#"{"name":"a\nb"}"#, "/name invalid_value"),
    (#"{"name":"\#(String(repeating: "x", count: 51))"}"#, "/name invalid_value"),
    (#"{"name":"a","email_address":"@b"}"#, "/email_address invalid_value"),
    (#"{"name":"a","email_address":"a b@c"}"#, "/email_address invalid_value"),
    (#"{"name":"a","groups":["x","y","x"]}"#, "/groups/2 duplicate_value"), (#"{"name":"a","roles":["*"]}"#, "/roles/0 invalid_value"),
    (#"[]"#, " invalid_type"), (#"{"#, " malformed_json"), (#"{"name":"a","name":"b"}"#, " malformed_json"),
  ])
  func `what is no account is refused with a pointer`(text: String, fault: String) {
    #expect(faults { _ = try profile(text) } == [fault])
  }

  @Test func `a name has up to fifty characters, of any script`() throws {
    let name = String(repeating: "ж", count: 50)
    #expect(try profile(#"{"name":"\#(name)"}"#).name == name)
  }

  @Test func `a key has a name, and an end in the future or none`() throws {
    #expect(try draft(#"{"name":"ci"}"#) == APIKey.Draft(name: "ci"))
    #expect(
      try draft(#"{"name":"ci","expiration_time":"2023-11-14T23:13:21+01:00"}"#)
        == APIKey.Draft(name: "ci", expiresAt: Self.now + .seconds(1)))
    #expect(
      faults { _ = try draft(#"{"expiration_time":"2023-11-14T22:13:20Z","id":"x"}"#) } == [
        "/id unknown_key", "/name missing_value", "/expiration_time invalid_value",
      ])
    #expect(faults { _ = try draft(#"{"name":"ci","expiration_time":"30d"}"#) } == ["/expiration_time invalid_value"])
  }

  @Test func `a secret is new each time, 43 base62 digits long, and shown nowhere but when it is made`() {
    var random = SystemRandomNumberGenerator()
    let secrets = Set((0..<100).map { _ in APIKey.makeSecret(using: &random) })
    #expect(secrets.count == 100)
    for secret in secrets {
      #expect(secret.hasPrefix("fanfare_"))
      #expect(secret.utf8.count == 51)
      #expect(secret.dropFirst(8).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }
    let key = APIKey(
      id: KSUID(timestamp: 1, high: 2, low: 3), account: KSUID(timestamp: 1, high: 2, low: 4), name: "ci",
      digest: APIKey.digest(of: "s"), createdAt: Self.now)
    var json = JSONWriter()
    key.appendJSON(to: &json)
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"id":"\#(key.id)","name":"ci","creation_time":"2023-11-14T22:13:20.000000000Z"}"#)
  }

  @Test func `a digest is SHA-256`() {
    // FIPS 180-2, appendix B.1.
    #expect(APIKey.digest(of: "abc").prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
    #expect(APIKey.digest(of: "abc").suffix(4) == [0xF2, 0x00, 0x15, 0xAD])
  }

  @Test func `a key is expired from its very instant on`() {
    func key(_ expiresAt: Timestamp?) -> APIKey {
      APIKey(
        id: KSUID(timestamp: 1, high: 2, low: 3), account: KSUID(timestamp: 1, high: 2, low: 4), name: "k", digest: [],
        createdAt: Self.now, expiresAt: expiresAt)
    }
    #expect(!key(nil).isExpired(at: Self.now))
    #expect(key(Self.now).isExpired(at: Self.now))
    #expect(!key(Self.now + .nanoseconds(1)).isExpired(at: Self.now))
  }
}
