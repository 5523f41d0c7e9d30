import Failpoints
import RandomFixture

/// What is decided of a round before it begins: its seed says all of it.
struct KillPlan {
  enum Fault: Sendable {
    case kill(Failpoint, turn: Int)
    /// A kill from outside, so long after the service is up.
    case killAfter(milliseconds: Int)
    /// A step fails, as it does on a disk that is full or ill; the service lives on.
    case failure(Failpoint, turn: Int, times: Int)

    /// As `FANFARE_FAILPOINT` has it.
    var variable: String? {
      switch self {
      case .kill(let failpoint, let turn): "\(failpoint.rawValue):\(turn)"
      case .failure(let failpoint, let turn, let times): "\(failpoint.rawValue):\(turn):error:\(times)"
      case .killAfter: nil
      }
    }

    var failpoint: Failpoint? {
      switch self {
      case .kill(let failpoint, _), .failure(let failpoint, _, _): failpoint
      case .killAfter: nil
      }
    }

    var isKill: Bool { if case .failure = self { false } else { true } }

    /// For the table.
    var text: String {
      switch self {
      case .kill(let failpoint, let turn): "\(failpoint.number) \(failpoint.rawValue):\(turn)"
      case .killAfter(let milliseconds): "after \(milliseconds) ms"
      case .failure(let failpoint, let turn, let times): "\(failpoint.number) \(failpoint.rawValue):\(turn) fails \(times)×"
      }
    }
  }

  /// One life of the service.
  struct Life: Sendable {
    let messages: [Traffic.Message]
    /// Events for the HTTP door.
    let documents: [Traffic.Message]
    /// Nil for the last: it is left alone until all is done.
    let fault: Fault?
  }

  let seed: UInt64
  let lives: [Life]

  /// Seeds that follow each other walk through all failpoints, two a round, and through as many random instants as keep it even.
  init(seed: UInt64, messages: Int) {
    self.seed = seed
    var generator = SeededGenerator(seed: seed)
    var traffic = Traffic(seed: generator.next())
    let places = Failpoint.allCases.map(Optional.some) + [Failpoint?](repeating: nil, count: 7)
    var faults = (0..<2).map { index in
      let place = places[Int((seed &* 2 &+ UInt64(index)) % UInt64(places.count))]
      return place.map { .kill($0, turn: $0.turn(using: &generator)) } ?? Self.randomKill(&generator)
    }
    if Int.random(in: 0..<3, using: &generator) == 0 { faults.append(Self.randomKill(&generator)) }
    if seed % 3 == 0 {
      let failing = Failpoint.allCases.filter(\.canFail)
      let failpoint = failing[Int(seed / 3 % UInt64(failing.count))]
      let times = Int.random(in: 1...3, using: &generator)
      faults.insert(
        .failure(failpoint, turn: failpoint.turn(using: &generator), times: times), at: Int.random(in: 0...faults.count, using: &generator))
    }
    let share = messages / (faults.count + 1)
    lives = (faults.map(Optional.some) + [nil]).map { fault in
      Life(messages: traffic.messages(share) + [traffic.sentinel()], documents: traffic.documents(share / 10), fault: fault)
    }
  }

  private static func randomKill(_ generator: inout SeededGenerator) -> Fault {
    .killAfter(milliseconds: Int.random(in: 0..<400, using: &generator))
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
