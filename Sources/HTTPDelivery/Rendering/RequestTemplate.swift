internal import Fanfare
import Synchronization

/// What all requests of one subscription have in common, worked out and checked once: an attempt adds what is its own.
struct RequestTemplate: Sendable {
  /// The first headers of each request.
  let head: HeaderBlock
  /// The subscription's own, which come last, without those that it cannot set.
  let tail: HeaderBlock
  /// The newest first; those that were replaced until their time is over.
  let keys: [(signature: StandardWebhookSignature, endsAt: Timestamp?)]

  /// - Throws: ``RequestRenderer/Refusal`` if no request can be made.
  init(of subscription: Subscription, userAgent: String, requireHTTPS: Bool) throws(RequestRenderer.Refusal) {
    if let fault = Self.fault(of: subscription.url, requireHTTPS: requireHTTPS) { throw RequestRenderer.Refusal(fault) }
    for header in subscription.headers {
      if let fault = HeaderRules.fault(of: header) { throw RequestRenderer.Refusal(fault) }
    }
    let isWebhook = subscription.kind == .webhook
    var head = HeaderBlock()
    // No receiver's consent is asked for before a body is sent: that would cost a round trip.
    head.suppress("Expect")
    head.append("Content-Type", isWebhook ? WebhookBody.contentType(of: subscription.format) : "application/json")
    head.append("User-Agent", userAgent)
    self.head = head
    var tail = HeaderBlock(capacity: 0)
    for header in subscription.headers where !HeaderRules.isReserved(header.name) { tail.append(header.name, header.value) }
    self.tail = tail
    var keys: [(StandardWebhookSignature, Timestamp?)] = []
    if isWebhook {
      let secrets = subscription.secrets.map { ($0, nil as Timestamp?) } + subscription.retiredSecrets.map { ($0.secret, $0.endsAt) }
      for (secret, endsAt) in secrets {
        guard let key = StandardWebhookSignature(secret: secret) else {
          throw RequestRenderer.Refusal("a signing secret of the subscription is not base64 behind whsec_")
        }
        keys.append((key, endsAt))
      }
    }
    self.keys = keys
  }

  private static func fault(of url: String, requireHTTPS: Bool) -> String? {
    // Only the part before the host is looked at here; libcurl parses the rest and says what it doesn't like.
    let scheme = url.prefix(8).lowercased()
    guard scheme == "https://" || scheme.hasPrefix("http://") else { return "the subscription's URL is neither http:// nor https://" }
    if requireHTTPS, scheme != "https://" { return "the subscription's URL is http:// and delivery.requireHttps asks for https://" }
    if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return "the subscription's URL holds a space or a control character" }
    return nil
  }
}

/// The templates of the subscriptions that were delivered to lately.
final class RequestTemplates: Sendable {
  /// More subscriptions than are busy at a time; at the bound the templates are made anew.
  private static let bound = 4096

  private struct Entry {
    /// Keeps the object, and so its identity, for as long as it is the key.
    let subscription: Subscription
    let template: Result<RequestTemplate, RequestRenderer.Refusal>
  }

  private let userAgent: String
  private let requireHTTPS: Bool
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  init(userAgent: String, requireHTTPS: Bool) {
    self.userAgent = userAgent
    self.requireHTTPS = requireHTTPS
  }

  func template(of subscription: Subscription) -> Result<RequestTemplate, RequestRenderer.Refusal> {
    entries.withLock { entries in
      if let entry = entries[ObjectIdentifier(subscription)] { return entry.template }
      let template = Result { () throws(RequestRenderer.Refusal) in
        try RequestTemplate(of: subscription, userAgent: userAgent, requireHTTPS: requireHTTPS)
      }
      if entries.count >= Self.bound { entries.removeAll() }
      entries[ObjectIdentifier(subscription)] = Entry(subscription: subscription, template: template)
      return template
    }
  }
}
