public import Fanfare

/// Several events as one Slack message: how many and where, a line for each of the first, and how many more there are.
///
/// Lines stand under their project where there is more than one, each project's in the order of the events. Everything stays within
/// Slack's limits, whatever the events hold.
public struct SlackDigest: Sendable, Equatable {
  /// How many events, and where, for notifications; already escaped.
  public let text: String
  /// JSON of the webhook's body, with blocks.
  public let json: [UInt8]
  /// JSON of a body without blocks, for a receiver that has refused them.
  public let plainJSON: [UInt8]

  /// - Parameters:
  ///   - username: the name to post under; Slack takes it from older webhooks only.
  ///   - icon: `:name:`, or the URL of a picture.
  public init(of digest: Digest, username: String? = nil, icon: String? = nil) {
    let lines = digest.members.prefix(Digest.maximumShown).map { DigestLine(for: $0) }
    let rest = digest.members.count - lines.count
    let projects = Set(digest.members.map { DigestLine.project(of: $0.event) })
    let place = Self.place(projects)
    let count = "\(digest.members.count) events"
    let groups = Self.groups(lines, areTitled: projects.count > 1)

    text = count + place.plain
    json = SlackBody.json(username, icon) { [text] json in
      json.member("text", text)
      json.key("blocks")
      json.beginArray()
      json.section("*\(count)*" + place.mrkdwn)
      for section in Self.sections(groups.flatMap(\.mrkdwn)) { json.section(section) }
      if rest > 0 { json.section("… and \(rest) more.") }
      json.context(["digest " + SlackText.code(digest.id.description)])
      json.endArray()
    }
    plainJSON = SlackBody.plainJSON(Self.plain(text, groups, count: digest.members.count), username, icon)
  }

  /// ` in shop`, ` in 3 projects`, or nothing where not all events have a project.
  private static func place(_ projects: Set<String?>) -> Phrase {
    if projects.contains(nil) { return "" }
    if projects.count == 1, let project = projects.first.flatMap(\.self) { return " in \(value: project)" }
    return Phrase(stringLiteral: " in \(projects.count) projects")
  }

  /// Lines with the title of what they are about, if they have one.
  private struct Group {
    var title: Phrase?
    var lines: [DigestLine]

    var mrkdwn: [String] { (title.map { [$0.mrkdwn] } ?? []) + lines.map(\.mrkdwn) }
  }

  /// By project, in the order of their first events.
  private static func groups(_ lines: [DigestLine], areTitled: Bool) -> [Group] {
    if !areTitled { return [Group(lines: lines)] }
    var groups: [Group] = []
    var places: [String?: Int] = [:]
    for line in lines {
      if let place = places[line.project] {
        groups[place].lines.append(line)
      } else {
        places[line.project] = groups.count
        groups.append(Group(title: line.project.map { "In \(value: $0):" } ?? "In no project:", lines: [line]))
      }
    }
    return groups
  }

  // MARK: Slack's limits

  /// As many lines in each section as fit. A line alone always does (``SlackLimits/name``).
  private static func sections(_ lines: [String]) -> [String] {
    lines.reduce(into: []) { sections, line in
      if let last = sections.last, last.utf16.count + line.utf16.count < SlackLimits.section {
        sections[sections.count - 1] = last + "\n" + line
      } else {
        sections.append(line)
      }
    }
  }

  /// Lines that would make the text too long are counted with the rest.
  private static func plain(_ headline: String, _ groups: [Group], count: Int) -> String {
    var text = headline + ":"
    var shown = 0
    for group in groups {
      var title = group.title.map { "\n" + $0.plain } ?? ""
      for line in group.lines where text.utf16.count + title.utf16.count + line.plain.utf16.count < SlackLimits.plainDigest {
        text += title + "\n" + line.plain
        title = ""
        shown += 1
      }
    }
    return shown < count ? text + "\n… and \(count - shown) more." : text
  }
}

/// One event of a digest.
private struct DigestLine {
  let project: String?
  let mrkdwn: String
  let plain: String

  init(for task: DeliveryTask) {
    let line = SlackLine(for: task.event, isReplay: task.replayOf != nil)
    project = line.event.flatMap(Self.project)
    // A date stands where the sentence's full stop was.
    mrkdwn = "• " + line.mrkdwn.dropLast() + " (" + SlackText.date(task.event.occurredAt) + ")"
    plain = "- " + line.plain.dropLast() + " (" + SlackText.plainDate(task.event.occurredAt) + ")"
  }

  static func project(of stored: StoredEvent) -> String? {
    (try? Event(compact: stored)).flatMap(Self.project)
  }

  private static func project(of event: Event) -> String? {
    event.path.state?.project ?? event.path.inventory?.project
  }
}
