public import Fanfare

/// An event as a message for a Slack incoming webhook: a sentence, what `data` adds to it, and where, who and when.
///
/// Nothing of an event can become markup, a link or a mention (``SlackText``), and every text stays within Slack's limits.
public struct SlackMessage: Sendable, Equatable {
  /// The sentence alone, for notifications; already escaped.
  public let text: String
  /// JSON of the webhook's body, with blocks.
  public let json: [UInt8]
  /// JSON of a body without blocks, for a receiver that has refused them.
  public let plainJSON: [UInt8]

  /// - Parameters:
  ///   - username: the name to post under; Slack takes it from older webhooks only.
  ///   - icon: `:name:`, or the URL of a picture.
  public init(for stored: StoredEvent, username: String? = nil, icon: String? = nil) {
    // The store wrote the compact form itself; were it ever unreadable, the type and the time still make a message.
    let event = try? Event(compact: stored)
    let facts = SlackFacts(data: event?.data)
    let path = event?.path ?? EventPath()
    let sentence = SlackSentence(type: stored.type, at: path, facts)
    let headline: String
    if let who = event?.username, let deed = sentence.deed {
      text = SlackText.escape(SlackText.line(who, limit: SlackLimits.name)) + " " + deed.plain + "."
      headline = SlackText.person(who) + " " + deed.mrkdwn + "."
    } else {
      text = sentence.happening.capitalized.plain + "."
      headline = sentence.happening.capitalized.mrkdwn + "."
    }
    let details = SlackDetails(
      headline: headline, type: stored.type, occurredAt: stored.occurredAt, username: event?.username, path: path,
      facts: facts.shown(except: sentence.said))
    json = Self.body(username, icon) { [text] json in
      json.member("text", text)
      details.appendBlocks(to: &json)
    }
    plainJSON = Self.body(username, icon) { [text] json in
      json.member("text", text + details.plain)
      json.key("mrkdwn")
      json.bool(false)
    }
  }

  private static func body(_ username: String?, _ icon: String?, _ content: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(capacity: 1024)
    json.beginObject()
    content(&json)
    json.member("username", username.map { SlackText.line($0, limit: SlackLimits.username) })
    if let icon {
      if icon.hasPrefix("https://") || icon.hasPrefix("http://") {
        json.member("icon_url", icon)
      } else {
        json.member("icon_emoji", ":" + icon.filter { $0 != ":" } + ":")
      }
    }
    json.endObject()
    return json.bytes
  }
}
