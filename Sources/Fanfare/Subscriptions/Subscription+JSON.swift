extension Subscription {
  /// Appends the entry as the API shows it (contract §6), without secrets. Fields that were not given are left out, but for `format` and
  /// `disabled`, whose defaults are said; `paused` stands there only if it is.
  ///
  /// - Parameter hidingSecrets: whether the URL is without what may be secret in it, and headers are without their values.
  public func appendJSON(to json: inout JSONWriter, hidingSecrets: Bool = false) {
    json.beginObject()
    appendFields(to: &json, hidingSecrets: hidingSecrets)
    if isPaused {
      json.key("paused")
      json.bool(true)
      json.member("paused_reason", pausedReason)
    }
    json.endObject()
  }

  /// The entry as the store keeps it: everything but its row, scope, secrets and pause, which change by themselves.
  public func storedJSON() -> [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    appendFields(to: &json)
    json.endObject()
    return json.bytes
  }

  /// Reads what ``storedJSON()`` wrote.
  ///
  /// - Throws: ``ValidationErrors`` if it is not what this version would have written.
  public convenience init(
    stored: [UInt8], row: Int64, scope: SubscriptionScope, secrets: [String], retiredSecrets: [RetiredSecret] = [], isPaused: Bool,
    pausedReason: String? = nil
  ) throws(ValidationErrors) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: stored)
    } catch {
      throw ValidationErrors([ValidationError(pointer: "", code: "malformed_json", message: "a stored subscription is not JSON: \(error)")])
    }
    var faults: [ValidationError] = []
    let entry = SubscriptionReader(scope: scope, key: nil)
      .read(value, at: JSONPointer(tokens: []), makeID: { "" }, faults: &faults)
    guard let entry, faults.isEmpty else { throw ValidationErrors(faults) }
    self.init(
      row: row, scope: scope, id: entry.id, kind: entry.kind, url: entry.url, events: entry.events, filters: entry.filters,
      allowedGroups: entry.allowedGroups, format: entry.format, headers: entry.headers, retrySchedule: entry.retrySchedule,
      rateLimitPerSecond: entry.rateLimitPerSecond, ordering: entry.ordering, isDisabled: entry.isDisabled,
      slackUsername: entry.slackUsername,
      slackIcon: entry.slackIcon, secrets: secrets, retiredSecrets: retiredSecrets, isPaused: isPaused, pausedReason: pausedReason)
  }

  private func appendFields(to json: inout JSONWriter, hidingSecrets: Bool = false) {
    json.member("id", id)
    json.member("type", kind.rawValue)
    json.member("url", hidingSecrets ? kind.publicURL(url) : url)
    if let events {
      json.key("events")
      json.strings(events.map(\.pattern))
    }
    if !filters.isEmpty {
      json.key("filters")
      json.beginArray()
      for filter in filters { filter.appendJSON(to: &json) }
      json.endArray()
    }
    if let allowedGroups {
      json.key("allowed_groups")
      json.strings(allowedGroups)
    }
    if kind == .webhook { json.member("format", format.rawValue) }
    appendDelivery(to: &json, hidingSecrets: hidingSecrets)
    json.key("disabled")
    json.bool(isDisabled)
    json.member("slack_username", slackUsername)
    json.member("slack_icon", slackIcon)
  }

  private func appendDelivery(to json: inout JSONWriter, hidingSecrets: Bool) {
    if !headers.isEmpty {
      json.key("headers")
      json.beginObject()
      for header in headers { json.member(header.name, hidingSecrets ? "…" : header.value) }
      json.endObject()
    }
    if let retrySchedule {
      json.key("retry")
      json.beginObject()
      json.key("schedule")
      json.strings(retrySchedule.map(\.text))
      json.endObject()
    }
    if ordering != .none { json.member("ordering", ordering.rawValue) }
    if let rateLimitPerSecond {
      json.key("rateLimit")
      json.beginObject()
      json.key("perSecond")
      json.integer(rateLimitPerSecond)
      json.endObject()
    }
  }
}
