import Fanfare
import Testing

@Suite struct ExplainTests {
  @Test func `an explanation names every subscription and delivery of the event, and terms and places to readers only`() async throws {
    try await World.run(.public) { world in
      var chance = Chance(seed: 45)
      let random = try await RandomWorld(world, .public, events: 60, people: 10, using: &chance)
      for person in random.people {
        for (index, event) in random.model.events.enumerated() where random.model.may(person, see: event) {
          let json = try await world.get("/api/v1/events/event/\(event.id.percentEncoded)/explain", as: person).json
          let isOwn = event.type.isOwn
          #expect(json["custody"]?["door"] == (isOwn ? "service" : "amqp"))
          #expect(json["custody"]?["routing_key"] == (isOwn ? nil : "some.key"))
          #expect(json["custody"]?["redelivered"] == false)
          #expect(json["custody"]?["sequence"] == (person.isAdmin ? .integer(index + 1) : nil))
          var expected: [String] = []
          for project in Set([event.path.inventory?.project, event.path.state?.project].compactMap(\.self)).sorted() {
            for subscription in RandomWorld.subscriptions(of: project) {
              let deliveries = random.model.deliveries.filter {
                $0.task.event.id == event.id && $0.project == project && $0.task.subscription.id == subscription.id
              }
              let missed = isOwn ? "type" : ["some": "type", "filtered": "filter", "grouped": "groups"][subscription.id]
              let verdict = deliveries.isEmpty ? missed : "matched"
              expected.append("\(project) \(subscription.id) \(verdict ?? "?") \(deliveries.map(\.id))")
            }
          }
          let found = (json["subscriptions"]?.elements ?? []).map { subscription in
            func text(_ key: String) -> String { subscription[key]?.stringValue ?? "-" }
            let deliveries = subscription["deliveries"]?.elements.compactMap { $0["id"]?.stringValue } ?? []
            return "\(text("project")) \(text("id")) \(text("verdict")) \(deliveries)"
          }
          #expect(found.sorted() == expected.sorted())
          for subscription in json["subscriptions"]?.elements ?? [] {
            let mayRead = person.mayRead(subscription["project"]?.stringValue ?? "")
            let text = subscription.text
            #expect((subscription["url"] != nil) == mayRead)
            if !mayRead {
              #expect(!text.contains("receiver") && !text.contains("secretly") && !text.contains("ADD_") && !text.contains("hidden"))
            } else if subscription["verdict"] == "filter" {
              #expect(subscription["reason"]?.stringValue?.contains(#""path":"/data/secretly""#) == true)
            }
          }
        }
      }
    }
  }
}
