import Fanfare
import HTTPDelivery
import Hummingbird
import NIOCore

/// Answers requests as ``Manners`` say, and enters each in the journal.
struct Receiver: HTTPResponder {
  /// More than any event that the service takes.
  private static let maximumBody = 256 << 20

  let manners: Manners
  /// One of these has to fit; empty to verify nothing.
  let signatures: [StandardWebhookSignature]
  let journal: Journal

  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let body = try await Array(request.body.collect(upTo: Self.maximumBody).readableBytesView)
    let now = SystemClock.now()
    let path = request.head.path ?? "/"
    let id = Self.header("webhook-id", of: request)
    var (reply, arrival) = manners.reply(toPath: path, message: id ?? String(decoding: body, as: UTF8.self))
    let signature = verdict(on: request, id: id, body: body, at: now)
    switch signature {
    case .bad, .stale, .missing: reply = Manners.Reply(status: 401, body: "the signature does not verify\n", isFailure: false)
    case .good, .unchecked: break
    }
    // What --delay asks for.
    if let delay = reply.delay { try await Task.sleep(for: delay) }
    journal.enter(
      ReceivedRequest(
        time: now, method: request.method.rawValue, path: path, webhookID: id, attempt: Self.header("x-delivery-attempt", of: request),
        signature: signature, bytes: body.count, event: EventSummary(body: body), arrival: arrival, status: reply.status,
        isFailureOnPurpose: reply.isFailure))
    return Response(
      status: .init(code: reply.status), headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: reply.body)))
  }

  private func verdict(on request: Request, id: String?, body: [UInt8], at now: Timestamp) -> ReceivedRequest.Signature {
    if signatures.isEmpty { return .unchecked }
    guard let id, let timestamp = Self.header("webhook-timestamp", of: request), let header = Self.header("webhook-signature", of: request)
    else { return .missing }
    guard signatures.contains(where: { $0.verify(id: id, timestamp: timestamp, body: body, header: header) }) else { return .bad }
    guard let seconds = Int64(timestamp) else { return .bad }
    let age = now - Timestamp(seconds: seconds)
    return age <= StandardWebhookSignature.tolerance && age >= .zero - StandardWebhookSignature.tolerance ? .good : .stale
  }

  /// - Parameter name: in lower case.
  private static func header(_ name: String, of request: Request) -> String? {
    request.headers.first { $0.name.canonicalName == name }?.value
  }
}
