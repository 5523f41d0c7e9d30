import Foundation
import NIOSSL
import Programs

/// Certificates of a test's own, made with `openssl`, in a directory that goes with it.
final class Certificates: Sendable {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-api-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  /// Writes `NAME.pem` and `NAME.key` for `localhost`, with the common name NAME. It is its own authority.
  func make(_ name: String) throws {
    try openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
      "subjectAltName=DNS:localhost", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
    ])
  }

  func openssl(_ arguments: [String]) throws { try Program.run("/usr/bin/openssl", arguments) }

  /// Puts another certificate in the place of one, file by file.
  func replace(_ name: String, with other: String) throws {
    for suffix in ["pem", "key"] {
      try Data(contentsOf: directory.appending(path: "\(other).\(suffix)")).write(to: directory.appending(path: "\(name).\(suffix)"))
    }
  }

  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: directory.appending(path: name))
    return path(name)
  }

  /// What a client needs that trusts one certificate and no other.
  func client(trusting name: String, _ change: (inout TLSConfiguration) -> Void = { _ in }) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(path("\(name).pem"))
    change(&configuration)
    return try NIOSSLContext(configuration: configuration)
  }
}
