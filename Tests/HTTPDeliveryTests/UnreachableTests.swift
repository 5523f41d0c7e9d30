import Fanfare
import Glibc
import HTTPDelivery
import NIOSSL
import Testing

/// Attempts that no receiver hears of.
@Suite(.timeLimit(.minutes(20)))
struct UnreachableTests {
  @Test func `a port that nobody listens on is not connected`() async throws {
    try await withSender { sender async throws in
      // The operating system gives this port to nobody.
      let url = "http://127.0.0.1:1/hook?token=secret"
      let failure = try #require(try await sender.attempt(sampleTask(to: url)).outcome.failure)
      #expect(failure.kind == .notConnected)
      #expect(failure.detail.contains("127.0.0.1"))
      #expect(!failure.detail.contains("token"))
    }
  }

  @Test func `a name that does not exist is not resolved`() async throws {
    try await withSender {
      $0.timeout = .seconds(10)
    } body: { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: "http://no-such-host.invalid/hook?token=secret")).outcome.failure
      // Where no name server answers at all, the attempt's time is over first; that is no other failure.
      #expect(failure?.kind == .nameNotResolved)
      #expect(failure?.detail.contains("secret") == false)
    }
  }

  @Test func `a connection that is not taken up in time is told from an answer that does not come`() async throws {
    let receiver = try await Receiver()
    let listener = try FullListener()
    try await withSender {
      $0.connectTimeout = .seconds(3)
    } body: { sender async throws in
      // First one that works, so that the handle has known a connection.
      #expect(try await sender.attempt(sampleTask(1, to: receiver.url)).outcome.status == 204)
      let failure = try #require(try await sender.attempt(sampleTask(2, to: listener.url)).outcome.failure)
      #expect(failure.kind == .connectTimedOut, "\(failure.detail)")
    }
    listener.close()
    try await receiver.close()
  }

  @Test func `the time for the connection includes TLS`() async throws {
    // It takes the connection up and never says a word.
    let receiver = try await RudeReceiver { _ in }
    try await withSender {
      $0.connectTimeout = .seconds(3)
    } body: { sender async throws in
      let url = receiver.url.replacing("http://", with: "https://")
      let failure = try #require(try await sender.attempt(sampleTask(to: url)).outcome.failure)
      #expect(failure.kind == .connectTimedOut, "\(failure.detail)")
    }
    #expect(receiver.connections == 1)
    try await receiver.close()
  }

  @Test func `a receiver that does not speak TLS is a failure of TLS`() async throws {
    let receiver = try await RudeReceiver { $0.say("HTTP/1.1 400 Bad Request\r\n\r\n") }
    try await withSender { sender async throws in
      let url = receiver.url.replacing("http://", with: "https://")
      #expect(try await sender.attempt(sampleTask(to: url)).outcome.failure?.kind == .tls)
    }
    try await receiver.close()
  }

  @Test(arguments: [
    "http://127.0.0.1", "http://localhost", "http://[::ffff:127.0.0.1]", "http://0.0.0.0", "http://2130706433", "http://0x7f.1",
    "http://127.1", "http://0177.0.0.1", "http://[::1]", "http://[::ffff:7f00:1]", "http://[64:ff9b::127.0.0.1]",
    "http://user:password@127.0.0.1", "http://%31%32%37.0.0.1",
  ])
  func `loopback is refused under each of its names, and nothing is connected`(host: String) async throws {
    let receiver = try await Receiver()
    try await withSender {
      $0.allowNetworks = []
    } body: { sender async throws in
      let failure = try #require(try await sender.attempt(sampleTask(to: "\(host):\(receiver.port)/hook?token=secret")).outcome.failure)
      #expect(failure.kind == .addressRefused)
      #expect(failure.detail.contains("delivery.allowNetworks"))
      #expect(!failure.detail.contains("token"))
    }
    #expect(receiver.connections == 0)
    try await receiver.close()
  }

  @Test(arguments: ["http://127.0.0.1.", "http://①②⑦.0.0.1", "http://１２７.0.0.1", "http://127。0。0。1"])
  func `what only looks like an address does not get past the guard either`(host: String) async throws {
    let receiver = try await Receiver()
    try await withSender {
      $0.allowNetworks = []
    } body: { sender async throws in
      let failure = try #require(try await sender.attempt(sampleTask(to: "\(host):\(receiver.port)/hook")).outcome.failure)
      #expect([.addressRefused, .badRequest, .nameNotResolved].contains(failure.kind), "\(failure.detail)")
    }
    #expect(receiver.connections == 0)
    try await receiver.close()
  }

  @Test func `a refused address is named with what would allow it`() async throws {
    try await withSender { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: "http://169.254.169.254/latest/meta-data")).outcome.failure
      #expect(
        failure?.detail
          == "169.254.169.254 is a cloud's metadata address (169.254.169.254/32) and is not connected to; add 169.254.169.254/32 to delivery.allowNetworks to allow it"
      )
    }
  }

  @Test func `http is refused where https is required`() async throws {
    let receiver = try await Receiver()
    try await withSender {
      $0.requireHTTPS = true
    } body: { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: receiver.url)).outcome.failure
      #expect(failure?.kind == .badRequest)
      #expect(failure?.detail == "the subscription's URL is http:// and delivery.requireHttps asks for https://")
    }
    #expect(receiver.connections == 0)
    try await receiver.close()
  }

  @Test(arguments: [
    "ftp://127.0.0.1/", "file:///etc/passwd", "http://a b/", "http://127.0.0.1/\r\nX: y", "http://", "http://127.0.0.1:99999/", "",
  ])
  func `a URL that cannot be requested is a bad request`(url: String) async throws {
    try await withSender { sender async throws in
      #expect(try await sender.attempt(sampleTask(to: url)).outcome.failure?.kind == .badRequest)
    }
  }

  @Test func `a certificate is trusted only if its authority is`() async throws {
    let certificate = try Certificate()
    let tls = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificate).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))))
    let receiver = try await Receiver(tls: tls)
    let url = "https://localhost:\(receiver.port)/hook"
    try await withSender { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: url)).outcome.failure
      #expect(failure?.kind == .tls)
      #expect(failure?.detail.contains("certificate") == true)
    }
    #expect(receiver.requests.isEmpty)
    try await withSender {
      $0.caFile = certificate.certificate
      $0.requireHTTPS = true
    } body: { sender async throws in
      #expect(try await sender.attempt(sampleTask(1, to: url)).outcome.status == 204)
      #expect(try await sender.attempt(sampleTask(2, to: url)).outcome.status == 204)
      // The certificate is for `localhost` only.
      #expect(try await sender.attempt(sampleTask(3, to: "https://127.0.0.1:\(receiver.port)/hook")).outcome.failure?.kind == .tls)
    }
    #expect(receiver.requests.count == 2)
    try await receiver.close()
  }

  @Test func `proxies of the environment are not used`() async {
    // In a process of its own, since an environment belongs to a whole process.
    await #expect(processExitsWith: .success) {
      for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] { setenv(name, "http://127.0.0.1:1", 1) }
      let receiver = try await Receiver()
      try await withSender { sender async throws in
        #expect(try await sender.attempt(sampleTask(to: receiver.url)).outcome.status == 204)
      }
      #expect(receiver.connections == 1)
    }
  }
}
