internal import Fanfare

/// Makes text of events safe to stand in a Slack message.
///
/// Slack reads `<…>` as links, dates and mentions of everybody, and backticks, `*`, `_`, `~` as formatting. The first three characters
/// that matter have escapes; the others have none, so values stand in code spans, where nothing but a backtick means anything.
enum SlackText {
  /// One line of at most `limit` Unicode scalars: control characters become spaces, and marks that turn the direction of writing,
  /// with which a text can look like another, are left out.
  static func line(_ text: String, limit: Int) -> String {
    var result = ""
    var count = 0
    for character in text {
      let scalars = character.unicodeScalars
      if count + scalars.count > limit {
        result.append("…")
        break
      }
      for scalar in scalars {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: continue
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: result.unicodeScalars.append(" ")
        default: result.unicodeScalars.append(scalar)
        }
      }
      count += scalars.count
    }
    return result
  }

  /// `&`, `<` and `>` as Slack asks for them.
  static func escape(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A value in a code span.
  static func code(_ text: String, limit: Int = SlackLimits.name) -> String {
    let shown = line(text, limit: limit)
    let content = String(String.UnicodeScalarView(shown.unicodeScalars.map { $0 == "`" ? "\u{02CB}" : $0 }))
    return content.allSatisfy { $0 == " " } ? "(empty)" : "`" + escape(content) + "`"
  }

  /// A person's name: bold if it is an ordinary one, else in a code span.
  static func person(_ name: String) -> String {
    let isOrdinary =
      !name.isEmpty && !name.hasPrefix("@") && name.unicodeScalars.count <= SlackLimits.name
      && name.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "0123456789.-@".unicodeScalars.contains($0) }
    return isOrdinary ? "*" + name + "*" : code(name)
  }

  /// A time as the reader's own clock has it.
  static func date(_ instant: Timestamp) -> String {
    "<!date^\(instant.seconds)^{date_short_pretty} {time_secs}|\(plainDate(instant))>"
  }

  /// For clients that don't know Slack's dates: `2021-10-15 15:07:39 UTC`.
  static func plainDate(_ instant: Timestamp) -> String {
    let text = instant.rfc3339
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
  }
}

/// What Slack takes at most, and what is kept to so that nothing comes near it.
enum SlackLimits {
  /// Scalars of a name. A sentence has at most five of them, and an escape is at most five characters, so a sentence stays below
  /// Slack's 3,000 characters for a section.
  static let name = 100
  /// Scalars of a value of `data`; escaped and labelled it stays below Slack's 2,000 characters for a field.
  static let value = 300
  /// Fields of a section; Slack takes ten.
  static let fields = 8
  static let username = 80
  /// UTF-16 units of a digest's section and of its text without blocks; Slack takes 3,000 and 40,000.
  static let section = 2_900
  static let plainDigest = 30_000
}
