import EventAPI
import Fanfare
import Logging

extension ServerCertificate {
  /// - Throws: a sentence that names the keys of the configuration and the file.
  convenience init(_ tls: Settings.TLS) throws {
    do {
      try self.init(certificatePath: tls.certificate, keyPath: tls.key, read: { try contents(ofFile: $0) })
    } catch {
      throw SentenceError("http.tls.certificate, http.tls.key: \(error)")
    }
  }

  /// For SIGHUP.
  var reloadable: Reloader.Part {
    Reloader.Part(name: "certificate") {
      try self.reload()
      return self.metadata
    }
  }

  /// How long it is valid.
  var metadata: Logger.Metadata {
    let expiry = Timestamp(seconds: expiry)
    return ["not_after": "\(expiry.rfc3339)", "expired": "\(expiry < SystemClock.now())"]
  }
}
