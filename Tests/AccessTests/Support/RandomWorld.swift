import Fanfare
import SQLiteStore
import StoreConformance

/// A store full of random events and what was delivered of them, and people of every kind to look at it.
struct RandomWorld: Sendable {
  let model: Model
  let people: [Person]

  /// Two projects with the same subscriptions: one gets all, one some types, one what matches a filter, one what a group may see.
  static func subscriptions(of project: String) -> [Subscription] {
    let scope = SubscriptionScope(side: .project, project: project)
    func hook(_ id: String, events: [Glob]? = nil, filters: [Filter] = [], groups: [String]? = nil) -> Subscription {
      Subscription(
        scope: scope, id: id, kind: .webhook, url: "https://receiver.example/\(project)/\(id)?key=hidden", events: events,
        filters: filters, allowedGroups: groups)
    }
    // The pointer is a good one.
    let pointer = try! JSONPointer("/data/secretly")
    return [
      hook("all"), hook("some", events: [Glob("ADD_*")]), hook("filtered", filters: [Filter(path: pointer, isEqualTo: "0")]),
      hook("grouped", groups: ["b"]),
    ]
  }

  init(_ world: World, _ visibility: DefaultVisibility, events count: Int, people: Int, using chance: inout Chance) async throws {
    for project in Chance.projects {
      let subscriptions = Self.subscriptions(of: project)
      _ = try await world.store.replace(subscriptions[0].scope, with: subscriptions, ifVersion: nil)
    }
    let events = (0..<count).map { chance.event($0) }
    var model = Model(events: events, visibility: visibility)
    for start in stride(from: 0, to: count, by: 31) {
      let arrivals = events[start..<min(start + 31, count)].map { event in
        Arrival.event(event, Origin(door: .amqp(exchange: "inventory.events", routingKey: "some.key"), raw: []))
      }
      for task in try await world.store.ingest(Array(arrivals)).deliveries {
        let states: [DeliveryState] = [
          .succeeded, .succeeded, .succeeded, .dead(.exhausted), .dead(.refused), .scheduled(at: World.now + .seconds(60)),
        ]
        model.deliveries.append(Model.Made(task: task, state: chance.pick(states)))
      }
    }
    let receipt = try await world.store.record(
      model.deliveries.map { made in
        AttemptRecord(
          result: AttemptResult(
            task: made.task, startedAt: World.now, duration: .milliseconds(3),
            outcome: .response(status: 500, body: Array("from the receiver".utf8), retryAfter: nil)),
          verdict: Verdict(state: made.state, reason: "http_500"))
      })
    // Each death was an event, too.
    let told = try await world.store.events(
      for: .everything, filter: EventFilter(), from: FeedRequest(after: Int64(count), events: 10_000, bytes: .max))
    model.events += try told.events.map { try Event(compact: $0) }
    model.deliveries += receipt.deliveries.map { Model.Made(task: $0, state: .scheduled(at: $0.dueAt)) }
    self.model = model
    self.people = [.admin, .anonymous] + (0..<people).map { chance.person($0) }
    for person in self.people { world.callers.add(person) }
  }
}
