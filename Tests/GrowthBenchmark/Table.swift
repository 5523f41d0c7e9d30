import Fanfare

/// A line for each power of ten, as Markdown.
struct Table {
  private var lines: [String] = []

  mutating func add(
    events: Int, _ work: Cost, beside: [Cost], fileBytes: Int, bodyBytes: Int, opening: Duration, _ latencies: [[Int64]]
  ) {
    let fresh = (beside.isEmpty ? [work] : beside).sorted { $0.eventsPerSecond < $1.eventsPerSecond }
    let (slowest, median, fastest) = (fresh[0], fresh[fresh.count / 2], fresh[fresh.count - 1])
    let ratio = Self.rounded(Double(work.eventsPerSecond) / Double(max(1, median.eventsPerSecond)))
    let cpu = fresh.map(\.cpu).sorted()[fresh.count / 2]
    let pages = latencies.map { list in
      let sorted = list.sorted()
      return "\(Self.quantile(sorted, 50)) / \(Self.quantile(sorted, 99))"
    }
    let (disk, body) = (Double(fileBytes) / Double(events), Double(bodyBytes) / Double(events))
    lines.append(
      "| \(events) | \(work.eventsPerSecond) | \(median.eventsPerSecond) [\(slowest.eventsPerSecond)–\(fastest.eventsPerSecond)] | \(ratio) "
        + "| \(work.cpu) | \(cpu) | \(Int(disk)) | \(Int(body)) | \(Self.rounded((disk - 250) / body)) "
        + "| \(opening.wholeNanoseconds / 1_000_000) | " + pages.joined(separator: " | ") + " |")
  }

  var lastLine: String { lines.last ?? "" }

  var text: String {
    let header = [
      "events", "events/s on the way there", "10,000 into a fresh store beside it", "ratio", "CPU µs an event", "the fresh store's",
      "bytes on disk an event", "bytes of its body", "(disk − 250) : body", "opening, ms",
    ]
    let columns = header + PageKind.allCases.map { "page of \($0.rawValue): p50 / p99 µs" }
    return (["| " + columns.joined(separator: " | ") + " |", "|" + String(repeating: "---|", count: columns.count)] + lines)
      .joined(separator: "\n")
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  private static func quantile(_ sorted: [Int64], _ percent: Int) -> Int64 {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)] / 1000
  }
}
