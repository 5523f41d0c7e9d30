import CCurl

@testable import Fanfare
@testable import HTTPDelivery

extension FuzzTarget {
  static let subscriptions = [subscriptionSet, filter, glob, regularExpression, endpointURL, account, replay]

  private static let scope = SubscriptionScope(side: .project, project: "shop")

  private static let subscriptionWords = [
    #""id":"#, #""type":"webhook""#, #""type":"slack""#, #""url":"https://example.com/hook""#, #""events":["*"]"#,
    #""filters":[{"path":"/data/status","is_equal_to":"failed"}]"#, #""is_not_equal_to":"#, #""matches":"^a+$""#, #""does_not_match":"#,
    #""allowed_groups":["a"]"#, #""format":"cloudevents""#, #""headers":{"X-Team":"a"}"#, #""retry":{"schedule":["10s","1m"]}"#,
    #""rateLimit":{"perSecond":20}"#, #""ordering":"#, #""disabled":true"#, #""slack_username":"#, #""slack_icon":":rocket:""#,
    #""secret":"#,
    #""paused":true"#, "null", "\u{301}", "/~0", "/~1",
  ]

  private static let subscriptionSet = FuzzTarget("subscriptions", words: subscriptionWords) { input in
    let drafts: [Subscription]
    do throws(ValidationErrors) {
      drafts = try Subscription.drafts(parsing: input, scope: scope, makeID: { "made" })
    } catch {
      try hold(!error.errors.isEmpty, "a set is refused for no reason")
      for fault in error.errors {
        try hold((try? JSONPointer(fault.pointer)) != nil, "the pointer \(fault.pointer.debugDescription) is none")
      }
      return
    }
    for draft in drafts {
      let stored = draft.storedJSON()
      let back: Subscription
      do {
        back = try Subscription(stored: stored, row: 1, scope: scope, secrets: [], isPaused: false)
      } catch {
        throw Violation(
          description: "what was taken cannot be read from the store: \(stored.asText): \((error as? ValidationErrors)?.errors ?? [])")
      }
      try hold(back.storedJSON() == stored, "\(stored.asText) is read from the store as \(back.storedJSON().asText)")
      try hold(back.filters == draft.filters && back.id.isSame(as: draft.id), "\(stored.asText) is read as something else")
      var shown = JSONWriter()
      shown.beginArray()
      draft.appendJSON(to: &shown)
      shown.endArray()
      try hold(
        (try? Subscription.drafts(parsing: shown.bytes, scope: scope, makeID: { "" }))?.count == 1,
        "what GET shows is not taken back: \(shown.bytes.asText)")
    }
  }

  /// The first line is a filter, the rest an event's `data`.
  private static let filter = FuzzTarget("filter", words: subscriptionWords + ["1e1", "10", "1.0", "/data/a/0"]) { input in
    let (line, data) = input.firstLineAndRest
    guard let document = try? JSONValue(parsing: Array(line.utf8)) else { return }
    var faults: [ValidationError] = []
    guard let filter = Filter(reading: document, at: JSONPointer(tokens: []), faults: &faults) else {
      return try hold(!faults.isEmpty, "a filter is refused for no reason")
    }
    let body = Array(#"{"id":"1","type":"A","data":"#.utf8) + data + Array("}".utf8)
    for reading in EventDecoder().read(EventDecoder.Content(body: body, receivedAt: Sample.now), makeID: { "" }) {
      guard case .success(let event) = reading.result else { continue }
      let value = event.value(at: filter.path)
      try hold(filter.holds(for: event) == (filter.objection(to: value) == nil), "a filter holds and does not")
      if value == nil || value == .null { try hold(!filter.holds(for: event), "a filter holds for nothing") }
    }
  }

  /// The first line is the pattern.
  private static let glob = FuzzTarget("glob", words: ["*", "**", "*_STATE_*", "CREATE_", "\u{301}"]) { input in
    let (pattern, rest) = input.firstLineAndRest
    let (pattern8, text8) = (Array(pattern.utf8.prefix(200)), Array(rest.asText.utf8.prefix(200)))
    let isMatch = Glob(String(decoding: pattern8, as: UTF8.self)).matches(String(decoding: text8, as: UTF8.self))
    // What the repaired texts are, not what was cut off.
    let expected = table(Array(pattern8.asText.utf8), Array(text8.asText.utf8))
    try hold(isMatch == expected, "\(pattern8.asText.debugDescription) on \(text8.asText.debugDescription) should be \(expected)")
  }

  /// The plain way: for each start of the pattern, which starts of the text it fits.
  private static func table(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var row = [true] + [Bool](repeating: false, count: text.count)
    for byte in pattern {
      var next = [Bool](repeating: false, count: text.count + 1)
      for end in 0...text.count {
        if byte == UInt8(ascii: "*") {
          next[end] = row[end] || (end > 0 && next[end - 1])
        } else {
          next[end] = end > 0 && row[end - 1] && text[end - 1] == byte
        }
      }
      row = next
    }
    return row[text.count]
  }

  /// The first line is the pattern.
  private static let regularExpression = FuzzTarget(
    "regular-expression",
    words: [
      "(?i)", "(?:", ")*", "{0,1000}", "{2}", "[^", "[[:alpha:]]", "\\b", "\\x{10FFFF}", "\\u00e9", "(?<a>", "(?s)", "(?m)", "|", "+?",
      "\\d", "\\W",
      "((a*)*)*", "é", "😀", "$", "^",
    ]
  ) { input in
    let (pattern, rest) = input.firstLineAndRest
    guard let expression = try? RegularExpression(pattern) else { return }
    try hold(expression.size <= 4_001, "a program of \(expression.size) steps")
    let text = Array(rest.prefix(2_000)).asText
    var steps = 0
    _ = expression.matches(text, countingIn: &steps)
    try hold(steps <= (2 * expression.size + 2) * (text.utf8.count + 2), "\(steps) steps for \(expression.size) × \(text.utf8.count)")
    _ = expression.matches("")
  }

  private static let endpointURL = FuzzTarget(
    "endpoint-url",
    words: [
      "http://", "https://", "127.0.0.1", "[::1]", "localhost", "0x7f.1", "017700000001", "@", ":80", "%31", "[::ffff:127.0.0.1]",
      "169.254.169.254",
      "?", "#", "..", "2130706433", "[fe80::1%25eth0]", "HTTPS://",
    ]
  ) { input in
    let text = input.asText
    _ = ProxyURL(text)
    guard EndpointURL.fault(of: text) == nil else { return }
    let shown = Subscription.Kind.webhook.publicURL(text)
    try hold(
      !shown.utf8.contains(UInt8(ascii: "?")) && !shown.utf8.contains(UInt8(ascii: "@")) || shown.contains("/"), "\(shown) shows too much")
    let secretPath = Subscription.Kind.slack.publicURL(text)
    try hold(secretPath.split(separator: "/").count <= 3, "\(secretPath) shows a secret")
    guard let host = hostForCurl(text) else { return }
    // What libcurl would connect to is what the guard judges before a proxy does.
    let isSpecial = IPAddress(urlHost: host).map { AddressGuard().verdict(for: $0) != .allowed } ?? false
    if isSpecial { try hold(AddressGuard().refusal(ofHostIn: text) != nil, "\(text) is \(host) to libcurl, and passes") }
  }

  /// The host as libcurl reads it; nil if it takes the URL for none.
  private static func hostForCurl(_ text: String) -> String? {
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    var host: UnsafeMutablePointer<CChar>?
    guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK, curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host
    else { return nil }
    defer { curl_free(host) }
    return String(cString: host)
  }

  private static let account = FuzzTarget(
    "account",
    words: [#""name":"#, #""email_address":"a@b.c""#, #""role":"admin""#, #""groups":["a"]"#, #""disabled":true"#, #""expiration_time":"#]
  ) { input in
    _ = try? Account.Profile(parsing: input)
    _ = try? APIKey.Draft(parsing: input, now: Sample.now)
  }

  private static let replay = FuzzTarget(
    "replay",
    words: [
      #""project":"#, #""subscription":"#, #""since":"2021-10-15T15:07:39Z""#, #""until":"2022-10-15T15:07:39Z""#, #""type":["*"]"#,
      #""state_environment":"#, #""state_deployment":"#, #""dead_letters":true"#, #""preview":true"#,
    ]
  ) { input in
    guard let request = try? ReplayOrder.request(parsing: input) else { return }
    let json = request.order.json
    try hold((try? ReplayOrder.request(parsing: json))?.order.json == json, "\(json.asText) is not taken back")
  }
}
