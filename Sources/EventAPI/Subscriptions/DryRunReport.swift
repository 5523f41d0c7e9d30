import Fanfare

/// A dry run as clients see it.
struct DryRunReport {
  let scope: SubscriptionScope
  let walk: HistoryWalk
  let extent: HistoryWalk.Extent
  let differences: [SubscriptionDifference]

  var json: [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    json.member("project", scope.project)
    json.member("scope", scope.side.rawValue)
    json.member("since", walk.since.rfc3339)
    json.member("until", walk.until.rfc3339)
    json.key("events_examined")
    json.integer(extent.examined)
    if let cutAt = extent.cutAt {
      json.key("truncated")
      json.bool(true)
      json.member("examined_since", cutAt.rfc3339)
    }
    json.key("subscriptions")
    json.beginArray()
    for difference in differences { difference.appendJSON(to: &json) }
    json.endArray()
    json.key("summary")
    appendSummary(to: &json)
    json.endObject()
    return json.bytes
  }

  private func appendSummary(to json: inout JSONWriter) {
    json.beginObject()
    json.key("subscriptions")
    json.integer(differences.count)
    json.key("changed")
    json.integer(differences.count { $0.added > 0 || $0.removed > 0 })
    json.counts(of: differences)
    json.endObject()
  }
}

extension SubscriptionDifference {
  fileprivate func appendJSON(to json: inout JSONWriter) {
    json.beginObject()
    json.member("id", id)
    json.member("standing", standing.rawValue)
    json.counts(of: [self])
    json.key("examples")
    json.beginObject()
    json.key("added")
    Self.append(addedExamples, to: &json)
    json.key("removed")
    Self.append(removedExamples, to: &json)
    json.endObject()
    json.endObject()
  }

  private static func append(_ examples: [Example], to json: inout JSONWriter) {
    json.beginArray()
    for example in examples {
      json.beginObject()
      json.member("event", example.id)
      json.member("type", example.type.name)
      json.member("event_time", example.occurredAt.rfc3339)
      json.member("why", example.why)
      json.endObject()
    }
    json.endArray()
  }
}

extension JSONWriter {
  /// The sums over subscriptions, as members of the object that is open.
  fileprivate mutating func counts(of differences: [SubscriptionDifference]) {
    let sums: [(String, KeyPath<SubscriptionDifference, Int>)] = [
      ("would_send", \.wouldSend), ("present_sent", \.presentSent), ("added", \.added), ("removed", \.removed), ("unchanged", \.unchanged),
    ]
    for (name, count) in sums {
      key(name)
      integer(differences.reduce(0) { $0 + $1[keyPath: count] })
    }
  }
}
