import EventAPI
import Fanfare
import Foundation
import NIOSSL
import Programs
import Testing

@Suite struct TLSTests {
  private static let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

  private static let read: ServerCertificate.Read = { path in
    guard let data = FileManager.default.contents(atPath: path) else { throw Missing(description: "\(path) cannot be read") }
    return Array(data)
  }

  private struct Missing: Error, CustomStringConvertible { let description: String }

  private static func load(_ files: Certificates, _ name: String = "server") throws -> ServerCertificate {
    try ServerCertificate(certificatePath: files.path("\(name).pem"), keyPath: files.path("\(name).key"), read: read)
  }

  private func ask(_ world: World, _ client: NIOSSLContext) async throws -> Answer {
    let text = try await world.api.converse(tls: client) { talk in
      try await talk.send(Self.request)
      return try await talk.readToEnd()
    }
    return try Answer(Array(text.utf8))
  }

  @Test func `a client that trusts the certificate is served, one that does not is not, nor one without TLS`() async throws {
    let files = try Certificates()
    try files.make("server")
    try files.make("stranger")
    let certificate = try Self.load(files)
    try await World.run(listener: World.listener { $0.certificate = certificate }) { (world) async throws in
      #expect(try await ask(world, files.client(trusting: "server")).status == 200)
      await #expect(throws: (any Error).self) { try await ask(world, files.client(trusting: "stranger")) }
      let plain = try await world.api.exchange(Array(Self.request.utf8))
      #expect(!String(decoding: plain, as: UTF8.self).contains("HTTP/1.1 200"))
      #expect(world.metrics.text.contains("fanfare_http_refused_total{listener=\"public\",reason=\"tls_handshake\"} 2\n"))
      // The other listener is as it was.
      #expect(try await world.door.send("GET", "/health/live").status == 200)
    }
  }

  @Test func `TLS 1.2 is the least, and HTTP/1.1 is what is spoken`() async throws {
    let files = try Certificates()
    try files.make("server")
    let certificate = try Self.load(files)
    try await World.run(listener: World.listener { $0.certificate = certificate }) { (world) async throws in
      let modern = try files.client(trusting: "server") {
        $0.maximumTLSVersion = .tlsv12
        $0.applicationProtocols = ["h2", "http/1.1"]
      }
      #expect(try await ask(world, modern).status == 200)
      let old = try files.client(trusting: "server") {
        $0.minimumTLSVersion = .tlsv1
        $0.maximumTLSVersion = .tlsv11
      }
      await #expect(throws: (any Error).self) { try await ask(world, old) }
      let said = try Program.run(
        "/usr/bin/openssl",
        ["s_client", "-connect", "127.0.0.1:\(world.api.port)", "-alpn", "h2,http/1.1", "-CAfile", files.path("server.pem")])
      #expect(String(decoding: said, as: UTF8.self).contains("ALPN protocol: http/1.1"))
    }
  }

  @Test func `after a reload new connections get the new certificate, and those that are open go on`() async throws {
    let files = try Certificates()
    try files.make("server")
    try files.make("new")
    let certificate = try Self.load(files)
    let (old, new) = (try files.client(trusting: "server"), try files.client(trusting: "new"))
    try await World.run(listener: World.listener { $0.certificate = certificate }) { (world) async throws in
      try await world.api.converse(tls: old) { talk in
        try await talk.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await talk.read(until: "}")
        try files.replace("server", with: "new")
        await #expect(throws: (any Error).self) { try await ask(world, new) }

        try certificate.reload()
        #expect(try await ask(world, new).status == 200)
        await #expect(throws: (any Error).self) { try await ask(world, old) }

        try await talk.send(Self.request)
        #expect(try await talk.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
      }
    }
  }

  @Test func `a reload of bad files keeps what there was`() async throws {
    let files = try Certificates()
    try files.make("server")
    try files.make("new")
    let certificate = try Self.load(files)
    let client = try files.client(trusting: "server")
    try await World.run(listener: World.listener { $0.certificate = certificate }) { (world) async throws in
      // Half of the new pair: the key does not belong to the certificate.
      try FileManager.default.removeItem(atPath: files.path("server.key"))
      try FileManager.default.copyItem(atPath: files.path("new.key"), toPath: files.path("server.key"))
      #expect(throws: ServerCertificate.Fault.self) { try certificate.reload() }
      #expect(try await ask(world, client).status == 200)
    }
  }

  @Test func `a chain is shown whole`() async throws {
    let files = try Certificates()
    try files.make("root")
    try files.openssl([
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=middle", "-keyout", files.path("middle.key"),
      "-out", files.path("middle.csr"),
    ])
    let authority = try files.write("basicConstraints=critical,CA:TRUE\n", to: "ca.ext")
    try files.openssl([
      "x509", "-req", "-in", files.path("middle.csr"), "-CA", files.path("root.pem"), "-CAkey", files.path("root.key"), "-days", "2",
      "-extfile", authority, "-out", files.path("middle.pem"),
    ])
    try files.openssl([
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=leaf", "-keyout", files.path("leaf.key"),
      "-out",
      files.path("leaf.csr"),
    ])
    let names = try files.write("subjectAltName=DNS:localhost\n", to: "leaf.ext")
    try files.openssl([
      "x509", "-req", "-in", files.path("leaf.csr"), "-CA", files.path("middle.pem"), "-CAkey", files.path("middle.key"), "-days", "2",
      "-extfile", names, "-out", files.path("leaf-alone.pem"),
    ])
    let chain = try ["leaf-alone.pem", "middle.pem"].map { try String(contentsOfFile: files.path($0), encoding: .utf8) }.joined()
    _ = try files.write(chain, to: "leaf.pem")
    let certificate = try Self.load(files, "leaf")
    try await World.run(listener: World.listener { $0.certificate = certificate }) { (world) async throws in
      #expect(try await ask(world, files.client(trusting: "root")).status == 200)
    }
  }

  @Test func `what is wrong with the files is a sentence that names the file`() throws {
    let files = try Certificates()
    try files.make("server")
    try files.make("other")
    let (certificate, key) = (files.path("server.pem"), files.path("server.key"))
    func fault(_ certificate: String, _ key: String) -> String {
      do {
        _ = try ServerCertificate(certificatePath: certificate, keyPath: key, read: Self.read)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(fault(certificate, key) == "none")
    #expect(fault("/nowhere.pem", key) == "/nowhere.pem cannot be read")
    #expect(fault(certificate, "/nowhere.key") == "/nowhere.key cannot be read")
    let text = try files.write("hello", to: "text")
    #expect(fault(text, key) == "\(text) holds no PEM certificate")
    #expect(fault(key, key) == "\(key) holds no PEM certificate")
    #expect(fault(certificate, text) == "\(text) holds no PEM private key")
    let other = files.path("other.key")
    #expect(fault(certificate, other) == "the key in \(other) does not belong to the certificate in \(certificate)")
    let encrypted = files.path("encrypted.key")
    try files.openssl(["pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted])
    #expect(fault(certificate, encrypted) == "the key in \(encrypted) is encrypted")
  }
}
