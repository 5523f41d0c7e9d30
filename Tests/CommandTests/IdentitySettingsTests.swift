import EventAPI
import Testing

@testable import fanfare

/// `auth.…` and the rate of requests.
@Suite struct IdentitySettingsTests {
  private static let secret = "0123456789abcdef0123456789abcdef"

  private func input(_ flags: [String: String]) -> SettingsInput {
    SettingsInput(flags: flags.mapValues { SettingsInput.Flag($0, name: "--set") })
  }

  @Test func `every key of a JWT's rules is obeyed`() throws {
    let settings = try input([
      "auth.anonymous": "public", "auth.jwt.secret": Self.secret, "auth.jwt.issuer": "https://id.example", "auth.jwt.audience": "fanfare",
      "auth.jwt.leeway": "5s", "auth.jwt.groupsClaim": "g", "auth.jwt.rolesClaim": "realm_access.roles", "auth.jwt.usernameClaim": "email",
      "auth.jwt.adminGroups": "ops, root", "http.requestsPerSecond": "50", "http.requestBurst": "200",
    ]).read().usable()
    #expect(settings.auth.anonymous == .public)
    #expect(settings.auth.jwtSecret == Self.secret)
    let rules = settings.auth.jwtRules
    #expect(rules.issuer == "https://id.example")
    #expect(rules.audience == "fanfare")
    #expect(rules.leeway == .seconds(5))
    #expect([rules.groupsClaim, rules.rolesClaim, rules.usernameClaim] == ["g", "realm_access.roles", "email"])
    #expect(rules.adminGroups == ["ops", "root"])
    #expect(settings.http.requestLimit == RequestLimit(perSecond: 50, burst: 200))
    #expect(try input(["http.requestsPerSecond": "7"]).read().usable().http.requestLimit == RequestLimit(perSecond: 7, burst: 7))
  }

  @Test func `a secret that is shorter than its hash is refused, and not shown`() {
    let faults = input(["auth.jwt.secret": String(Self.secret.dropLast())]).read().faults
    #expect(faults == ["auth.jwt.secret is \"***\" (from --set); it must be printable ASCII without spaces, at least 32 characters"])
  }

  @Test func `keys come from one place`() {
    let faults = input(["auth.jwt.secret": Self.secret, "auth.jwt.jwksFile": "keys.json", "auth.jwt.jwksUrl": "https://id.example/keys"])
      .read().faults
    #expect(
      faults == [
        "auth.jwt.jwksFile and auth.jwt.jwksUrl and auth.jwt.secret are set: "
          + "JWTs are checked with the keys of one of them, so set only one"
      ])
  }

  @Test func `keys come over TLS, or do not leave the machine`() throws {
    for url in [
      "https://id.example/keys", "HTTPS://id.example", "http://127.0.0.1:8080/keys", "http://localhost/keys", "http://[::1]:80/keys",
      "http://[::1]", "http://user:pass@localhost:1/keys",
    ] { #expect(input(["auth.jwt.jwksUrl": url]).read().faults.isEmpty, "\(url)") }
    for url in [
      "http://id.example/keys", "http://10.0.0.1/keys", "HTTP://id.example", "http://localhost.evil.example/",
      "http://localhost@evil.example/",
      "http://127.0.0.1@evil.example:80/",
    ] {
      let faults = input(["auth.jwt.jwksUrl": url]).read().faults
      #expect(faults.count == 1 && faults.first?.hasSuffix("it must be https://") == true, "\(url): \(faults)")
    }
  }

  @Test func `rules without keys, and a burst without a rate, are faults`() {
    #expect(
      input(["auth.jwt.issuer": "x"]).read().faults == [
        "auth.jwt.issuer is set, and no JWT can be checked: set auth.jwt.jwksFile, auth.jwt.jwksUrl or auth.jwt.secret"
      ])
    #expect(
      input(["auth.jwt.audience": "x", "auth.jwt.adminGroups": "y", "http.requestBurst": "5"]).read().faults == [
        "http.requestBurst is set, and there is no rate that it belongs to: set http.requestsPerSecond too",
        "auth.jwt.audience and auth.jwt.adminGroups are set, and no JWT can be checked: "
          + "set auth.jwt.jwksFile, auth.jwt.jwksUrl or auth.jwt.secret",
      ])
  }
}
