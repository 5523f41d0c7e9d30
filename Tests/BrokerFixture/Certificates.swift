import Foundation

/// An authority, and a certificate made out to `localhost` that it signed, for a few days.
enum Certificates {
  static func make(in directory: URL) async throws {
    func path(_ name: String) -> String { directory.appending(path: name).path }
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    try await openssl(
      ["req", "-x509", "-days", "3", "-subj", "/CN=Fanfare test authority", "-keyout", path("ca.key"), "-out", path("ca.pem")] + key)
    try await openssl(["req", "-subj", "/CN=localhost", "-keyout", path("server.key"), "-out", path("server.csr")] + key)
    try Data("subjectAltName = DNS:localhost\n".utf8).write(to: directory.appending(path: "names"))
    try await renew(in: directory, .good)
  }

  /// Signs the listener's certificate anew.
  static func renew(in directory: URL, _ certificate: ListenerCertificate) async throws {
    func path(_ name: String) -> String { directory.appending(path: name).path }
    let days = certificate == .good ? "3" : "-1"
    try await openssl([
      "x509", "-req", "-days", days, "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
      "-extfile", path("names"), "-out", path("server.pem"),
    ])
  }

  private static func openssl(_ arguments: [String]) async throws {
    _ = try await Command.run("/usr/bin/env", ["openssl"] + arguments)
  }
}
