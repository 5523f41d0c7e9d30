import NIOSSL

extension TLSConfiguration {
  /// Trusts the certificates of a PEM file, and no others.
  ///
  /// - Throws: a sentence if the file cannot be read, or holds no certificate.
  static func trusting(file path: String) throws -> TLSConfiguration {
    let bytes = try contents(ofFile: path)
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw SentenceError("\(path) holds no PEM certificate")
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .certificates(certificates)
    return configuration
  }
}
