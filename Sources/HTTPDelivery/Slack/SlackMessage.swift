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
  ///   - isReplay: whether the event is told again (`X-Event-Replay-Of`); the message begins with that.
  public init(for stored: StoredEvent, username: String? = nil, icon: String? = nil, isReplay: Bool = false) {
    let line = SlackLine(for: stored, isReplay: isReplay)
    text = line.plain
    let details = SlackDetails(
      headline: line.mrkdwn, type: stored.type, occurredAt: stored.occurredAt, username: line.event?.username,
      path: line.event?.path ?? EventPath(), facts: line.facts.shown(except: line.said))
    json = SlackBody.json(username, icon) { json in
      json.member("text", line.plain)
      details.appendBlocks(to: &json)
    }
    plainJSON = SlackBody.plainJSON(line.plain + details.plain, username, icon)
  }
}
