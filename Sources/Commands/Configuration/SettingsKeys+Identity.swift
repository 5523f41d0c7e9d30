/// The keys that say who is let in, and as whom.
extension SettingsKeys {
  static let anonymous = SettingsKey(
    "auth.anonymous", default: "deny", SettingsKind<Settings.Anonymous>.choice,
    "Whether callers without credentials see events that are for everybody.")
  static let jwksFile = SettingsKey(
    "auth.jwt.jwksFile", .path,
    "A file with the public keys (JWKS) that JWTs are checked with; read again when it changes. One of jwksFile, jwksUrl and secret.")
  static let jwksURL = SettingsKey(
    "auth.jwt.jwksUrl", .httpURL,
    "A URL with the public keys (JWKS) that JWTs are checked with; http:// only on this machine. Fetched again before they are too old.")
  static let jwtSecret = SettingsKey("auth.jwt.secret", .secret, "The secret that JWTs are signed with (HS256).", isSecret: true)
  static let jwtIssuer = SettingsKey("auth.jwt.issuer", .text, "The issuer (iss) that a JWT must name; any if not set.")
  static let jwtAudience = SettingsKey("auth.jwt.audience", .text, "The audience (aud) that a JWT must name; any if not set.")
  static let jwtLeeway = SettingsKey(
    "auth.jwt.leeway", default: "60s", .duration(from: .zero, to: .seconds(600)),
    "How far the clock of whoever makes JWTs may be from this one's.")
  static let groupsClaim = SettingsKey(
    "auth.jwt.groupsClaim", default: "groups", .name,
    "The claim that holds the caller's groups: an array of strings, or one string for one group. Dots reach into objects.")
  static let rolesClaim = SettingsKey("auth.jwt.rolesClaim", default: "roles", .name, "The claim that holds the caller's roles, likewise.")
  static let usernameClaim = SettingsKey(
    "auth.jwt.usernameClaim", default: "preferred_username", .name, "The claim that holds the caller's name; sub if it is not there.")
  static let adminGroups = SettingsKey("auth.jwt.adminGroups", .names, "Groups whose members are admins.")

  /// `auth.…`, in the order of the documentation.
  static let auth: [SettingsEntry] = [
    anonymous.entry, jwksFile.entry, jwksURL.entry, jwtSecret.entry, jwtIssuer.entry, jwtAudience.entry, jwtLeeway.entry, groupsClaim.entry,
    rolesClaim.entry, usernameClaim.entry, adminGroups.entry,
  ]
}
