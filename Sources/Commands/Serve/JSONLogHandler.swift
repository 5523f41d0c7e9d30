import Fanfare
import Glibc
import Logging

/// One JSON object a line on standard error: `time`, `level`, `message`, `logger`, and the metadata's keys beside them.
struct JSONLogHandler: LogHandler {
  let label: String
  var logLevel: Logger.Level = .trace
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("time", SystemClock.now().rfc3339)
    json.member("level", event.level.rawValue)
    json.member("message", event.message.description)
    json.member("logger", label)
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      // What is said of the line itself is not overwritten by what it is about.
      json.member(["time", "level", "message", "logger"].contains(key) ? "\(key)_" : key, value.description)
    }
    json.endObject()
    // One write a line, so that lines of several threads do not mix.
    Console.write(json.bytes + [UInt8(ascii: "\n")], to: STDERR_FILENO)
  }
}
