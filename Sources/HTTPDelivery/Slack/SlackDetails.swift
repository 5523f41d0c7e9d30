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
    json.section(headline)
    if !facts.isEmpty {
      json.block("section") { json in
        json.key("fields")
        json.beginArray()
        for fact in facts { json.mrkdwn("*\(fact.label)*\n" + SlackText.code(fact.value, limit: SlackLimits.value)) }
        json.endArray()
      }
    }
    json.context(context)
    json.endArray()
  }

  private var context: [String] {
    var parts = SlackPlace(path).paths.map { $0.side + " " + SlackText.code($0.path, limit: SlackLimits.value) }
    if let username { parts.append("by " + SlackText.person(username)) }
    parts.append(SlackText.date(occurredAt))
    parts.append(SlackText.code(type.name))
    return parts
  }

  /// The same on one line without markup, to follow the sentence.
  var plain: String {
    var parts = facts.map { "\($0.label): " + SlackText.escape(SlackText.line($0.value, limit: SlackLimits.value)) }
    parts += SlackPlace(path).paths.map { $0.side + " " + SlackText.escape(SlackText.line($0.path, limit: SlackLimits.value)) }
    parts.append(SlackText.plainDate(occurredAt))
    return " (" + parts.joined(separator: "; ") + ")"
  }
}
