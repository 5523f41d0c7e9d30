import EventAPI
import HTTPDelivery

extension Settings {
  /// Who is known, besides those who hold keys.
  struct Auth: Sendable {
    var anonymous: Anonymous
    var jwksFile: String?
    var jwksURL: String?
    var jwtSecret: String?
    var jwtRules: JWTRules
  }
}

extension Settings.Auth {
  init(from reading: inout SettingsReading) {
    anonymous = reading.value(SettingsKeys.anonymous)
    jwksFile = reading.optional(SettingsKeys.jwksFile)
    jwksURL = reading.optional(SettingsKeys.jwksURL)
    jwtSecret = reading.optional(SettingsKeys.jwtSecret)
    jwtRules = JWTRules(
      issuer: reading.optional(SettingsKeys.jwtIssuer), audience: reading.optional(SettingsKeys.jwtAudience),
      leeway: reading.value(SettingsKeys.jwtLeeway), groupsClaim: reading.value(SettingsKeys.groupsClaim),
      rolesClaim: reading.value(SettingsKeys.rolesClaim), usernameClaim: reading.value(SettingsKeys.usernameClaim),
      adminGroups: Set(reading.list(SettingsKeys.adminGroups)))
  }

  /// What is wrong between keys that are right by themselves.
  var contradictions: [String] {
    var found: [String] = []
    let sources = [("auth.jwt.jwksFile", jwksFile), ("auth.jwt.jwksUrl", jwksURL), ("auth.jwt.secret", jwtSecret)].filter { $0.1 != nil }
    if sources.count > 1 {
      found.append("\(sources.map(\.0).joined(separator: " and ")) are set: JWTs are checked with the keys of one of them, so set only one")
    }
    if let jwksURL, !Self.isSafe(jwksURL) {
      found.append(
        "auth.jwt.jwksUrl is an http:// URL of another machine, and whoever is on the way could put his own keys there: it must be https://"
      )
    }
    let rules = [
      ("auth.jwt.issuer", jwtRules.issuer != nil), ("auth.jwt.audience", jwtRules.audience != nil),
      ("auth.jwt.adminGroups", !jwtRules.adminGroups.isEmpty),
    ].filter(\.1).map(\.0)
    if sources.isEmpty, !rules.isEmpty {
      found.append(
        "\(rules.joined(separator: " and ")) \(rules.count == 1 ? "is" : "are") set, and no JWT can be checked: "
          + "set auth.jwt.jwksFile, auth.jwt.jwksUrl or auth.jwt.secret")
    }
    return found
  }

  /// https, or http that does not leave this machine.
  private static func isSafe(_ url: String) -> Bool {
    guard url.lowercased().hasPrefix("http://") else { return true }
    let authority = url.dropFirst("http://".count).prefix { !"/?#".contains($0) }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return ListenAddress("\(host)\(host.hasSuffix("]") || !host.contains(":") ? ":80" : "")")?.isLoopback ?? false
  }
}

extension SettingsKind where Value == String {
  /// RFC 7518 §3.2: as long as the hash of HS256 at least.
  static var secret: Self {
    .one("printable ASCII without spaces, at least \(SharedSecret.minimumBytes) characters") { text in
      text.utf8.count >= SharedSecret.minimumBytes && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }
  }
}
