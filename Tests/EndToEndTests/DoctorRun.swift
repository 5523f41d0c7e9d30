import Fanfare
import Foundation
import ServiceFixture

/// One run of `fanfare doctor --json`.
struct DoctorRun: Sendable {
  struct Found: Sendable {
    let severity: String
    let says: String
    let advice: String
  }

  let status: Int32
  let findings: [String: Found]

  static func of(_ directory: URL, _ arguments: [String]) async throws -> DoctorRun {
    let run = try await CommandRun.fanfare(["doctor", "--json", "--data-directory", directory.path] + arguments)
    return try DoctorRun(run)
  }

  init(_ run: CommandRun) throws {
    let document = try JSONValue(parsing: Array(run.output.utf8))
    guard case .array(let elements)? = document["findings"] else { throw ServiceFailure(description: run.output + run.errors) }
    let found = elements.map { element in
      func text(_ key: String) -> String { element[key]?.stringValue ?? "" }
      return (text("subject"), Found(severity: text("severity"), says: text("observation"), advice: text("advice")))
    }
    status = run.status
    findings = Dictionary(found) { first, _ in first }
  }
}
