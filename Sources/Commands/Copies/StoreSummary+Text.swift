import Fanfare
import SQLiteStore

extension StoreSummary {
  /// What it holds, in one line.
  var text: String {
    var parts = [
      "\(ByteCount(bytes: bytes))", "\(events) \(events == 1 ? "event" : "events")", "the last number \(lastSequence)",
      "\(waitingDeliveries) \(waitingDeliveries == 1 ? "delivery waits" : "deliveries wait")",
    ]
    if let lastReceivedAt { parts[2] += " of \(lastReceivedAt.rfc3339)" }
    if outbox > 0 { parts.append("\(outbox) to be published") }
    return parts.joined(separator: ", ")
  }
}

extension Duration {
  /// In seconds, with tenths.
  var secondsText: String {
    let tenths = Int(self / .milliseconds(100))
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
