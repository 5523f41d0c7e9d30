import Fanfare

/// What was found, for people and for programs.
struct DoctorReport {
  let findings: [Finding]

  var worst: Finding.Severity { findings.map(\.severity).max() ?? .ok }

  /// A table of all, and below it what to do, the worst first.
  var text: String {
    var table = TextTable("", "WHAT", "HOW IT STANDS")
    for finding in findings { table.add(finding.severity.rawValue, finding.subject, finding.observation) }
    var blocks = [table.text]
    let advised = findings.filter { $0.advice != nil && $0.severity > .ok }.sorted { $0.severity > $1.severity }
    if !advised.isEmpty {
      blocks.append(
        advised.map { "\($0.severity.rawValue) \($0.subject): \($0.advice ?? "")".printableLine }.joined(separator: "\n"))
    }
    let (faults, warnings) = (count(.fault), count(.warning))
    blocks.append("\(faults) \(faults == 1 ? "fault" : "faults"), \(warnings) \(warnings == 1 ? "warning" : "warnings")")
    return blocks.joined(separator: "\n\n")
  }

  var json: String {
    var json = JSONWriter()
    json.beginObject()
    json.key("faults")
    json.integer(count(.fault))
    json.key("warnings")
    json.integer(count(.warning))
    json.key("findings")
    json.beginArray()
    for finding in findings {
      json.beginObject()
      json.member("subject", finding.subject)
      json.member("severity", finding.severity.rawValue)
      json.member("observation", finding.observation)
      json.member("advice", finding.advice)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
}
