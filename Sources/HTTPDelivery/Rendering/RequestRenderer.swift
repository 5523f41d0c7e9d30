public import Fanfare

/// Makes the request for an attempt: body, headers, signatures. Does no I/O and reads no clock.
public struct RequestRenderer: Sendable {
  private let templates: RequestTemplates

  public init(userAgentVersion: String, requireHTTPS: Bool = false) {
    templates = RequestTemplates(userAgent: "Fanfare/" + HeaderRules.visible(userAgentVersion), requireHTTPS: requireHTTPS)
  }

  /// The request for the attempt that is due at `now`, or why there can be none.
  public func request(for task: DeliveryTask, at now: Timestamp) -> Result<OutboundRequest, Refusal> {
    templates.template(of: task.subscription).map { template in
      switch task.subscription.kind {
      case .webhook: webhook(task, template, at: now)
      case .slack: slack(task, template)
      }
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

  private func webhook(_ task: DeliveryTask, _ template: RequestTemplate, at now: Timestamp) -> OutboundRequest {
    let event = task.event
    let body = WebhookBody.bytes(of: event, as: task.subscription.format)
    let id = task.id.description
    let timestamp = String(now.seconds)
    var headers = template.head
    headers.append("webhook-id", id)
    headers.append("webhook-timestamp", timestamp)
    if let signatures = signatures(template, id: id, timestamp: timestamp, body: body, at: now) {
      headers.append("webhook-signature", signatures)
    }
    headers.append("X-Event-Id", HeaderRules.visible(event.id))
    headers.append("X-Event-Type", HeaderRules.visible(event.type.name))
    headers.append("X-Delivery-Attempt", String(task.attemptNumber))
    appendReplay(task, to: &headers)
    if let traceparent = event.traceparent, HeaderRules.isTraceparent(traceparent) { headers.append("traceparent", traceparent) }
    headers.append(template.tail)
    return OutboundRequest(url: task.subscription.url, headers: headers, body: body)
  }

  /// One for each secret that is good now, with a space between; nil without any.
  private func signatures(_ template: RequestTemplate, id: String, timestamp: String, body: [UInt8], at now: Timestamp) -> String? {
    var signatures: String?
    for (key, endsAt) in template.keys {
      if let endsAt, endsAt <= now { continue }
      let signature = key.sign(id: id, timestamp: timestamp, body: body)
      signatures = signatures.map { $0 + " " + signature } ?? signature
    }
    return signatures
  }

  private func slack(_ task: DeliveryTask, _ template: RequestTemplate) -> OutboundRequest {
    let subscription = task.subscription
    var headers = template.head
    if task.digest == nil { appendReplay(task, to: &headers) }
    headers.append(template.tail)
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

  private func appendReplay(_ task: DeliveryTask, to headers: inout HeaderBlock) {
    if let original = task.replayOf { headers.append("X-Event-Replay-Of", HeaderRules.visible(original)) }
  }
}
