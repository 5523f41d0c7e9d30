internal import Fanfare

/// The JSON of a Slack message, with how its sender is shown.
enum SlackBody {
  static func json(_ username: String?, _ icon: String?, _ content: (inout JSONWriter) -> Void) -> [UInt8] {
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

  /// A message without blocks and without markup.
  static func plainJSON(_ text: String, _ username: String?, _ icon: String?) -> [UInt8] {
    json(username, icon) { json in
      json.member("text", text)
      json.key("mrkdwn")
      json.bool(false)
    }
  }
}

extension JSONWriter {
  mutating func block(_ type: String, _ content: (inout JSONWriter) -> Void) {
    beginObject()
    member("type", type)
    content(&self)
    endObject()
  }

  /// `verbatim`: Slack is not to find links, channels and names in it.
  mutating func mrkdwn(_ text: String) {
    beginObject()
    member("type", "mrkdwn")
    member("text", text)
    key("verbatim")
    bool(true)
    endObject()
  }

  mutating func section(_ text: String) {
    block("section") { json in
      json.key("text")
      json.mrkdwn(text)
    }
  }

  mutating func context(_ parts: [String]) {
    block("context") { json in
      json.key("elements")
      json.beginArray()
      for part in parts { json.mrkdwn(part) }
      json.endArray()
    }
  }
}
