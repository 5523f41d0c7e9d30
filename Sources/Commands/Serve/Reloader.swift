import Logging
import ServiceLifecycle
import UnixSignals

/// Reads again what can change while the service runs, when it is told to (SIGHUP).
struct Reloader: Service {
  struct Part: Sendable {
    /// As a line of the log calls it.
    var name: String
    /// What is to be said about what was read. Throws a sentence, and leaves everything as it was.
    var reload: @Sendable () async throws -> Logger.Metadata
  }

  let hangUps: UnixSignalsSequence
  let parts: [Part]
  let logger: Logger

  func run() async throws {
    for await _ in hangUps.cancelOnGracefulShutdown() { await reload() }
  }

  func reload() async {
    for part in parts {
      do {
        let metadata = try await part.reload()
        logger.info("Read again", metadata: metadata.merging(["part": "\(part.name)"]) { $1 })
      } catch {
        logger.error("Not read again: what there was stays", metadata: ["part": "\(part.name)", "error": "\(error)"])
      }
    }
  }
}
