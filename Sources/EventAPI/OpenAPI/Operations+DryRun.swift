extension Operations {
  /// - Parameters:
  ///   - name: of the side, as operations' ids have it.
  ///   - set: the path of the set.
  ///   - detail: whose set it is, and who may read it.
  static func dryRun(of name: String, at set: String, detail: String) -> (route: String, operation: Operation) {
    (
      "POST \(set)/test",
      Operation(
        id: "test\(name)Subscriptions", tag: .subscriptions, summary: "What a set would have sent, against what the present one sent",
        detail:
          "\(detail) Changes nothing. Takes what PUT takes, and finds the same faults. Of the events in the span that the caller may see, the newest first and at most 100,000 (fewer for a large set, which `truncated` says): what the set of the body matches, against the deliveries that the present set's subscriptions were given when the events came. What was made later than an event did not send it.",
        parameters: Operation.Parameter.dryRun, body: .json(schema("NewSubscriptions")),
        answers: [.json("The difference, by subscription.", schema("DryRun"))],
        errors: [.permissionDenied, .invalidRequestBody, .payloadTooLarge, .unsupportedMediaType])
    )
  }
}

extension Operation.Parameter {
  fileprivate static let dryRun = [
    Self(
      name: "days", meaning: "The last so many days. Not together with since.",
      schema: #"{"type":"integer","minimum":1,"maximum":3650,"default":7}"#),
    since, until,
  ]
}
