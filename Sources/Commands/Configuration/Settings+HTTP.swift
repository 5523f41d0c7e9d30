import EventAPI
import Fanfare

extension Settings {
  /// The public listener beyond its address, and the limits of both.
  struct HTTP: Sendable {
    var tls: TLS?
    var trustedProxies: [CIDR]
    var crossOrigin: CrossOrigin
    var limits: ListenerLimits
    /// Whether one of the two files of TLS is named, and the other one is not.
    var hasHalfOfTLS: Bool
    var requestsPerSecond: Int?
    var requestBurst: Int?

    /// How much one caller may ask for; nil for as much as he likes.
    var requestLimit: RequestLimit? { requestsPerSecond.map { RequestLimit(perSecond: $0, burst: requestBurst) } }
  }

  /// Paths of PEM files.
  struct TLS: Sendable, Hashable {
    var certificate: String
    var key: String
  }
}

extension Settings.HTTP {
  init(from reading: inout SettingsReading) {
    let certificate = reading.optional(SettingsKeys.tlsCertificate)
    let key = reading.optional(SettingsKeys.tlsKey)
    tls = certificate.flatMap { certificate in key.map { Settings.TLS(certificate: certificate, key: $0) } }
    hasHalfOfTLS = (certificate == nil) != (key == nil)
    trustedProxies = reading.list(SettingsKeys.trustedProxies)
    crossOrigin = CrossOrigin(origins: reading.list(SettingsKeys.corsOrigins))
    limits = ListenerLimits(
      maxConnections: reading.value(SettingsKeys.maxConnections), idleTimeout: reading.value(SettingsKeys.idleTimeout),
      headerTimeout: reading.value(SettingsKeys.headerTimeout), bodyTimeout: reading.value(SettingsKeys.bodyTimeout))
    requestsPerSecond = reading.optional(SettingsKeys.requestsPerSecond)
    requestBurst = reading.optional(SettingsKeys.requestBurst)
  }

  var contradictions: [String] {
    var found: [String] = []
    if hasHalfOfTLS { found.append("http.tls.certificate and http.tls.key belong together: set both, or none") }
    if requestBurst != nil, requestsPerSecond == nil {
      found.append("http.requestBurst is set, and there is no rate that it belongs to: set http.requestsPerSecond too")
    }
    return found
  }
}
