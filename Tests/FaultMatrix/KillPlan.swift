import Failpoints

/// What is decided of a round before it begins: its seed says all of it.
struct KillPlan {
  enum Instant: Sendable {
    case failpoint(Failpoint, turn: Int)
    /// From outside, so long after the service is up.
    case random(milliseconds: Int)

    /// For the table.
    var text: String {
      switch self {
      case .failpoint(let failpoint, let turn): "\(failpoint.number) \(failpoint.rawValue):\(turn)"
      case .random(let milliseconds): "after \(milliseconds) ms"
      }
    }
  }

  /// One life of the service.
  struct Life: Sendable {
    let messages: [Traffic.Message]
    /// Nil for the last: it is left alone until all is done.
    let death: Instant?
  }

  let seed: UInt64
  let lives: [Life]

  /// Seeds that follow each other walk through all failpoints, two a round, and through as many random instants as keep it even.
  init(seed: UInt64, messages: Int) {
    self.seed = seed
    var generator = SeededGenerator(seed: seed)
    var traffic = Traffic(seed: generator.next())
    let places = Failpoint.allCases.map(Optional.some) + [Failpoint?](repeating: nil, count: 7)
    var deaths = (0..<2).map { index in
      let place = places[Int((seed &* 2 &+ UInt64(index)) % UInt64(places.count))]
      return place.map { .failpoint($0, turn: $0.turn(using: &generator)) } ?? Self.randomInstant(&generator)
    }
    if generator.isOne(in: 3) { deaths.append(Self.randomInstant(&generator)) }
    let share = messages / (deaths.count + 1)
    lives = (deaths.map(Optional.some) + [nil]).map { death in
      Life(messages: traffic.messages(share) + [traffic.sentinel()], death: death)
    }
  }

  private static func randomInstant(_ generator: inout SeededGenerator) -> Instant {
    .random(milliseconds: Int.random(in: 0..<400, using: &generator))
  }
}

extension Failpoint {
  /// A time that it is reached which comes in nearly every life.
  fileprivate func turn(using generator: inout SeededGenerator) -> Int {
    let last =
      switch self {
      case .storeMigrated, .memoryRead, .adminTokenReady, .subscriptionsReplaced, .checkpointing, .checkpointed, .deliveriesClaimed: 1
      case .frameRead: 100
      case .messageCopied, .eventInserted, .deliveryInserted, .requestTaken, .deliveryUpdated: 60
      case .slotsGranted, .requestRendered, .answersRead, .attemptsJudged: 12
      case .transactionBegun, .idsFolded, .transactionReady, .committed, .replying, .recordCommitted: 6
      case .batchHandedOver, .batchDecoded, .receiptTaken, .acknowledging, .acknowledged, .deliveriesOffered: 4
      case .quarantineInserted, .deathNoted, .entriesFolded, .outboxRead, .deadLettersConfirmed, .outboxCleared, .deliveriesRequeued: 2
      case .eventsRemoved: 2
      }
    return Int.random(in: 1...last, using: &generator)
  }
}
