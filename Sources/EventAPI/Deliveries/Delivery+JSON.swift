import Fanfare

extension DeliverySummary {
  /// The delivery as clients see it, with its attempts if they are at hand. Where it goes, and what was said there, is shown to those who
  /// may read the project's subscriptions.
  func appendJSON(to json: inout JSONWriter, for caller: Caller, attempts: [AttemptSummary]? = nil) {
    let showsEndpoint = caller.may(.read, project: scope.project)
    json.beginObject()
    json.member("id", id.description)
    json.member("event", eventID)
    json.member("event_type", eventType.name)
    json.member("project", scope.project)
    json.member("scope", scope.side.rawValue)
    json.member("subscription", subscriptionID)
    json.member("type", kind.rawValue)
    if showsEndpoint { json.member("url", url) }
    appendState(to: &json)
    json.key("attempt_count")
    json.integer(self.attempts)
    json.member("creation_time", createdAt.rfc3339)
    json.member("last_attempt_time", lastAttemptAt?.rfc3339)
    json.member("last_reason", lastReason)
    json.member("replay", replay?.replay.description)
    json.member("replay_of", replay?.original)
    if let attempts {
      json.key("attempts")
      json.beginArray()
      for attempt in attempts { attempt.appendJSON(to: &json, showsEndpoint: showsEndpoint) }
      json.endArray()
    }
    json.endObject()
  }

  func appendState(to json: inout JSONWriter) {
    json.member("state", state.name)
    switch state {
    case .scheduled(let due): json.member("next_attempt_time", due.rfc3339)
    case .dead(let reason): json.member("reason", reason.rawValue)
    case .cancelled: json.member("reason", cancelReason?.rawValue)
    case .succeeded: break
    }
  }
}

extension AttemptSummary {
  func appendJSON(to json: inout JSONWriter, showsEndpoint: Bool) {
    json.beginObject()
    json.key("number")
    json.integer(number)
    json.member("start_time", startedAt.rfc3339)
    json.key("duration_ms")
    json.integer(duration.wholeNanoseconds / 1_000_000)
    if let status {
      json.key("status")
      json.integer(status)
    }
    json.member("outcome", reason)
    appendDecision(to: &json)
    json.member("digest", digest?.description)
    if showsEndpoint {
      json.member("detail", detail)
      // A body may be of any encoding, and may have been cut inside of a character: what is not UTF-8 shows as U+FFFD.
      json.member("response_body", String(decoding: responseBody, as: UTF8.self))
    }
    json.endObject()
  }
}

extension AttemptSummary {
  private func appendDecision(to json: inout JSONWriter) {
    switch decision {
    case .succeeded: json.member("decision", "succeeded")
    case .retried(let next):
      json.member("decision", "retry")
      json.member("next_attempt_time", next.rfc3339)
    case .dead: json.member("decision", "dead")
    case nil: break
    }
    json.member("decision_reason", why)
  }
}

extension QuarantineEntry {
  func appendJSON(to json: inout JSONWriter) {
    let origin = entry.origin
    json.beginObject()
    json.member("id", id.description)
    json.member("reason", entry.reason.rawValue)
    json.member("detail", entry.detail)
    if case .amqp(let exchange, let routingKey) = origin.door {
      json.member("exchange", exchange)
      json.member("routing_key", routingKey)
    }
    json.member("content_type", origin.contentType)
    json.member("received_time", entry.receivedAt.rfc3339)
    if let text = String(validating: origin.raw, as: UTF8.self) {
      json.member("body", text)
    } else {
      json.member("body_base64", Base64.encode(origin.raw))
    }
    if let headers = origin.headers {
      json.key("headers")
      json.value(headers)
    }
    json.key("size")
    json.integer(origin.raw.count)
    json.endObject()
  }
}
