import Fanfare
import Testing

extension World {
  /// All ids of a listing of events, by the pages' own links; checks that each page but the last is full.
  func walk(_ target: String, size: Int, as person: Person) async throws -> [String] {
    var ids: [String] = []
    var next: String? = target + (target.contains("?") ? "&" : "?") + "page_size=\(size)"
    while let target = next {
      let answer = try await get(target, as: person)
      #expect(answer.status == 200, "\(target): \(answer.text)")
      let page = try answer.ids
      ids += page
      #expect(answer["X-Next-Page-From"] == (answer["Link"] == nil ? nil : page.last))
      if answer["Link"] != nil { #expect(page.count == size) }
      next = answer["Link"].map { String($0.dropFirst().prefix { $0 != ">" }) }
      // A walk that does not end must not go on for ever.
      if page.isEmpty { return ids }
    }
    return ids
  }

  /// All ids of a listing with cursors, forwards and then backwards; both ways must show the same pages.
  func walkCursors(_ target: String, size: Int, as person: Person) async throws -> [String] {
    var ids: [String] = []
    var pages = 0
    var cursor: JSONValue? = .object([])
    var last: JSONValue = .null
    while let at = cursor {
      last = try await get("\(target)&size=\(size)\(at.parameter("after"))", as: person).json
      let page = (last["elements"] ?? .null).elements.compactMap { $0["id"]?.stringValue }
      ids += page
      pages += 1
      #expect((last["previous"] != nil) == (pages > 1))
      if last["next"] != nil { #expect(page.count == size) }
      cursor = page.isEmpty ? nil : last["next"]
    }
    var back = (last["elements"] ?? .null).elements.compactMap { $0["id"]?.stringValue }
    while let at = last["previous"] {
      last = try await get("\(target)&size=\(size)\(at.parameter("before"))", as: person).json
      let page = (last["elements"] ?? .null).elements.compactMap { $0["id"]?.stringValue }
      #expect(last["next"] != nil)
      if page.isEmpty { break }
      back = page + back
    }
    #expect(back == ids)
    return ids
  }
}

extension JSONValue {
  fileprivate func parameter(_ name: String) -> String { self[name]?.stringValue.map { "&\(name)=\($0.percentEncoded)" } ?? "" }

  var text: String { String(decoding: bytes, as: UTF8.self) }
}
