import Fanfare
import Foundation
import ServiceFixture
import Testing

@Suite(.timeLimit(.minutes(20))) struct RetentionTests {
  private func event(_ id: String, _ type: String = "ADD_BUILD") -> String {
    #"{"id":"\#(id)","type":"\#(type)","inventory_project":"shop","allowed_groups":["a"]}"#
  }

  @Test func `what is old goes while the service runs, what waits for a delivery stays, and a late duplicate is not stored`() async throws {
    try await World.with { world in
      let receiver = Receiver { arrival, _ in (arrival.headers["x-event-type"] == "ADD_BUILD" ? 204 : 503, "") }
      try await receiver.serving { receiverURL in
        var settings = ["retention.events": "1s", "retention.quarantine": "1s", "delivery.retrySchedule": "1h"]
        var service = try await world.start(settings)
        var client = try world.client(of: service)
        let document = #"[{"id":"hook","type":"webhook","url":"\#(receiverURL)/"}]"#
        #expect(try await client.send("PUT", "/api/v1/events/subscriptions/project/shop/", body: document).status == 200)
        try await world.publishing { try await $0.send([event("waits", "UPDATE_USER"), event("goes"), "no JSON", event("last")]) }
        await receiver.wait(forArrivals: 3)
        try await poll { try await client.allEventIDs() == ["waits"] }
        try await poll { try await client.metric(#"fanfare_retention_removed_total{kind="quarantine"}"#) == 1 }
        // Each is set a moment after the commit that the first question sees.
        try await poll { try await client.metric(#"fanfare_retention_removed_total{kind="events"}"#) == 2 }
        try await poll { try await client.metric(#"fanfare_retention_oldest_age_seconds{kind="events"}"#) >= 1 }
        #expect(try await client.metric(#"fanfare_retention_step_seconds_count{kind="events"}"#) > 0)
        #expect(try await client.get("/api/v1/events/event/goes").status == 404)
        #expect(try await client.get("/api/v1/events/query/?page_from=goes").status == 400)
        #expect(try await client.get("/api/v1/events/deliveries/").json["elements"]?.count == 1)
        #expect(try await client.get("/api/v1/events/quarantine/").json["elements"]?.count == 0)
        // The broker has its letter of what was quarantined.
        #expect(try await world.deadLetters(1).map(\.routingKey) == ["quarantine.malformed_json"])
        #expect(await service.stop() == 0)

        settings["retention.events"] = nil
        service = try await world.start(settings)
        client = try world.client(of: service)
        try await world.publishing { try await $0.send([event("goes"), event("goes", "UPDATE_USER"), event("new")]) }
        try await poll { try await client.allEventIDs() == ["new", "waits"] }
        try await poll { try await client.metric(#"fanfare_ingest_events_total{outcome="duplicate"}"#) == 1 }
        try await poll { try await client.metric(#"fanfare_ingest_events_total{outcome="quarantined"}"#) == 1 }
        #expect(try await client.get("/api/v1/events/event/goes").status == 404)
        #expect(await service.stop() == 0)
      }
    }
  }
}

extension JSONValue {
  fileprivate var count: Int? { if case .array(let elements) = self { elements.count } else { nil } }
}
