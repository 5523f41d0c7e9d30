import Fanfare
import HTTPDelivery
import NIOCore
import NIOSSL
import Testing

/// Receivers whose TLS is not what it should be: each is a failure of TLS, which is retried, and nothing is sent to any.
@Suite(.timeLimit(.minutes(20)))
struct HostileTLSTests {
  private func receiver(with certificate: Certificate) async throws -> Receiver {
    try await Receiver(
      tls: NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificate).map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem)))))
  }

  @Test func `a certificate whose time is over is not trusted, whoever signed it`() async throws {
    let certificate = try Certificate(isExpired: true)
    let receiver = try await receiver(with: certificate)
    try await withSender {
      $0.caFile = certificate.certificate
    } body: { sender async throws in
      let failure = try await sender.attempt(sampleTask(to: "https://localhost:\(receiver.port)/hook")).outcome.failure
      #expect(failure?.kind == .tls && failure?.detail.contains("expired") == true, "\(failure?.detail ?? "it was trusted")")
    }
    #expect(receiver.requests.isEmpty)
    try await receiver.close()
  }

  /// A ServerHello of TLS 1.2 as far as its header, an alert, and what is none of it.
  @Test(
    arguments: [
      [0x16, 0x03, 0x03, 0x00, 0x7A, 0x02, 0x00, 0x00], [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28], [0x16, 0x03, 0x03, 0xFF, 0xFF, 0x02],
      [0x00],
    ] as [[UInt8]])
  func `half a handshake and then the end is a failure of TLS`(bytes: [UInt8]) async throws {
    let receiver = try await RudeReceiver { channel in
      channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
    }
    try await withSender { sender async throws in
      let url = receiver.url.replacing("http://", with: "https://")
      let failure = try await sender.attempt(sampleTask(to: url)).outcome.failure
      #expect(failure?.kind == .tls, "\(failure?.detail ?? "there was an answer")")
    }
    try await receiver.close()
  }

  @Test func `half a handshake and then nothing is a connection that was not made in time`() async throws {
    let receiver = try await RudeReceiver { $0.writeAndFlush(ByteBuffer(bytes: [0x16, 0x03, 0x03, 0x00, 0x7A, 0x02]), promise: nil) }
    try await withSender {
      $0.connectTimeout = .seconds(3)
    } body: { sender async throws in
      let url = receiver.url.replacing("http://", with: "https://")
      #expect(try await sender.attempt(sampleTask(to: url)).outcome.failure?.kind == .connectTimedOut)
    }
    try await receiver.close()
  }
}
