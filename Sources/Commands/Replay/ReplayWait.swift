import Fanfare

/// Follows a replay until it is over and everything that it made is settled; a bar on a terminal.
struct ReplayWait {
  let replay: String
  let service: ServiceClient

  func run() async throws {
    var line = ProgressLine(total: nil, isShown: Console.isErrorTerminal)
    defer { line.clear() }
    while true {
      let figures = try await service.get(ReplayCommand.path + [replay]).json()
      line.show(Self.text(figures))
      if ["done", "cancelled"].contains(figures["state"]?.stringValue), figures["pending"]?.numberText == "0" { return }
      // Nothing tells a client when something has moved.
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  /// `██████░░░░ 60 %  600 of 1000 made, 20 pending, 3 dead`
  static func text(_ replay: JSONValue) -> String {
    func number(_ key: String) -> Int { replay[key]?.numberText.flatMap { Int($0) } ?? 0 }
    let (matched, made) = (number("matched"), number("made"))
    if replay["counted"] != true { return "\(matched) found so far" }
    var text = "\(made) of \(matched) made, \(number("pending")) pending"
    if number("dead") > 0 { text += ", \(number("dead")) dead" }
    if replay["state"] == "paused" { text += ", paused" }
    return matched > 0 ? "\(ProgressLine.bar(done: number("done"), total: matched))  \(text)" : text
  }
}
