import ArgumentParser
import Fanfare
import Glibc
import SQLiteStore

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes a backup the store, while no service runs.",
    discussion: """
      FILE is checked whole, and opened with secrets.key of the data directory, which must be there before; then it becomes the store, all \
      of it or nothing. A store that is there is only replaced with --force, and stays beside it under another name.

      What was stored after the backup was made is gone from the store, and RabbitMQ does not send again what was acknowledged: producers \
      that still have it may publish it again, since what is there already is stored once. Deliveries that waited when the backup was made \
      are attempted again by the next start, under the same webhook-id, also those that have succeeded since; the same holds for messages \
      that were to be published to fanfare.dead. Clients that follow the stream and got events that are gone are answered with \
      unknown_event, and begin anew with `since`. Accounts and keys are those of the backup; if admin.token is not one of them any more, \
      'fanfare keys create admin --offline' makes a new key.
      """)

  @Argument(help: "A file that 'fanfare backup' has made.", completion: .file())
  var file: String

  @Flag(help: "Replace the store that is there, and keep it under another name.")
  var force = false

  @OptionGroup var options: StoreOptions

  func run() async throws {
    let settings = try options.read()
    umask(0o077)
    try makeDirectory(settings.dataDirectory)
    let (path, file) = (settings.storePath, file)
    let isThere = PrivateFile.isThere(path)
    let oldPath = force && isThere ? "\(path).replaced-\(Self.compact(SystemClock.now()))" : nil
    let progress = CopyProgress()
    defer { progress.clear() }
    let keyFile = settings.secretKeyFile
    let summary: StoreSummary?
    do {
      summary = try await untilInterrupted {
        try await SQLiteStore.restore(
          file, to: path, keepingOldAs: oldPath, secretKey: keyFile.existingKey(withID:), progress: progress.show)
      }
    } catch let error as SQLiteStoreError where error.code == .inUse {
      throw SentenceError("\(error.description): stop the service first")
    }
    progress.clear()
    guard let summary else { throw SentenceError("the restoring was broken off, and nothing has changed") }
    Console.print("\(path) is \(file) now: \(summary.text)")
    if let oldPath { Console.note("The store that was there is \(oldPath).") }
    for sentence in Self.consequences(of: summary) { Console.note(sentence) }
    if !AdminToken.isThere(atPath: settings.adminTokenPath) {
      Console.note("There is no \(settings.adminTokenPath): 'fanfare keys create admin --offline' makes a key.")
    }
  }

  /// What the operator has to know before he starts the service.
  static func consequences(of summary: StoreSummary) -> [String] {
    var sentences = [
      "What was stored after \(summary.lastReceivedAt?.rfc3339 ?? "the backup") is not in it, and RabbitMQ does not send it again: have "
        + "producers publish it once more. What is there already is stored once."
    ]
    if summary.waitingDeliveries > 0 {
      sentences.append(
        "\(summary.waitingDeliveries) \(summary.waitingDeliveries == 1 ? "delivery" : "deliveries") waited when the backup was made: attempted "
          + "again under the same webhook-id, also what has succeeded since.")
    }
    if summary.outbox > 0 {
      sentences.append("\(summary.outbox) messages are published to fanfare.dead again, also those that have been since.")
    }
    return sentences
  }

  /// For a file's name: 20261122T091500Z.
  private static func compact(_ instant: Timestamp) -> String {
    String(instant.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
  }
}
