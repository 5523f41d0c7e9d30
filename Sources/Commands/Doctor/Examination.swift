import Fanfare
import Glibc
import SQLiteStore

/// Looks at everything that a service lives on, one thing after the other.
struct Examination: Sendable {
  let settings: Settings
  let isQuick: Bool
  let visit: ServiceVisit
  /// Told what is looked at next.
  let progress: @Sendable (String) -> Void

  /// Everything that is wrong is a finding, also that there is no store.
  func findings() async throws -> [Finding] {
    // What SQLite makes beside a store that is stopped is its owner's alone, too.
    umask(0o077)
    progress("the service")
    let (presence, service) = await visit.findings()
    progress("files")
    let files = FileInspection(settings: settings)
    var findings = service
    if let missing = files.missingStore() {
      findings.append(missing)
    } else {
      findings += files.findings()
      findings += try await storeFindings(isServing: presence.isThere, files)
    }
    progress("the broker")
    findings.append(await BrokerVisit(settings: settings.amqp, service: presence).finding())
    return findings
  }

  private func storeFindings(isServing: Bool, _ files: FileInspection) async throws -> [Finding] {
    var configuration = StoreExaminer.Configuration(
      path: settings.storePath, secretKey: settings.secretKeyFile.existingKey(withID:), clock: SystemClock.now)
    configuration.isQuick = isQuick
    configuration.isServing = isServing
    configuration.isServicesDirectory = files.hasCompanions
    configuration.keyAdvice = files.keyAdvice
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
}
