import HTTPTypes

/// A secret that came with a request, and where it stood.
struct Credential {
  enum Place {
    case header
    /// Browsers send cookies by themselves, for pages of other sites too.
    case cookie
  }

  let secret: String
  let place: Place

  /// `Authorization: Bearer`, else `X-Escape-Token` as a header, else as a cookie.
  init?(_ headers: HTTPFields) {
    if let text = headers[.authorization], let bearer = Self.bearer(text) {
      self.init(secret: bearer, place: .header)
    } else if let token = headers[.escapeToken], !token.trimmed.isEmpty {
      self.init(secret: String(token.trimmed), place: .header)
    } else if let token = Self.cookie(named: HTTPField.Name.escapeToken.rawName, in: headers) {
      self.init(secret: token, place: .cookie)
    } else {
      return nil
    }
  }

  private init(secret: String, place: Place) {
    self.secret = secret
    self.place = place
  }

  private static func bearer(_ header: String) -> String? {
    let parts = header.trimmed.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    let token = parts[1].trimmed
    return token.isEmpty ? nil : String(token)
  }

  private static func cookie(named name: String, in headers: HTTPFields) -> String? {
    for header in headers[values: .cookie] {
      for cookie in header.split(separator: ";") {
        let pair = cookie.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, pair[0].trimmed == name else { continue }
        var value = pair[1].trimmed
        // Quotes may stand around a cookie's value (RFC 6265, section 4.1.1).
        if value.count > 1, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
        if !value.isEmpty { return String(value) }
      }
    }
    return nil
  }
}
