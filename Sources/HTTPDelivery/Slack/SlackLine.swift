internal import Fanfare

/// An event in one sentence, ready to be shown: who did what, or what happened.
struct SlackLine {
  /// Without markup, escaped.
  let plain: String
  let mrkdwn: String
  let event: Event?
  let facts: SlackFacts
  /// Values of `data` that the sentence says.
  let said: [String?]

  /// - Parameter isReplay: whether it begins by saying that it is old news.
  init(for stored: StoredEvent, isReplay: Bool = false) {
    // The store wrote the compact form itself; were it ever unreadable, the type and the time still make a message.
    event = try? Event(compact: stored)
    facts = SlackFacts(data: event?.data)
    let sentence = SlackSentence(type: stored.type, at: event?.path ?? EventPath(), facts)
    said = sentence.said
    let start = isReplay ? "Replay: " : ""
    if let who = event?.username, let deed = sentence.deed {
      plain = start + SlackText.escape(SlackText.line(who, limit: SlackLimits.name)) + " " + deed.plain + "."
      mrkdwn = start + SlackText.person(who) + " " + deed.mrkdwn + "."
    } else {
      let happening = sentence.happening.capitalized
      plain = start + happening.plain + "."
      mrkdwn = start + happening.mrkdwn + "."
    }
  }
}
