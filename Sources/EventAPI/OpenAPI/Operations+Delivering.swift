extension Operations {
  private static let api = "/api/v1/events"

  // MARK: Subscriptions

  static let subscriptions: [(route: String, operation: Operation)] = [
    ("project", "Project"), ("inventory", "Inventory"), ("state", "State"),
  ]
  .flatMap { side, name in subscriptions(of: side, name) }

  private static func subscriptions(of side: String, _ name: String) -> [(route: String, operation: Operation)] {
    let set = "\(api)/subscriptions/\(side)/{project}"
    let whose =
      switch side {
      case "project": "About all events of the project."
      case "inventory": "A set of its own, about the project's events of the Inventory only."
      default: "A set of its own, about the project's events of the State only."
      }
    let read = "\(whose) Needs an admin, or the role `project:{project}:global:read`, `:write` or `:owner`."
    let write = "\(whose) Needs an admin, or the role `project:{project}:global:write` or `:owner`."
    let tag = [("ETag", "The set's version, for If-Match.")]
    return [
      (
        "GET \(set)",
        Operation(
          id: "get\(name)Subscriptions", tag: .subscriptions, summary: "Who is told", detail: read, parameters: [.ifNoneMatch],
          answers: [
            .json("The set, in the order that it was given.", schema(arrayOf: "Subscription"), headers: tag),
            .empty("The set is the one that If-None-Match names.", status: 304, headers: tag),
          ], errors: [.permissionDenied])
      ),
      (
        "PUT \(set)",
        Operation(
          id: "put\(name)Subscriptions", tag: .subscriptions, summary: "Replace the whole set",
          detail: "\(write) All of it or nothing; entries with the same id keep their secret and history.", parameters: [.ifMatch],
          body: .json(schema("NewSubscriptions")),
          answers: [.json("The resulting set.", schema(arrayOf: "Subscription"), headers: tag)],
          errors: [.permissionDenied, .invalidRequestBody, .preconditionFailed, .payloadTooLarge, .unsupportedMediaType])
      ),
      dryRun(of: name, at: set, detail: read),
      (
        "GET \(set)/{id}/secret",
        Operation(
          id: "get\(name)Secret", tag: .subscriptions, summary: "What a webhook is signed with", detail: write,
          answers: [.json("The secret, and older ones that are still good.", schema("Secret"))],
          errors: [.permissionDenied, .unknownSubscription])
      ),
      (
        "POST \(set)/{id}/secret/rotate",
        Operation(
          id: "rotate\(name)Secret", tag: .subscriptions, summary: "Make a new secret",
          detail: "\(write) The old one is good for 24 hours more: webhooks are signed with both.",
          answers: [.json("The new secret, and the older ones.", schema("Secret"))], errors: [.permissionDenied, .unknownSubscription])
      ),
      (
        "POST \(set)/{id}/pause",
        Operation(
          id: "pause\(name)Subscription", tag: .subscriptions, summary: "Hold deliveries back",
          detail: "\(write) Events are matched and their deliveries wait.",
          answers: [.json("The subscription.", schema("Subscription"))], errors: [.permissionDenied, .unknownSubscription])
      ),
      (
        "POST \(set)/{id}/resume",
        Operation(
          id: "resume\(name)Subscription", tag: .subscriptions, summary: "Let deliveries go on",
          detail: "\(write) What waited is due at once.",
          answers: [.json("The subscription.", schema("Subscription"))], errors: [.permissionDenied, .unknownSubscription])
      ),
      (
        "POST \(set)/{id}/ping",
        Operation(
          id: "ping\(name)Subscription", tag: .subscriptions, summary: "Send a test message",
          detail: "\(write) A message of the type PING goes out at once, to paused and disabled subscriptions, too. It is stored nowhere.",
          answers: [.json("What was sent, and what came back.", schema("PingReport"))],
          errors: [.permissionDenied, .unknownSubscription, .overloaded])
      ),
    ]
  }

  // MARK: Deliveries

  private static let whoActs = "Needs an admin, or a role that may write the subscriptions of the delivery's project."

  static let deliveries: [(route: String, operation: Operation)] = [
    (
      "GET \(api)/deliveries",
      Operation(
        id: "listDeliveries", tag: .deliveries, summary: "Who was told, and what came of it", detail: "Of events that the caller may see.",
        parameters: Operation.Parameter.cursor + Operation.Parameter.deliveries + [.deliveryState, .replay],
        answers: [.json("A page of deliveries.", schema(pageOf: "Delivery"))])
    ),
    (
      "GET \(api)/deliveries/{id}",
      Operation(
        id: "getDelivery", tag: .deliveries, summary: "One delivery with its attempts",
        answers: [.json("The delivery.", schema("Delivery"))], errors: [.unknownDelivery])
    ),
    (
      "POST \(api)/deliveries/{id}/retry",
      Operation(
        id: "retryDelivery", tag: .deliveries, summary: "Make a delivery again", detail: "With a fresh schedule, due at once. \(whoActs)",
        answers: [.json("How many are due now.", schema("Requeued"))], errors: [.unknownDelivery, .permissionDenied])
    ),
    (
      "GET \(api)/dead-letters",
      Operation(
        id: "listDeadLetters", tag: .deliveries, summary: "What could not be delivered", detail: "Of events that the caller may see.",
        parameters: Operation.Parameter.cursor + Operation.Parameter.deliveries,
        answers: [.json("A page of deliveries that are dead.", schema(pageOf: "Delivery"))])
    ),
    (
      "POST \(api)/dead-letters/requeue",
      Operation(
        id: "requeueDeadLetters", tag: .deliveries, summary: "Make dead letters again",
        detail: "One, many, or all that match a filter. \(whoActs)", body: .json(schema("Requeue")),
        answers: [.json("How many are due now.", schema("Requeued"))],
        errors: [.invalidRequestBody, .unknownDelivery, .permissionDenied, .payloadTooLarge, .unsupportedMediaType])
    ),
    (
      "GET \(api)/quarantine",
      Operation(
        id: "listQuarantine", tag: .quarantine, summary: "What could not be read", detail: "Needs an admin.",
        parameters: Operation.Parameter.cursor, answers: [.json("A page of entries.", schema(pageOf: "QuarantineEntry"))],
        errors: [.permissionDenied])
    ),
    (
      "GET \(api)/quarantine/{id}",
      Operation(
        id: "getQuarantined", tag: .quarantine, summary: "One entry of the quarantine", detail: "Needs an admin.",
        answers: [.json("The entry.", schema("QuarantineEntry"))], errors: [.permissionDenied, .unknownQuarantineEntry])
    ),
    (
      "POST \(api)/quarantine/{id}/requeue",
      Operation(
        id: "requeueQuarantined", tag: .quarantine, summary: "Read it again, and store what it says", detail: "Needs an admin.",
        answers: [.json("The ids of the events that it was.", schema("Requeued"))],
        errors: [.permissionDenied, .unknownQuarantineEntry, .stillQuarantined, .conflictingEvent, .overloaded])
    ),
  ]
}
