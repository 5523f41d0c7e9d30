import HTTPTypes

// The names of headers that have no constant in the HTTP library.
extension HTTPField.Name {
  static let escapeToken = named("X-Escape-Token")
  static let eventID = named("X-Event-Id")
  static let nextPageFrom = named("X-Next-Page-From")
  static let requestID = named("X-Request-Id")
  static let prefer = named("Prefer")
  static let preferenceApplied = named("Preference-Applied")
  static let link = named("Link")
  static let xForwardedFor = named("X-Forwarded-For")
  static let lastEventID = named("Last-Event-ID")
  static let accelBuffering = named("X-Accel-Buffering")

  private static func named(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header's name") }
    return name
  }
}
