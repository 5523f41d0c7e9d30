import Fanfare

/// What a JWT must say, and what its claims mean (`auth.jwt.*`).
public struct JWTRules: Sendable {
  /// `iss` must be just that; nil for whoever holds a key.
  public var issuer: String?
  /// `aud`, a string or an array, must hold that.
  public var audience: String?
  /// How far the issuer's clock may be from ours.
  public var leeway: Duration
  /// Claims by name. A name with dots reaches into objects (`realm_access.roles`) unless a claim has it as it is.
  public var groupsClaim: String
  public var rolesClaim: String
  /// Where it is absent, `sub` is the name.
  public var usernameClaim: String
  /// Whoever is in one of these groups is an admin.
  public var adminGroups: Set<String>

  public init(
    issuer: String? = nil, audience: String? = nil, leeway: Duration = .seconds(60), groupsClaim: String = "groups",
    rolesClaim: String = "roles", usernameClaim: String = "preferred_username", adminGroups: Set<String> = []
  ) {
    self.issuer = issuer
    self.audience = audience
    self.leeway = leeway
    self.groupsClaim = groupsClaim
    self.rolesClaim = rolesClaim
    self.usernameClaim = usernameClaim
    self.adminGroups = adminGroups
  }

  /// Who holds a token with these claims. Its signature has been found good: the holder may know why it does not help him.
  func caller(with claims: JSONValue, at now: Timestamp) throws(AuthenticationFailure) -> Caller {
    try checkTimes(claims, at: now)
    if let issuer, claims["iss"] != .string(issuer) { throw .refused(reason: "was issued by somebody else than the one trusted here") }
    if let audience, !Self.texts(claims["aud"]).contains(audience) { throw .refused(reason: "was issued for another audience") }
    guard let username = name(claims) else { throw .refused(reason: "names no user") }
    let groups = Set(Self.texts(claims[claim: groupsClaim]))
    return Caller(
      name: username, username: username, groups: groups, roles: Set(Self.texts(claims[claim: rolesClaim])),
      isAdmin: !groups.isDisjoint(with: adminGroups))
  }

  private func checkTimes(_ claims: JSONValue, at now: Timestamp) throws(AuthenticationFailure) {
    let now = Double(now.nanoseconds) / 1e9
    let leeway = leeway / .seconds(1)
    guard let expiry = Self.seconds(claims["exp"]) else { throw .refused(reason: "has no time of expiry") }
    if now >= expiry + leeway { throw .refused(reason: "has expired") }
    if let start = claims["nbf"] {
      guard let start = Self.seconds(start) else { throw .refused(reason: "has no proper time of its start") }
      if now < start - leeway { throw .refused(reason: "is not valid yet") }
    }
  }

  private func name(_ claims: JSONValue) -> String? {
    for value in [claims[claim: usernameClaim], claims["sub"]] {
      guard let name = value?.stringValue, !name.isEmpty else { continue }
      // It goes into logs, and is compared with names of events, which hold no such character.
      return name.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) } ? nil : name
    }
    return nil
  }

  /// NumericDate: seconds since 1970, with a fraction perhaps.
  private static func seconds(_ value: JSONValue?) -> Double? {
    guard case .number(let text)? = value, let seconds = Double(text), seconds.isFinite else { return nil }
    return seconds
  }

  /// The strings of an array, or the one string as a whole: a group's name may hold a space or a comma.
  private static func texts(_ value: JSONValue?) -> [String] {
    switch value {
    case .string(let text)?: [text]
    case .array(let elements)?: elements.compactMap(\.stringValue)
    case .null?, .bool?, .number?, .object?, nil: []
    }
  }
}

extension JSONValue {
  /// The member with this name, else the one that the name's dots lead to.
  subscript(claim name: String) -> JSONValue? {
    if let value = self[name] { return value }
    for (index, character) in zip(name.indices, name) where character == "." {
      if let object = self[String(name[..<index])], let value = object[claim: String(name[name.index(after: index)...])] { return value }
    }
    return nil
  }
}
