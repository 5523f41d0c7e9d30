import Foundation
import Programs

/// The `openssl` program, as a second opinion on signatures and to make certificates.
enum OpenSSL {
  @discardableResult static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    try Program.run("/usr/bin/openssl", arguments, input: input)
  }

  /// HMAC-SHA256 in base64.
  static func hmac(key: [UInt8], _ message: [UInt8]) throws -> String {
    let hexadecimal = key.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    let code = try run(["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + hexadecimal, "-binary"], input: message)
    return Data(code).base64EncodedString()
  }
}

/// A certificate of its own for `localhost`, in a directory that goes with it.
final class Certificate: Sendable {
  let directory: URL

  /// - Parameter isExpired: whether its time was over yesterday.
  init(isExpired: Bool = false) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try OpenSSL.run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
    ])
    guard isExpired else { return }
    let request = directory.appending(path: "request.pem").path
    try OpenSSL.run(["x509", "-x509toreq", "-copy_extensions", "copyall", "-in", certificate, "-signkey", key, "-out", request])
    try OpenSSL.run([
      "x509", "-req", "-days", "-1", "-copy_extensions", "copyall", "-in", request, "-signkey", key, "-out", certificate,
    ])
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  var certificate: String { directory.appending(path: "certificate.pem").path }
  var key: String { directory.appending(path: "key.pem").path }
}
