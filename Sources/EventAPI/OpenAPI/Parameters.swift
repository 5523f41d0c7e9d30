extension Operation.Parameter {
  private static func name(_ name: String, _ meaning: String) -> Self {
    Self(name: name, meaning: meaning, schema: #"{"type":"string","minLength":1}"#)
  }

  private static func instant(_ name: String, _ meaning: String) -> Self {
    Self(name: name, meaning: meaning + " RFC 3339.", schema: #"{"type":"string","format":"date-time"}"#)
  }

  private static func choice(_ name: String, _ meaning: String, _ choices: String...) -> Self {
    let texts = choices.map { "\"\($0)\"" }.joined(separator: ",")
    return Self(name: name, meaning: meaning, schema: #"{"enum":[\#(texts)],"default":"\#(choices[0])"}"#)
  }

  // MARK: Events

  static let types = Self(
    name: "type", meaning: "Only events of these types; `*` stands for any text. May be given more than once.",
    schema: #"{"type":"array","items":{"type":"string","minLength":1}}"#)
  static let username = name("username", "Only what this user did.")
  static let since = instant("since", "Only from this instant on.")
  static let until = instant("until", "Only before this instant.")
  static let timestamp = choice("timestamp", "How `timestamp` is written.", "number", "string")

  static let receivedSince = instant("since", "Begin with what was received from this instant on, not with what comes next.")
  static let lastSeen = Self(
    name: "last_event_id", meaning: "Where Last-Event-ID cannot be sent: the same.", schema: #"{"type":"string"}"#)
  static let exportFormat = choice("format", "JSON lines, or CSV for spreadsheets.", "jsonl", "csv")
  static let accountName = name("name", "Only the account with this name.")

  /// What narrows events down.
  static let filter = [types, username, since, until]

  /// The fields of an event's path.
  static let path = [
    name("inventory_project", "Only of this project of the Inventory."), name("inventory_namespace", "The same as inventory_project."),
    name("inventory_application", "Only of this application."), name("inventory_version", "Only of this version, with or without its `v`."),
    name("state_project", "Only of this project of the State."), name("state_environment", "Only of this environment."),
    name("state_deployment", "Only of this deployment."),
  ]

  /// A page of events.
  static let eventPage =
    [
      Self(name: "page_size", meaning: "How many.", schema: #"{"type":"integer","minimum":1,"maximum":1000,"default":20}"#),
      name("page_from", "An event's id: only what is older. X-Next-Page-From of the page before has it."),
      choice("format", "An array, or an object with the events by their ids.", "array", "keyed"), timestamp,
    ] + filter

  // MARK: Other listings

  static let cursor = [
    Self(name: "size", meaning: "How many.", schema: #"{"type":"integer","minimum":0,"maximum":100,"default":20}"#),
    choice("sort", "What the listing is sorted by.", "id"), choice("order", "In which order.", "desc", "asc"),
    name("before", "Only what comes before this key, which `previous` of another page has."),
    name("after", "Only what comes after this key, which `next` of another page has."),
  ]

  static let deliveries = [
    name("project", "Only of this project's subscriptions."), name("subscription", "Only of subscriptions with this id."),
    name("event", "Only of this event."), since, until,
  ]

  static let replay = name("replay", "Only those that this replay made.")
  static let replayProject = name("project", "Only those of this project.")

  static let deliveryState = Self(
    name: "state", meaning: "Only in this state.", schema: #"{"enum":["scheduled","succeeded","dead","cancelled"]}"#)

  // MARK: Headers

  static let ifMatch = Self(
    name: "If-Match", place: .header, meaning: "The ETag that the set must still have.", schema: #"{"type":"string"}"#)
  static let ifNoneMatch = Self(
    name: "If-None-Match", place: .header, meaning: "ETags that are known already.", schema: #"{"type":"string"}"#)
  static let prefer = Self(
    name: "Prefer", place: .header, meaning: "`return=representation` for the stored events as the answer.", schema: #"{"type":"string"}"#)
  static let lastEventID = Self(
    name: "Last-Event-ID", place: .header, meaning: "The id of the last event that was seen: what came after it follows.",
    schema: #"{"type":"string"}"#)
}
