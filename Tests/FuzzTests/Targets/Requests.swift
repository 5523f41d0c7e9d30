@testable import EventAPI
@testable import Fanfare

extension FuzzTarget {
  static let requests = [query, cursor, requestTarget, forwardedFor, webToken, requeueOrder]

  private static let query = FuzzTarget(
    "query",
    words: ["page_size=", "since=2021-10-15T15:07:39", "+02:00", "type=*", "&", "=", "%41", "%", "+", "size=101", "order=ascending"]
  ) { input in
    var reader = QueryReader(input.asText[...])
    _ = reader.integer("page_size", in: 1...1000, default: 20)
    _ = reader.timestamp("since")
    _ = reader.names("type")
    let name = reader.name("username")
    _ = reader.ksuid("page_from")
    let next = reader.replacing("page_size", with: "7")
    if let name, reader.problems.isEmpty {
      var again = QueryReader(next[...])
      try hold(again.name("username")?.isSame(as: name) == true, "\(next) has another username")
      try hold(again.integer("page_size", in: 1...1000, default: 20) == 7, "\(next) has another size")
    }
    do {
      try reader.finish()
    } catch {}
  }

  private static let cursor = FuzzTarget(
    "cursor", words: ["after=", "before=", "MjNFMGRHTEFuSDk0M3FrTk12TUVaZUZzV3lh", "&", "size=0", "order=", "sort=id", "%3D", "+", "/"]
  ) { input in
    var reader = QueryReader(input.asText[...])
    let page = PageReader(&reader)
    try hold((0...100).contains(page.page.size), "a page of \(page.page.size)")
    if let bytes = Base64.decode(input.asText) {
      try hold(Base64.encode(bytes).utf8.elementsEqual(input.asText.utf8), "\(input.asText) has two spellings")
    }
    if let key = KSUID(input.asText) { try hold(key.description.utf8.elementsEqual(input), "\(key) has two spellings") }
  }

  private static let requestTarget = FuzzTarget(
    "request-target", words: ["http://", "/api/v1/", "//", "?", "#", "%2F", "%00", "/\u{338}", ":"]
  ) { input in
    let target = RequestTarget(input.asText)
    for segment in target.segments {
      guard let name = PercentEncoding.decode(segment) else { continue }
      try hold(PercentEncoding.decode(name.percentEncoded.utf8)?.isSame(as: name) == true, "\(name.debugDescription) is encoded as another")
      try hold(name.percentEncoded.percentDecoded?.isSame(as: name) == true, "\(name.debugDescription) is decoded as another")
    }
    _ = PercentEncoding.encodeForbidden(in: target.path)
  }

  private static let forwardedFor = FuzzTarget(
    "forwarded-for", words: ["10.0.0.1", ", ", "[2001:db8::1]:80", "::ffff:192.0.2.1", "192.0.2.1:4711", "unknown", "\n", "fe80::1%eth0"]
  ) { input in
    let proxies = [CIDR(IPAddress(v4: 0x0A00_0000), 8)]
    let trusted = IPAddress(v4: 0x0A00_0001)
    let lines = input.asText.split(separator: "\n").map(String.init)
    let decided = ClientAddress.decide(peer: trusted, forwarded: lines, proxies: proxies)
    try hold(decided != nil, "nobody asks")
    let last = lines.last?.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
    if IPAddress(last) == nil, !last.contains(":"), !last.contains(where: \.isWhitespace) {
      try hold(decided == trusted, "\(last.debugDescription) is taken for \(decided.map(\.description) ?? "nobody")")
    }
    let stranger = IPAddress(v4: 0xC000_0201)
    try hold(ClientAddress.decide(peer: stranger, forwarded: lines, proxies: proxies) == stranger, "a stranger is believed")
  }

  /// The claims of a token whose signature nobody has checked yet.
  private static let webToken = FuzzTarget(
    "web-token", words: ["eyJhbGciOiJIUzI1NiJ9", ".", "e30", "eyJhbGciOiJub25lIn0", "-_", #"{"exp":1e300,"#, #""groups":["#, #""sub":"#]
  ) { input in
    let rules = JWTRules(groupsClaim: "realm.groups", adminGroups: ["admins"])
    if let token = JSONWebToken(input.asText) {
      try hold(token.signedBytes.count + 1 < input.count && !token.signature.isEmpty, "a token without a signature")
      if let claims = token.claims { _ = try? rules.caller(with: claims, at: Sample.now) }
    }
    if let claims = try? JSONValue(parsing: input), let caller = try? rules.caller(with: claims, at: Sample.now) {
      try hold(!caller.name.isEmpty && !caller.name.utf8.contains { $0 < 0x20 }, "the name \(caller.name.debugDescription)")
    }
  }

  private static let requeueOrder = FuzzTarget(
    "requeue-order",
    words: [#""id":"#, #""ids":["#, #""all":true"#, #""project":"#, #""since":"2021-10-15T15:07:39Z""#, "000000000000000000000000000"]
  ) { input in
    do throws(ValidationErrors) {
      _ = try RequeueOrder(parsing: input)
    } catch {
      for fault in error.errors {
        try hold((try? JSONPointer(fault.pointer)) != nil, "the pointer \(fault.pointer.debugDescription) is none")
      }
    }
  }
}
