import ArgumentParser
import Fanfare

/// An instant on the command line: RFC 3339, or how long ago (`2h`).
struct Instant: ExpressibleByArgument {
  let timestamp: Timestamp

  init?(argument: String) {
    if let timestamp = Timestamp(rfc3339: argument) {
      self.timestamp = timestamp
    } else if let age = Duration(text: argument) {
      timestamp = SystemClock.now() - age
    } else {
      return nil
    }
  }
}

extension Timestamp {
  /// To the second, as tables have it: `2021-10-15 15:07:39`.
  var tableText: String { Self.tableText(rfc3339) }

  /// The same of a time that came as RFC 3339.
  static func tableText(_ rfc3339: String?) -> String {
    guard let rfc3339 else { return "-" }
    return String(rfc3339.prefix(19)).replacing("T", with: " ")
  }
}
