import AMQPSource
import Fanfare
import SQLiteStore

/// Looks at everything that a service lives on, one thing after the other.
struct Examination: Sendable {
  let settings: Settings
  let isQuick: Bool
  let visit: ServiceVisit
  /// Told what is looked at next.
  let progress: @Sendable (String) -> Void

  /// - Throws: a sentence if the store cannot be opened at all; everything else that is wrong is a finding.
  func findings() async throws -> [Finding] {
    try settings.requireStore()
    progress("the service")
    let (isServing, service) = await visit.findings()
    progress("files")
    var findings = service + FileInspection(settings: settings).findings()
    findings += try await storeFindings(isServing: isServing)
    progress("the broker")
    findings.append(await broker(isServing: isServing))
    return findings
  }

  private func storeFindings(isServing: Bool) async throws -> [Finding] {
    var configuration = StoreExaminer.Configuration(
      path: settings.storePath, secretKey: settings.secretKeyFile.existingKey(withID:), clock: SystemClock.now)
    configuration.isQuick = isQuick
    configuration.isServing = isServing
    configuration.credential = (try? AdminToken.read(atPath: settings.adminTokenPath)).map { APIKey.digest(of: $0) }
    let store: StoreExaminer
    do {
      store = try StoreExaminer(configuration)
    } catch let error as SQLiteStoreError {
      return [Finding("store", .fault, error.description, advice: "Restore the last backup ('fanfare restore').")]
    }
    var findings: [Finding] = []
    for check in StoreCheck.allCases {
      progress(check.rawValue)
      do {
        findings += try await store.examine(check)
      } catch let error as SQLiteStoreError {
        findings.append(Finding(check.rawValue, .fault, "it could not be looked at: \(error.description)"))
      }
      // Of another version nothing else is known.
      if check == .version, findings.contains(where: { $0.severity == .fault }) { break }
    }
    try? store.close()
    return findings
  }

  private func broker(isServing: Bool) async -> Finding {
    if settings.amqp.urls.isEmpty { return Finding("broker", "amqp.url is not set: events come in over HTTP only") }
    do {
      let broker = try await BrokerInspection.look(at: settings.amqp.configuration)
      let text = "\(broker.broker) has what it must have; \(broker.waiting) messages wait, \(broker.deadLetters) dead letters"
      if isServing, broker.consumers == 0 {
        return Finding(
          "broker", .fault, "\(text); nobody consumes from \(settings.amqp.queue)",
          advice: "See amqp in the service's health; does the service have the same amqp.url?")
      }
      return Finding("broker", text)
    } catch let error as AMQPError where error.code == .topology && settings.amqp.declares && !isServing {
      return Finding("broker", .warning, "\(error.description)", advice: "The start of the service makes what is missing.")
    } catch {
      return Finding(
        "broker", .fault, "\(error)", advice: "Nothing comes in over AMQP meanwhile, and nothing is lost: the broker and producers hold it."
      )
    }
  }
}
