import Fanfare
import RandomFixture
import Testing

extension StoreConformance {
  /// Deliveries exist for whom their events do.
  static var deliveryVisibilityCases: [StoreCase<World>] {
    DefaultVisibility.allCases.map { visibility in
      StoreCase("\(visibility) by default: every reader's pages of deliveries are those of a plain model, full and with right neighbours") {
        world in
        let store = try await world.open(TestClock(), defaultVisibility: visibility)
        var random = SeededGenerator(seed: 7_331)
        let made = try await deliverRandomEvents(200, in: store, using: &random)
        for _ in 0..<25 {
          let reader = EventModel.randomReader(using: &random)
          let model = EventModel(events: made.events, visibility: visibility)
          let visible = made.deliveries.filter { model.maySee(made.event(of: $0.task), reader) }
          for filter in DeliveryModel.filters {
            let expected = visible.filter { DeliveryModel.fits($0, filter) }.map(\.task.id)
            let size = Int.random(in: 1...30, using: &random)
            let forwards = Bool.random(using: &random)
            #expect(try await walk(store, filter, for: reader, size: size, .descending, forwards: forwards) == expected.reversed())
            #expect(try await walk(store, filter, for: reader, size: size, .ascending, forwards: forwards) == expected)
          }
          let hidden = Set(made.deliveries.map(\.task.id)).subtracting(visible.map(\.task.id))
          for delivery in made.deliveries.prefix(40) {
            let found = try await store.delivery(delivery.task.id, for: reader)
            #expect((found == nil) == hidden.contains(delivery.task.id))
          }
        }
        try await world.close(store)
      }
    } + [manyAudiencesOfDeliveries, manyDeliveriesOfSubscriptions, invisibleDeliveries, requeueOfTheVisible]
  }

  /// More audiences than are asked for one by one, and most rows somebody else's.
  private static var manyAudiencesOfDeliveries: StoreCase<World> {
    StoreCase("a reader of hundreds of audiences, or of one in hundreds, is shown his deliveries alone") { world in
      let store = try await world.open(TestClock())
      try await store.put([hook("a"), hook("b")])
      let events = (0..<800).map { sampleEvent("e\($0)", username: $0 % 90 == 0 ? "ada" : "bob", groups: ["group-\($0 % 400)"]) }
      let tasks = try await store.ingest(events).deliveries
      try await store.record(tasks.enumerated().map { attempt($1, $0 % 5 == 0 ? .dead(.exhausted) : .succeeded) })
      let model = EventModel(events: events, visibility: .restricted)
      let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0) })
      for groups in [["group-17"], ["group-3", "group-350"], (100..<390).map { "group-\($0)" }] {
        let reader = Reader.member(groups: Set(groups), username: "ada")
        for state in [nil, "dead", "succeeded", "scheduled"] {
          var filter = DeliveryFilter()
          filter.state = state
          let expected = tasks.enumerated().filter { index, task in
            guard let event = byID[task.event.id], model.maySee(event, reader) else { return false }
            return state == nil || state == (index % 5 == 0 ? "dead" : "succeeded")
          }.map(\.element.id)
          for size in [3, 100] {
            #expect(try await walk(store, filter, for: reader, size: size, .descending, forwards: true) == expected.reversed())
            #expect(try await walk(store, filter, for: reader, size: size, .ascending, forwards: false) == expected)
          }
        }
      }
      try await world.close(store)
    }
  }

  /// Enough that a subscription's index is read, and subscriptions that are not there.
  private static var manyDeliveriesOfSubscriptions: StoreCase<World> {
    StoreCase("among thousands of deliveries, those of one subscription are found, and none of one that is not there") { world in
      let store = try await world.open(TestClock())
      try await store.put([hook("a"), hook("b")])
      let tasks = try await store.ingest((0..<1_200).map { sampleEvent("e\($0)", groups: ["g\($0 % 3)"]) }).deliveries
      func isDead(_ index: Int) -> Bool { index % 5 < 2 }
      func isOpen(_ index: Int) -> Bool { index % 5 == 4 }
      try await store.record(
        tasks.enumerated().filter { !isOpen($0.offset) }.map { attempt($0.element, isDead($0.offset) ? .dead(.exhausted) : .succeeded) })
      let home = shop.project
      let choices: [(String?, String?)] = [
        (home, "a"), (home, nil), (nil, "b"), (home, "none"), ("none", "a"), (nil, "none"),
      ]
      for reader in [Reader.everything, .member(groups: ["g1"], username: nil)] {
        for (project, subscription) in choices {
          for state in [nil, "dead", "succeeded", "scheduled", "cancelled"] {
            var filter = DeliveryFilter()
            (filter.project, filter.subscription, filter.state) = (project, subscription, state)
            let expected = tasks.enumerated().filter { index, task in
              let name = isOpen(index) ? "scheduled" : isDead(index) ? "dead" : "succeeded"
              let isVisible = reader == .everything || (index / 2) % 3 == 1
              return isVisible && (project ?? home) == home && (subscription ?? task.subscription.id) == task.subscription.id
                && (state ?? name) == name
            }.map(\.element.id)
            let found = try await walk(store, filter, for: reader, size: 100, .descending, forwards: true)
            #expect(found == expected.reversed(), "\(filter) for \(reader)")
          }
        }
      }
      try await world.close(store)
    }
  }

  private static var invisibleDeliveries: StoreCase<World> {
    StoreCase("a delivery of an event that the reader may not see is as one that never was") { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      try await store.put([hook("a")])
      let tasks = try await store.ingest([sampleEvent("mine", groups: ["a"]), sampleEvent("theirs", groups: ["b"])]).deliveries
      try await store.record(tasks.map { attempt($0, .dead(.exhausted)) })
      let reader = Reader.member(groups: ["a"], username: "ann")
      let known = tasks[1].id.ksuid
      let never = DeliveryID(KSUID(timestamp: known.timestamp, high: known.high, low: known.low + 1))
      for id in [tasks[1].id, never] {
        #expect(try await store.delivery(id, for: reader) == nil)
        for ids in [[id], [tasks[0].id, id]] {
          let error = await #expect(throws: UnknownDelivery.self) { _ = try await store.requeue(ids, for: reader, at: clock.now) }
          #expect(error?.id == id)
          let asked = await #expect(throws: UnknownDelivery.self) { _ = try await store.projects(of: ids, for: reader) }
          #expect(asked?.id == id)
        }
      }
      for event in ["theirs", "never"] {
        var filter = DeliveryFilter()
        filter.event = event
        let page = try await store.deliveries(matching: filter, for: reader, page: CursorPage())
        #expect(page.elements.isEmpty && !page.hasNext && !page.hasPrevious)
      }
      #expect(try await store.projects(of: [tasks[0].id], for: reader) == ["shop"])
      #expect(try await store.dueLanes().isEmpty)
      // What he did himself he may see, whoever it is for.
      _ = try await store.ingest([sampleEvent("own", username: "ann", groups: ["b"])])
      let page = try await store.deliveries(matching: DeliveryFilter(), for: reader, page: CursorPage())
      #expect(page.elements.map(\.eventID) == ["own", "mine"])
      try await world.close(store)
    }
  }

  private static var requeueOfTheVisible: StoreCase<World> {
    StoreCase("a requeue by filter takes what the reader may see and leaves the rest as it is") { world in
      let clock = TestClock()
      let store = try await world.open(clock)
      try await store.put([hook("a")])
      let events = (0..<30).map { sampleEvent("\($0)", groups: [$0 % 3 == 0 ? "a" : "b"]) }
      let tasks = try await store.ingest(events).deliveries
      try await store.record(tasks.map { attempt($0, .dead(.exhausted)) })
      var filter = DeliveryFilter()
      (filter.state, filter.project) = ("dead", "shop")
      let reader = Reader.member(groups: ["a"], username: nil)
      #expect(try await store.requeue(matching: filter, for: reader, at: clock.now) == 10)
      #expect(try await store.requeue(matching: filter, for: reader, at: clock.now) == 0)
      #expect(try await store.claimAll(dueAt: clock.now).map(\.event.id) == stride(from: 0, to: 30, by: 3).map(String.init))
      #expect(try await store.statistics(at: clock.now).deadDeliveries == 20)
      try await world.close(store)
    }
  }
}
