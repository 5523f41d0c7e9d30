internal import Fanfare

/// What stands below a message's sentence: values of `data`, then where, who, when and the event's type.
struct SlackDetails {
  let headline: String
  let type: EventType
  let occurredAt: Timestamp
  let username: String?
  let path: EventPath
  let facts: [(label: String, value: String)]

  /// The `blocks` of the message: two sections and a line of context.
  func appendBlocks(to json: inout JSONWriter) {
    json.key("blocks")
    json.beginArray()
    json.block("section") { json in
      json.key("text")
      json.mrkdwn(headline)
    }
    if !facts.isEmpty {
      json.block("section") { json in
        json.key("fields")
        json.beginArray()
        for fact in facts { json.mrkdwn("*\(fact.label)*\n" + SlackText.code(fact.value, limit: SlackLimits.value)) }
        json.endArray()
      }
    }
    json.block("context") { json in
      json.key("elements")
      json.beginArray()
      for part in context { json.mrkdwn(part) }
      json.endArray()
    }
    json.endArray()
  }

  private var context: [String] {
    var parts = SlackPlace(path).paths.map { $0.side + " " + SlackText.code($0.path, limit: SlackLimits.value) }
    if let username { parts.append("by " + SlackText.person(username)) }
    parts.append("<!date^\(occurredAt.seconds)^{date_short_pretty} {time_secs}|\(date)>")
    parts.append(SlackText.code(type.name))
    return parts
  }

  /// The same on one line without markup, to follow the sentence.
  var plain: String {
    var parts = facts.map { "\($0.label): " + SlackText.escape(SlackText.line($0.value, limit: SlackLimits.value)) }
    parts += SlackPlace(path).paths.map { $0.side + " " + SlackText.escape(SlackText.line($0.path, limit: SlackLimits.value)) }
    parts.append(date)
    return " (" + parts.joined(separator: "; ") + ")"
  }

  /// For clients that don't know Slack's dates: `2021-10-15 15:07:39 UTC`.
  private var date: String {
    let text = occurredAt.rfc3339
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
  }
}

extension JSONWriter {
  fileprivate mutating func block(_ type: String, _ content: (inout JSONWriter) -> Void) {
    beginObject()
    member("type", type)
    content(&self)
    endObject()
  }

  /// `verbatim`: Slack is not to find links, channels and names in it.
  fileprivate mutating func mrkdwn(_ text: String) {
    beginObject()
    member("type", "mrkdwn")
    member("text", text)
    key("verbatim")
    bool(true)
    endObject()
  }
}
