public import Fanfare

/// Makes the request for an attempt: body, headers, signatures. Does no I/O and reads no clock.
public struct RequestRenderer: Sendable {
  private let userAgent: String
  private let requireHTTPS: Bool
  private let keys = SigningKeys()

  public init(userAgentVersion: String, requireHTTPS: Bool = false) {
    userAgent = "Fanfare/" + HeaderRules.visible(userAgentVersion)
    self.requireHTTPS = requireHTTPS
  }

  /// The request for the attempt that is due at `now`, or why there can be none.
  public func request(for task: DeliveryTask, at now: Timestamp) -> Result<OutboundRequest, Refusal> {
    let subscription = task.subscription
    if let fault = fault(of: subscription.url) { return .failure(Refusal(fault)) }
    for header in subscription.headers {
      if let fault = HeaderRules.fault(of: header) { return .failure(Refusal(fault)) }
    }
    switch subscription.kind {
    case .webhook: return webhook(task, at: now)
    case .slack: return .success(slack(task))
    }
  }

  /// Why no request can be made.
  public struct Refusal: Error, Sendable, Hashable {
    public let failure: TransportFailure

    init(_ detail: String) {
      failure = TransportFailure(kind: .badRequest, detail: detail)
    }

    init(_ failure: TransportFailure) { self.failure = failure }
  }

  private func fault(of url: String) -> String? {
    // Only the part before the host is looked at here; libcurl parses the rest and says what it doesn't like.
    let scheme = url.prefix(8).lowercased()
    guard scheme == "https://" || scheme.hasPrefix("http://") else { return "the subscription's URL is neither http:// nor https://" }
    if requireHTTPS, scheme != "https://" { return "the subscription's URL is http:// and delivery.requireHttps asks for https://" }
    if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return "the subscription's URL holds a space or a control character" }
    return nil
  }

  private func webhook(_ task: DeliveryTask, at now: Timestamp) -> Result<OutboundRequest, Refusal> {
    let event = task.event
    let subscription = task.subscription
    let body = WebhookBody.bytes(of: event, as: subscription.format)
    let id = task.id.description
    let timestamp = now.seconds
    var signatures = ""
    for secret in subscription.activeSecrets(at: now) {
      guard let key = keys.key(for: secret) else {
        return .failure(Refusal("a signing secret of the subscription is not base64 behind whsec_"))
      }
      if !signatures.isEmpty { signatures += " " }
      signatures += key.sign(id: id, timestamp: timestamp, body: body)
    }
    var headers = commonHeaders(contentType: WebhookBody.contentType(of: subscription.format))
    headers.append("webhook-id", id)
    headers.append("webhook-timestamp", String(timestamp))
    if !signatures.isEmpty { headers.append("webhook-signature", signatures) }
    headers.append("X-Event-Id", HeaderRules.visible(event.id))
    headers.append("X-Event-Type", HeaderRules.visible(event.type.name))
    headers.append("X-Delivery-Attempt", String(task.attemptNumber))
    appendReplay(task, to: &headers)
    if let traceparent = event.traceparent, HeaderRules.isTraceparent(traceparent) { headers.append("traceparent", traceparent) }
    appendOwn(subscription, to: &headers)
    return .success(OutboundRequest(url: subscription.url, headers: headers, body: body))
  }

  private func slack(_ task: DeliveryTask) -> OutboundRequest {
    let subscription = task.subscription
    var headers = commonHeaders(contentType: "application/json")
    if task.digest == nil { appendReplay(task, to: &headers) }
    appendOwn(subscription, to: &headers)
    return OutboundRequest(
      url: subscription.url, headers: headers, body: slackBody(task, subscription.slackUsername, subscription.slackIcon))
  }

  private func slackBody(_ task: DeliveryTask, _ username: String?, _ icon: String?) -> [UInt8] {
    if let digest = task.digest {
      let message = SlackDigest(of: digest, username: username, icon: icon)
      // One whose blocks were refused is enough: nobody is worse off without.
      return digest.members.contains(where: \.isPlainText) ? message.plainJSON : message.json
    }
    let message = SlackMessage(for: task.event, username: username, icon: icon, isReplay: task.replayOf != nil)
    return task.isPlainText ? message.plainJSON : message.json
  }

  private func commonHeaders(contentType: String) -> HeaderBlock {
    var headers = HeaderBlock()
    // No receiver's consent is asked for before a body is sent: that would cost a round trip.
    headers.suppress("Expect")
    headers.append("Content-Type", contentType)
    headers.append("User-Agent", userAgent)
    return headers
  }

  private func appendReplay(_ task: DeliveryTask, to headers: inout HeaderBlock) {
    if let original = task.replayOf { headers.append("X-Event-Replay-Of", HeaderRules.visible(original)) }
  }

  /// The subscription's headers come last, and without those that it cannot set.
  private func appendOwn(_ subscription: Subscription, to headers: inout HeaderBlock) {
    for header in subscription.headers where !HeaderRules.isReserved(header.name) { headers.append(header.name, header.value) }
  }
}
