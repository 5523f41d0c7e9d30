import Fanfare

/// The times of all cells, as Markdown.
struct Table {
  private var times: [Cell: [Population: [Int64]]] = [:]

  mutating func add(_ nanoseconds: [Int64], to cell: Cell, _ population: Population) {
    times[cell, default: [:]][population, default: []] += nanoseconds
  }

  /// Median and 99th percentile in µs for each size, and how the largest one's p99 compares with the smallest one's.
  func text(events: [Int], audiences: [Int]) -> String {
    var lines: [String] = []
    for count in audiences {
      lines += ["", "Pages of 20, \(count) distinct sets of groups: p50 / p99 in µs", ""]
      lines.append("| caller | list | from | " + events.map { "\($0) events" }.joined(separator: " | ") + " | p99, last : first |")
      lines.append("|" + String(repeating: "---|", count: events.count + 4))
      for cell in Cell.all {
        let columns = events.map { size in
          let sorted = (times[cell]?[Population(events: size, audiences: count)] ?? []).sorted()
          return (Self.quantile(sorted, 50), Self.quantile(sorted, 99))
        }
        let ratio = Double(columns.last?.1 ?? 0) / Double(max(1, columns.first?.1 ?? 1))
        let texts = columns.map { "\($0.0) / \($0.1)" }
        lines.append(
          "| \(cell.who.rawValue) | \(cell.place.rawValue) | \(cell.isDeep ? "middle" : "head") | " + texts.joined(separator: " | ")
            + " | \((ratio * 100).rounded() / 100) |")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func quantile(_ sorted: [Int64], _ percent: Int) -> Int64 {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)] / 1000
  }
}
