import Fanfare
import HTTPDelivery
import Testing

/// Receivers of HTTP/2 that say that a connection is over.
@Suite(.timeLimit(.minutes(20)))
struct GoAwayTests {
  @Test(arguments: [0, 2, 11] as [UInt8])
  func `a GOAWAY that takes no stream is a broken connection, whatever its code`(code: UInt8) async throws {
    let certificate = try Certificate()
    let receiver = try await HTTP2Receiver(certificate: certificate, .refuses(code: code))
    try await withSender {
      $0.caFile = certificate.certificate
    } body: { sender async throws in
      let failure = try #require(try await sender.attempt(sampleTask(to: receiver.url)).outcome.failure)
      #expect(failure.kind == .broken, "\(failure.detail)")
    }
    #expect(receiver.requests > 0)
    try await receiver.close()
  }

  @Test func `a GOAWAY after the answer costs nothing, and the next attempt has another connection`() async throws {
    let certificate = try Certificate()
    let receiver = try await HTTP2Receiver(certificate: certificate, .leavesAfterAnswer)
    try await withSender {
      $0.caFile = certificate.certificate
    } body: { sender async throws in
      for number in 1...3 {
        let outcome = try await sender.attempt(sampleTask(UInt64(number), to: receiver.url)).outcome
        #expect(outcome == .response(status: 200, body: [], retryAfter: nil))
      }
    }
    #expect(receiver.requests == 3)
    #expect(receiver.connections == 3)
    try await receiver.close()
  }
}
