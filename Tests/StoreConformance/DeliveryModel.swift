import Fanfare
import RandomFixture
import Testing

/// Deliveries of random events, with what became of each.
struct DeliveryModel {
  struct Made {
    let task: DeliveryTask
    let state: DeliveryState
  }

  var events: [Event] = []
  var deliveries: [Made] = []

  func event(of task: DeliveryTask) -> Event { events[Int(task.event.sequence) - 1] }

  static var filters: [DeliveryFilter] {
    let changes: [(inout DeliveryFilter) -> Void] = [
      { _ in }, { $0.state = "succeeded" }, { $0.state = "dead" }, { $0.state = "cancelled" }, { $0.state = "scheduled" },
      { $0.project = "p" }, { ($0.project, $0.state) = ("q", "dead") }, { $0.subscription = "some" }, { $0.event = "event-7" },
      { $0.event = "never" },
    ]
    return changes.map { change in
      var filter = DeliveryFilter()
      change(&filter)
      return filter
    }
  }

  static func fits(_ made: Made, _ filter: DeliveryFilter) -> Bool {
    let subscription = made.task.subscription
    return (filter.state == nil || filter.state == made.state.name) && (filter.event == nil || filter.event == made.task.event.id)
      && (filter.project == nil || filter.project == subscription.scope.project)
      && (filter.subscription == nil || filter.subscription == subscription.id)
  }
}

extension StoreConformance {
  /// Stores random events of two projects, whose subscriptions get all of them or some, and settles their deliveries at random.
  static func deliverRandomEvents(
    _ count: Int, in store: World.Store, using random: inout SeededGenerator, receivedAt: ((Int) -> Timestamp)? = nil
  ) async throws -> DeliveryModel {
    for project in ["p", "q"] {
      let scope = SubscriptionScope(side: .project, project: project)
      try await store.put([hook("all", in: scope), hook("some", in: scope, events: [Glob("ADD_*")])], in: scope)
    }
    var model = DeliveryModel()
    model.events = (0..<count).map { index in
      var event = EventModel.randomEvent(index, using: &random)
      if let receivedAt { event.receivedAt = receivedAt(index) }
      return event
    }
    for start in stride(from: 0, to: count, by: 29) {
      for task in try await store.ingest(Array(model.events[start..<min(start + 29, count)])).deliveries {
        let states: [DeliveryState] = [.succeeded, .succeeded, .dead(.exhausted), .cancelled, .scheduled(at: task.dueAt)]
        model.deliveries.append(DeliveryModel.Made(task: task, state: states[Int.random(in: 0..<5, using: &random)]))
      }
    }
    try await store.record(model.deliveries.map { attempt($0.task, $0.state) })
    return model
  }
}
