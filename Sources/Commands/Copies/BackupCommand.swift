import ArgumentParser
import SQLiteStore

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the store to a file, beside the running service or without one.",
    discussion: """
      The copy is the store at one moment: every event that was acknowledged before is in it, with its deliveries as they stood. The \
      service goes on meanwhile; the store's -wal file grows by what is written in that time. FILE appears when it is whole, checked and on \
      the disk, and only its owner may read it; what is being written is FILE.part.

      Secrets in the copy are encrypted with secrets.key of the data directory, which is not in it: keep that file too, elsewhere. \
      'fanfare restore FILE' makes the copy the store.
      """)

  @Argument(help: "The file to write.", completion: .file())
  var file: String

  @Flag(help: "Replace FILE if it is there.")
  var force = false

  @OptionGroup var options: StoreOptions

  func run() async throws {
    let settings = try options.read()
    try settings.requireStore()
    let (path, file, force) = (settings.storePath, file, force)
    let others = [settings.secretKeyFile.path, settings.adminTokenPath]
    let (start, progress) = (ContinuousClock.now, CopyProgress())
    defer { progress.clear() }
    let summary = try await untilInterrupted {
      try await SQLiteStore.backUp(path, to: file, replacing: force, sparing: others, progress: progress.show)
    }
    progress.clear()
    guard let summary else { throw SentenceError("the backup was broken off, and nothing of it is left") }
    Console.print("\(file): \(summary.text); written and checked in \((ContinuousClock.now - start).secondsText)")
    guard let key = summary.secretKey else { return }
    let keyPath = settings.secretKeyFile.path
    Console.note(
      settings.secretKeyFile.isThere
        ? "Keep \(keyPath) too, elsewhere: no other key than this, \(key), opens the secrets in it."
        : "\(keyPath) is missing: without it, the key \(key), neither this backup nor the store can be opened.")
  }
}
