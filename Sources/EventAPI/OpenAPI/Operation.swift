import Fanfare

/// What a route does, for those who write programs against it. Each ``Route`` has one; see ``Operations``.
struct Operation: Sendable {
  /// Groups the operations on the page for people.
  enum Tag: String, CaseIterable, Sendable {
    case events = "Events"
    case subscriptions = "Subscriptions"
    case deliveries = "Deliveries"
    case quarantine = "Quarantine"
    case accounts = "Accounts"
    case service = "Service"
    case intake = "Intake"
  }

  /// One query or header parameter. Those of the path are the route's own variables.
  struct Parameter: Sendable {
    enum Place: String, Sendable { case query, header }

    let name: String
    var place = Place.query
    let meaning: String
    /// A JSON Schema.
    let schema: String
  }

  struct Body: Sendable {
    /// Media types, each with a JSON Schema.
    let contents: [(type: String, schema: String)]
  }

  struct Answer: Sendable {
    let status: Int
    let meaning: String
    var type: String?
    /// Another media type that can be asked for.
    var otherType: String?
    /// A JSON Schema; nil for text, and for an answer without a body.
    var schema: String?
    /// Names of headers that it may have, each with what it says.
    var headers: [(name: String, meaning: String)] = []
  }

  /// In the document, unique, for generators of clients.
  let id: String
  let tag: Tag
  /// A sentence without its full stop.
  let summary: String
  var detail = ""
  var parameters: [Parameter] = []
  var body: Body?
  let answers: [Answer]
  /// The codes that it answers beyond those that every route of its kind has.
  var errors: [ErrorCode] = []
}

extension Operation.Body {
  static func json(_ schema: String) -> Self { Self(contents: [("application/json", schema)]) }
}

extension Operation.Answer {
  static func json(_ meaning: String, _ schema: String, status: Int = 200, headers: [(String, String)] = []) -> Self {
    Self(status: status, meaning: meaning, type: "application/json", schema: schema, headers: headers)
  }

  static func text(_ meaning: String, type: String) -> Self { Self(status: 200, meaning: meaning, type: type) }

  static func empty(_ meaning: String, status: Int, headers: [(String, String)] = []) -> Self {
    Self(status: status, meaning: meaning, headers: headers)
  }
}

/// A reference to one of ``Schemas``.
func schema(_ name: String) -> String { ##"{"$ref":"#/components/schemas/\##(name)"}"## }

func schema(arrayOf name: String) -> String { #"{"type":"array","items":\#(schema(name))}"# }

/// A page of the second seed's kind.
func schema(pageOf name: String) -> String {
  #"{"type":"object","required":["elements"],"additionalProperties":false,"properties":{"elements":\#(schema(arrayOf: name)),"next":\#(schema("Cursor")),"previous":\#(schema("Cursor"))}}"#
}
