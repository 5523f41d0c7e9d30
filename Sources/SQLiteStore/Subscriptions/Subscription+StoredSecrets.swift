internal import Fanfare

// `subscription.secrets`, once it is opened: an array of those that do not end as strings, and behind them of those that do as `{"secret", "ends_at"}`, the
// newest first. A database from before rotations has strings only.

extension Subscription {
  var storedSecrets: String {
    let retired = retiredSecrets.map { retired -> JSONValue in
      ["secret": .string(retired.secret), "ends_at": .integer(retired.endsAt.nanoseconds)]
    }
    return JSONValue.array(secrets.map { .string($0) } + retired).text
  }
}

/// Both kinds of secrets of a row.
struct StoredSecrets {
  private(set) var lasting: [String] = []
  private(set) var retired: [RetiredSecret] = []

  init(_ json: [UInt8]) throws {
    guard case .array(let values) = try JSONValue(parsing: json) else { return }
    for value in values {
      if let secret = value.stringValue {
        lasting.append(secret)
      } else if let secret = value["secret"]?.stringValue, case .number(let text)? = value["ends_at"], let end = Int64(text) {
        retired.append(RetiredSecret(secret: secret, endsAt: Timestamp(nanoseconds: end)))
      }
    }
  }
}
