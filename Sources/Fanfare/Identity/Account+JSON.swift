extension Account {
  /// The account as the API shows it (contract §5).
  public func appendJSON(to json: inout JSONWriter) {
    json.beginObject()
    json.member("id", id.description)
    profile.appendMembers(to: &json)
    json.member("creation_time", createdAt.rfc3339)
    json.member("last_login_time", lastLoginAt?.rfc3339)
    json.endObject()
  }

  public var json: [UInt8] {
    var json = JSONWriter(capacity: 256)
    appendJSON(to: &json)
    return json.bytes
  }
}

extension Account.Profile {
  /// The members that it has a say in, for an object that has been begun.
  public func appendMembers(to json: inout JSONWriter) {
    json.member("name", name)
    json.member("email_address", emailAddress)
    json.member("role", role.rawValue)
    json.key("groups")
    json.strings(groups)
    json.key("roles")
    json.strings(roles)
    json.key("disabled")
    json.bool(isDisabled)
  }
}

extension APIKey {
  /// The key as the API shows it (contract §5).
  ///
  /// - Parameter secret: the key itself, for the one answer that shows it.
  public func appendJSON(to json: inout JSONWriter, secret: String? = nil) {
    json.beginObject()
    json.member("id", id.description)
    json.member("name", name)
    json.member("creation_time", createdAt.rfc3339)
    json.member("expiration_time", expiresAt?.rfc3339)
    json.member("last_use_time", lastUsedAt?.rfc3339)
    json.member("key", secret)
    json.endObject()
  }
}
