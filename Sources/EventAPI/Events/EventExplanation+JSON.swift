import Fanfare

extension EventExplanation {
  /// The explanation as a caller gets it who may see the event (contract §5).
  func appendJSON(to json: inout JSONWriter, for caller: Caller, timestamp format: TimestampFormat) {
    json.beginObject()
    json.key("event")
    event.appendWireJSON(to: &json, timestamp: format)
    json.key("custody")
    appendCustody(to: &json, for: caller)
    json.member("summary", summary)
    json.key("subscriptions")
    json.beginArray()
    for subscription in subscriptions { subscription.appendJSON(to: &json, of: event, for: caller) }
    json.endArray()
    json.endObject()
  }

  private func appendCustody(to json: inout JSONWriter, for caller: Caller) {
    json.beginObject()
    switch custody.door {
    case .http: json.member("door", "http")
    case .service: json.member("door", "service")
    case .amqp(let exchange, let routingKey):
      json.member("door", "amqp")
      json.member("exchange", exchange)
      json.member("routing_key", routingKey)
    }
    json.key("redelivered")
    json.bool(custody.isRedelivered)
    json.member("received_time", event.receivedAt.rfc3339)
    json.member("committed_time", custody.committedAt?.rfc3339)
    // Contiguous over all events: to others it would tell how much there is that they may not see.
    if caller.isAdmin {
      json.key("sequence")
      json.integer(event.sequence)
    }
    json.endObject()
  }
}

extension SubscriptionExplanation {
  fileprivate func appendJSON(to json: inout JSONWriter, of event: StoredEvent, for caller: Caller) {
    let mayRead = caller.may(.read, project: scope.project)
    json.beginObject()
    json.member("id", id)
    json.member("project", scope.project)
    json.member("scope", scope.side.rawValue)
    json.member("type", kind.rawValue)
    if mayRead { json.member("url", url) }
    json.member("verdict", verdict.rawValue)
    let clause = mayRead ? clause(on: event) : nil
    json.member("reason", reason(quoting: clause))
    if let clause {
      json.key("clause")
      clause.appendJSON(to: &json)
    }
    if mayRead, let pause { pause.appendMembers(to: &json) }
    json.key("deliveries")
    json.beginArray()
    for delivery in deliveries { delivery.appendBriefJSON(to: &json, showsEndpoint: mayRead) }
    json.endArray()
    json.endObject()
  }
}

extension SubscriptionExplanation.Pause {
  fileprivate func appendMembers(to json: inout JSONWriter) {
    json.member("paused_since", since?.rfc3339)
    json.member("paused_reason", reason)
  }
}

extension DeliveryDetail {
  /// Without what the subscription around it says already.
  fileprivate func appendBriefJSON(to json: inout JSONWriter, showsEndpoint: Bool) {
    json.beginObject()
    json.member("id", summary.id.description)
    summary.appendState(to: &json)
    json.member("creation_time", summary.createdAt.rfc3339)
    json.key("attempts")
    json.beginArray()
    for attempt in attempts { attempt.appendJSON(to: &json, showsEndpoint: showsEndpoint) }
    json.endArray()
    json.endObject()
  }
}
