internal import Fanfare

/// What a webhook's body is, in each of the formats that a subscription can choose.
enum WebhookBody {
  static func bytes(of event: StoredEvent, as format: Subscription.Format) -> [UInt8] {
    switch format {
    case .event: event.sharedWireJSON
    case .cloudevents: CloudEventBody.bytes(of: event)
    case .thin: thin(event)
    }
  }

  /// Structured CloudEvents are told from other JSON by nothing but this (CloudEvents HTTP binding §3.2).
  static func contentType(of format: Subscription.Format) -> String {
    format == .cloudevents ? "application/cloudevents+json" : "application/json"
  }

  /// Id, type, timestamp and path, for receivers that fetch the rest themselves.
  private static func thin(_ event: StoredEvent) -> [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("id", event.id)
    json.member("type", event.type.name)
    json.key("timestamp")
    json.integer(event.occurredAt.nanoseconds)
    var scanner = JSONScanner(event.compact)
    // The store wrote this text itself; were it ever not to scan, the body ends at what could be read.
    try? scanner.object { (key, scanner) throws(JSONError) in
      let value = event.compact[try scanner.skipValue()]
      switch key {
      case "inventory_project":
        json.key(key)
        json.raw(value)
        json.key("inventory_namespace")
        json.raw(value)
      case "inventory_application", "inventory_version", "state_project", "state_environment", "state_deployment":
        json.key(key)
        json.raw(value)
      default: break
      }
    }
    json.endObject()
    return json.bytes
  }
}
