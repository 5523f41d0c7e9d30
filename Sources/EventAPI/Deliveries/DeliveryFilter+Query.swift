import Fanfare

/// A delivery's state, by its name.
enum DeliveryStateName: String, CaseIterable {
  case scheduled, succeeded, dead, cancelled
}

extension DeliveryFilter {
  /// `project`, `subscription`, `event`, `since` and `until` of a query.
  init(_ query: inout QueryReader) {
    self.init()
    project = query.name("project")
    subscription = query.name("subscription")
    event = query.name("event")
    since = query.timestamp("since")
    until = query.timestamp("until")
  }

  /// Only those that nobody tries any more.
  var dead: DeliveryFilter {
    var filter = self
    filter.state = DeliveryStateName.dead.rawValue
    return filter
  }
}
