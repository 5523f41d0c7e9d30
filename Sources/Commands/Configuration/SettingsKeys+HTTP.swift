import Fanfare

/// The keys of the public listener beyond its address.
extension SettingsKeys {
  static let tlsCertificate = SettingsKey(
    "http.tls.certificate", .path,
    "The certificate of the public listener, PEM, with those between it and a root; with it http.listen speaks TLS only. SIGHUP reads it again."
  )
  static let tlsKey = SettingsKey("http.tls.key", .path, "The certificate's private key, PEM, not encrypted.")
  static let trustedProxies = SettingsKey(
    "http.trustedProxies", .networks, "The networks of proxies whose X-Forwarded-For is believed.")
  static let corsOrigins = SettingsKey(
    "http.cors.origins", .origins,
    "Other sites whose pages browsers let use the API; * lets in all, without the browser's own credentials. None by default.")
  static let maxConnections = SettingsKey(
    "http.maxConnections", default: "1024", .integer(1...100_000),
    "Connections of each listener that are served at once; more are told 503.")
  static let idleTimeout = SettingsKey(
    "http.idleTimeout", default: "60s", .patience, "How long a connection may stay open between two requests.")
  static let headerTimeout = SettingsKey(
    "http.headerTimeout", default: "10s", .patience, "How long a client may take for a request's head, and to send anything at all.")
  static let bodyTimeout = SettingsKey(
    "http.bodyTimeout", default: "30s", .patience, "How long a client may take to send, or to read, the next 16 KiB of a body.")
  static let requestsPerSecond = SettingsKey(
    "http.requestsPerSecond", .integer(1...100_000),
    "How many requests a second one caller may make: an account, the user of a JWT, or an address without credentials; any number if not set."
  )
  static let requestBurst = SettingsKey(
    "http.requestBurst", .integer(1...1_000_000), "How many of them may come at once after a pause; those of one second if not set.")

  static let http: [SettingsEntry] = [
    tlsCertificate.entry, tlsKey.entry, trustedProxies.entry, corsOrigins.entry, maxConnections.entry, idleTimeout.entry,
    headerTimeout.entry, bodyTimeout.entry, requestsPerSecond.entry, requestBurst.entry,
  ]
}

extension SettingsKind where Value == Duration {
  fileprivate static var patience: Self { .duration(from: .milliseconds(100), to: .seconds(3600)) }
}

extension SettingsKind where Value == [String] {
  /// As a browser sends them in `Origin`.
  fileprivate static var origins: Self {
    .list("origins like https://console.example.com, separated by commas, or *") { text in
      if text == "*" { return text }
      let text = text.lowercased()
      guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
      let host = text.dropFirst(scheme.count)
      let isHost = !host.isEmpty && host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/?#@,*".utf8.contains($0) }
      return isHost ? text : nil
    }
  }
}
