extension Operations {
  // MARK: Accounts

  private static let badAccount: [ErrorCode] = [.permissionDenied, .invalidRequestBody, .payloadTooLarge, .unsupportedMediaType]

  private static let keyOwners = "For admins, and for those who hold a key of the account."

  static let accounts: [(route: String, operation: Operation)] = [
    (
      "GET /v0/account",
      Operation(id: "getOwnAccount", tag: .accounts, summary: "Who the caller is", answers: [.json("His account.", schema("Account"))])
    ),
    (
      "GET /v0/accounts",
      Operation(
        id: "listAccounts", tag: .accounts, summary: "All accounts", detail: "Needs an admin.",
        parameters: Operation.Parameter.cursor + [.accountName],
        answers: [.json("A page of accounts.", schema(pageOf: "Account"))], errors: [.permissionDenied])
    ),
    (
      "POST /v0/accounts",
      Operation(
        id: "createAccount", tag: .accounts, summary: "Make an account", detail: "Needs an admin.", body: .json(schema("NewAccount")),
        answers: [.json("The account.", schema("Account"), status: 201, headers: [("Location", "Where it is.")])],
        errors: badAccount + [.accountNameTaken])
    ),
    (
      "GET /v0/accounts/id/{id}",
      Operation(
        id: "getAccount", tag: .accounts, summary: "One account", detail: "Needs an admin.",
        answers: [.json("The account.", schema("Account"))], errors: [.permissionDenied, .unknownAccount])
    ),
    (
      "PUT /v0/accounts/id/{id}",
      Operation(
        id: "updateAccount", tag: .accounts, summary: "Change an account", detail: "Needs an admin.", body: .json(schema("NewAccount")),
        answers: [.json("The account.", schema("Account"))], errors: badAccount + [.unknownAccount, .accountNameTaken, .lastAdmin])
    ),
    (
      "DELETE /v0/accounts/id/{id}",
      Operation(
        id: "deleteAccount", tag: .accounts, summary: "Remove an account and its keys", detail: "Needs an admin.",
        answers: [.empty("It is gone.", status: 204)], errors: [.permissionDenied, .unknownAccount, .lastAdmin])
    ),
    (
      "GET /v0/accounts/id/{id}/api_keys",
      Operation(
        id: "listKeys", tag: .accounts, summary: "An account's keys", detail: keyOwners, parameters: Operation.Parameter.cursor,
        answers: [.json("A page of keys, without the keys themselves.", schema(pageOf: "Key"))],
        errors: [.permissionDenied, .unknownAccount])
    ),
    (
      "POST /v0/accounts/id/{id}/api_keys",
      Operation(
        id: "createKey", tag: .accounts, summary: "Make a key", detail: "The key itself is shown this once. \(keyOwners)",
        body: .json(schema("NewKey")),
        answers: [.json("The key.", schema("Key"), status: 201)], errors: badAccount + [.unknownAccount, .tooManyKeys])
    ),
    (
      "DELETE /v0/accounts/id/{id}/api_keys/id/{key}",
      Operation(
        id: "revokeKey", tag: .accounts, summary: "Revoke a key", detail: keyOwners, answers: [.empty("It is good no more.", status: 204)],
        errors: [.permissionDenied, .unknownAccount, .unknownKey])
    ),
  ]

  // MARK: Service

  static let service: [(route: String, operation: Operation)] =
    [
      (
        "GET /health/live",
        Operation(id: "getLiveness", tag: .service, summary: "Whether the service runs", answers: [.json("It does.", schema("Health"))])
      ),
      ("GET /health/ready", readiness("getReadiness")), ("GET /health", readiness("getHealth")),
      (
        "GET /metrics",
        Operation(
          id: "getMetrics", tag: .service, summary: "Figures for Prometheus", detail: "Needs an admin, or the role `metrics:read`.",
          answers: [.text("Prometheus's text format.", type: "text/plain")], errors: [.permissionDenied])
      ),
      (
        "GET /openapi.json",
        Operation(
          id: "getDescription", tag: .service, summary: "This description",
          answers: [.json("An OpenAPI 3.1 document.", #"{"type":"object"}"#)])
      ),
      (
        "GET /docs",
        Operation(
          id: "getDocumentation", tag: .service, summary: "This description, for people",
          answers: [.text("A page that needs nothing from outside.", type: "text/html")])
      ),
      (
        "GET /",
        Operation(
          id: "getFrontPage", tag: .service, summary: "What this is, and where things are",
          answers: [.text("A page that needs nothing from outside.", type: "text/html")])
      ),
    ]
    + [("/internal/create-event", "createEvent"), ("/api/v1/internal/create-event", "createEventVersioned")].map { path, id in
      ("POST \(path)", intake(id))
    }

  private static func readiness(_ id: String) -> Operation {
    Operation(
      id: id, tag: .service, summary: "Whether each part of the service can do its work",
      answers: [
        .json("All can.", schema("Health")), .json("One cannot, and says why.", schema("Health"), status: 503),
      ])
  }

  private static func intake(_ id: String) -> Operation {
    let schema = #"{"oneOf":[\#(schema("NewEvent")),\#(schema(arrayOf: "NewEvent"))]}"#
    return Operation(
      id: id, tag: .intake, summary: "Add an event, or several",
      detail: "Answers once they are durable; all are stored, or none. On the internal listener.", parameters: [.prefer],
      body: Operation.Body(contents: [
        ("application/json", schema), ("application/cloudevents+json", #"{"type":"object"}"#),
        ("application/cloudevents-batch+json", #"{"type":"array"}"#),
      ]),
      answers: [
        Operation.Answer(
          status: 200, meaning: "They are on disk. The body is empty unless `Prefer: return=representation` asked for the events.",
          headers: [("X-Event-Id", "Their ids, separated by commas; not there if they are longer than 32 KiB.")])
      ],
      errors: [.invalidRequestBody, .conflictingEvent, .payloadTooLarge, .unsupportedMediaType, .overloaded, .storageUnavailable])
  }
}
