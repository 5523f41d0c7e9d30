import Fanfare

/// The answer to a dry run, for people: a sentence, a table of the subscriptions, and examples of what would be different.
struct DryRunText {
  private let report: JSONValue
  private let differences: [JSONValue]

  init(_ report: JSONValue) {
    self.report = report
    differences = report["subscriptions"].elements
  }

  var text: String {
    if differences.isEmpty { return opening + "\nNeither set has a subscription." }
    return ([opening, "", table] + examples).joined(separator: "\n")
  }

  private var opening: String {
    let since = report["examined_since"] ?? report["since"]
    let span = "from \(Timestamp.tableText(since?.stringValue)) to \(Timestamp.tableText(report["until"]?.stringValue))"
    let cut = report["truncated"] == true ? " Older ones were not looked at: there are too many." : ""
    let count = report["events_examined"].count
    return "\(count == "1" ? "1 event" : "\(count) events") \(span).\(cut)"
  }

  private var table: String {
    var table = TextTable("SUBSCRIPTION", "", "WOULD SEND", "WAS SENT", "ADDED", "REMOVED", "UNCHANGED")
    func add(_ name: String, _ standing: String, _ counts: JSONValue?) {
      func count(_ key: String) -> String { counts?[key].count ?? "0" }
      table.add(name, standing, count("would_send"), count("present_sent"), count("added"), count("removed"), count("unchanged"))
    }
    for difference in differences {
      let standing = difference["standing"]?.stringValue
      add(difference["id"]?.stringValue ?? "-", standing == "kept" ? "" : standing ?? "", difference)
    }
    if differences.count > 1 { add("together", "", report["summary"]) }
    return table.text
  }

  private var examples: [String] {
    [("added", "Would be sent, and was not"), ("removed", "Was sent, and would not be")].flatMap { key, heading -> [String] in
      var table = TextTable("SUBSCRIPTION", "EVENT", "TYPE", "TIME", "WHY NOT")
      var isEmpty = true
      for difference in differences {
        for example in (difference["examples"]?[key]).elements {
          func text(_ key: String) -> String { example[key]?.stringValue ?? "-" }
          isEmpty = false
          table.add(
            difference["id"]?.stringValue ?? "-", text("event"), text("type"), Timestamp.tableText(text("event_time")),
            text("why"))
        }
      }
      return isEmpty ? [] : ["", "\(heading), for example:", table.text]
    }
  }
}

extension JSONValue? {
  fileprivate var count: String { self?.numberText ?? "0" }
}
