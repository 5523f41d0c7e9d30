/// A place on the path of an event where a test may have the process die, or a step fail.
///
/// In the order of the path; ``number`` is the place in it. Debug builds only: in a release build ``reach()`` and ``reachOrFail()`` are empty
/// and inlined, and ``variable`` is nil. `FANFARE_FAILPOINT=committed:3` is `kill -9` when ``committed`` is reached for the third time,
/// `transactionReady:1:error:20` has the first twenty that reach ``transactionReady`` fail there; several are separated by commas.
public enum Failpoint: String, CaseIterable, Sendable {
  // Start.
  /// The schema is up to date, and nothing is read yet.
  case storeMigrated
  /// What the writer knows without asking is in memory.
  case memoryRead
  /// `admin.token` is written; the store may not have its account yet.
  case adminTokenReady
  /// In the transaction that replaced a set of subscriptions.
  case subscriptionsReplaced

  // From the broker to the disk.
  /// A frame was read from the socket.
  case frameRead
  /// A message was copied out of the library's memory.
  case messageCopied
  /// A batch goes from the connection's thread to the ingestor.
  case batchHandedOver
  case batchDecoded
  case transactionBegun
  /// In the transaction: an event's row is written, its timelines and deliveries are not.
  case eventInserted
  case deliveryInserted
  /// In the transaction: what cannot be read is kept, and not in the outbox yet.
  case quarantineInserted
  /// In the transaction: its ids are noted, and some may be in their table.
  case idsFolded
  /// In the transaction: entries of timelines have been moved to their tables.
  case entriesFolded
  /// All is written, and COMMIT is next.
  case transactionReady
  /// COMMIT has returned; nobody knows of it.
  case committed
  /// Those who wait for the commit are about to be answered.
  case replying
  /// The ingestor has its receipt, and has not asked for the acknowledgement.
  case receiptTaken
  /// The connection's thread is about to send basic.ack.
  case acknowledging
  case acknowledged

  // From the disk to the receivers.
  /// Deliveries of the receipt were offered to the dispatcher.
  case deliveriesOffered
  /// Deliveries were read from the table of what is due.
  case deliveriesClaimed
  /// Slots are granted; nothing is rendered.
  case slotsGranted
  case requestRendered
  /// The curl thread has a request, and sends nothing of it before this.
  case requestTaken
  /// Answers were read; nobody knows of them.
  case answersRead
  case attemptsJudged
  /// In the transaction: a delivery has its new state, its attempt is not written.
  case deliveryUpdated
  /// In the transaction: a dead letter is in the outbox, the event that tells of it is not written.
  case deathNoted
  /// The record of attempts is durable; the dispatcher does not know.
  case recordCommitted

  // Dead letters.
  /// Messages were read from the outbox, and are not published.
  case outboxRead
  /// The broker has confirmed them; they are still in the outbox.
  case deadLettersConfirmed
  case outboxCleared

  // What is done now and then.
  /// In the transaction that gives dead letters another chance.
  case deliveriesRequeued
  /// In the transaction that removes what is older than its limit: entries and deliveries are gone, the events' rows are not.
  case eventsRemoved
  /// At the end: all is folded, and the log is about to be moved into the file.
  case checkpointing
  case checkpointed

  /// From 1.
  public var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

  /// Whether the step can fail there: ``reachOrFail()`` stands at it.
  public var canFail: Bool {
    switch self {
    case .subscriptionsReplaced, .transactionBegun, .eventInserted, .deliveryInserted, .quarantineInserted, .idsFolded, .entriesFolded,
      .transactionReady, .deliveryUpdated, .deathNoted, .deliveriesRequeued, .eventsRemoved:
      true
    default: false
    }
  }

  /// Says that this place is reached. Does not return if the process is to die here. Any thread.
  @inlinable public func reach() {
    #if FAILPOINTS
    ArmedFailpoints.ofProcess.reach(self)
    #endif
  }

  /// Like ``reach()``, where the step can fail.
  ///
  /// - Throws: ``FailpointError`` if it is to fail here.
  @inlinable public func reachOrFail() throws {
    #if FAILPOINTS
    try ArmedFailpoints.ofProcess.reachOrFail(self)
    #endif
  }

  /// The environment variable that arms them; nil in a release build, which has no such variable.
  public static var variable: String? {
    #if FAILPOINTS
    "FANFARE_FAILPOINT"
    #else
    nil
    #endif
  }

  /// What is wrong with the value of the variable, as a sentence; nil if nothing is.
  public static func fault(of text: String) -> String? {
    #if FAILPOINTS
    do throws(FailpointSyntaxError) {
      _ = try ArmedFailpoints(parsing: text)
      return nil
    } catch {
      return error.description
    }
    #else
    return nil
    #endif
  }
}

/// What a step fails with that a test wanted to fail.
public struct FailpointError: Error, Sendable, CustomStringConvertible {
  public let failpoint: Failpoint

  public var description: String { "the failpoint \(failpoint.rawValue) was told to fail" }
}
