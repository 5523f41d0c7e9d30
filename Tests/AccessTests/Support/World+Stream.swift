import AsyncHTTPClient
import Fanfare
import NIOCore
import NIOHTTP1
import Testing

/// An event as a stream gave it out.
struct Followed: Sendable {
  /// What the stream goes on after when a client shows it again.
  let position: String
  let id: String
}

extension World {
  /// What a stream says up to an event that there has to be; it has no end of its own.
  ///
  /// - Parameter lastEventID: the header.
  func follow(_ query: String, lastEventID: String? = nil, until end: String, as person: Person) async throws -> [Followed] {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/events/stream/?\(query)")
    if let token = person.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let lastEventID { request.headers.add(name: "Last-Event-ID", value: lastEventID) }
    let response = try await Self.connections.execute(request, timeout: .minutes(30))
    #expect(response.status == .ok)
    var events: [Followed] = []
    var line: [UInt8] = []
    var position = ""
    for try await part in response.body {
      for byte in part.readableBytesView {
        if byte != 0x0A {
          line.append(byte)
          continue
        }
        let text = String(decoding: line, as: UTF8.self)
        line = []
        if text.hasPrefix("id: ") { position = String(text.dropFirst(4)) }
        guard text.hasPrefix("data: ") else { continue }
        let event = try JSONValue(parsing: Array(text.utf8.dropFirst(6)))
        events.append(Followed(position: position, id: event["id"]?.stringValue ?? ""))
        if events.last?.id == end { return events }
      }
    }
    Issue.record("the stream ended before \(end)")
    return events
  }
}
