import Fanfare
import Foundation
import ServiceFixture
import Testing

/// Accounts and keys as an operator meets them: the real service, the real commands.
@Suite struct AccountTests {
  private func fanfare(_ arguments: String..., in directory: URL, url: String? = nil) async throws -> CommandRun {
    try await .fanfare(arguments + ["--data-directory", directory.path], environment: url.map { ["FANFARE_URL": $0] } ?? [:])
  }

  private func withDirectory(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "fanfare-accounts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory)
  }

  @Test func `an account is made, its key is used, revoked and refused, and neither is forgotten over a restart`() async throws {
    try await withDirectory { directory in
      var service = try await ServiceProcess.start(in: directory, settings: [:])
      let made = try await fanfare(
        "accounts", "create", "ci", "--group", "payments", "--grant", "project:shop:global:write", in: directory, url: service.url)
      #expect(made.status == 0, "\(made.errors)")
      let lines = made.output.split(separator: "\n", omittingEmptySubsequences: false)
      try #require(lines.count == 2 && lines[1].isEmpty, "the key stands alone: \(made.output)")
      let secret = String(lines[0])
      #expect(secret.hasPrefix("fanfare_"))
      let ci = Client(url: service.url, token: secret)
      #expect(try await ci.get("/v0/account").json["groups"] == ["payments"])
      #expect(try await ci.get("/api/v1/events/query/").text == "[]")
      #expect(try await ci.get("/v0/accounts").status == 403)

      // An account sees what its groups let it see, and no more.
      let admin = Client(url: service.url, token: try service.token)
      for (id, group) in [("seen", "payments"), ("hidden", "others")] {
        let event = #"{"id":"\#(id)","type":"ADD_BUILD","inventory_project":"shop","allowed_groups":["\#(group)"]}"#
        #expect(try await admin.send("POST", "/internal/create-event", body: event, base: service.internalURL).status == 200)
      }
      #expect(try await ci.allEventIDs() == ["seen"])
      #expect(try await ci.get("/api/v1/events/event/hidden").status == 404)
      #expect(try await admin.allEventIDs().count == 2)

      let second = try await fanfare("keys", "create", "ci", "--name", "second", "--expires", "30d", in: directory, url: service.url)
      let other = Client(url: service.url, token: second.output.trimmingCharacters(in: .newlines))
      #expect(try await other.get("/v0/account").status == 200)
      #expect(try await fanfare("keys", "revoke", "ci", "second", in: directory, url: service.url).status == 0)
      let refused = try await other.get("/v0/account")
      #expect(refused.status == 403)
      #expect(refused.json["code"] == "unknown_api_key")
      #expect(try await ci.get("/v0/account").status == 200)

      let offline = try await fanfare("accounts", "list", "--offline", in: directory)
      #expect(offline.status == 1)
      #expect(offline.errors.contains("in use by the process"))
      #expect(await service.stop() == 0)

      service = try await ServiceProcess.start(in: directory, settings: [:])
      #expect(try await Client(url: service.url, token: secret).get("/v0/account").status == 200)
      #expect(try await Client(url: service.url, token: other.token).get("/v0/account").status == 403)
      let disabled = try await fanfare("accounts", "disable", "ci", "--json", in: directory, url: service.url)
      #expect(disabled.output.contains(#""disabled":true"#))
      #expect(try await Client(url: service.url, token: secret).get("/v0/account").status == 403)
      #expect(await service.stop() == 0)
      let (log, token) = (service.logTail, try service.token)
      #expect(!log.contains(secret) && !log.contains(token))
    }
  }

  @Test func `who has lost every key makes one offline`() async throws {
    try await withDirectory { directory in
      #expect(try await fanfare("keys", "create", "admin", "--offline", in: directory).errors.contains("there is no store"))
      let first = try await ServiceProcess.start(in: directory, settings: [:])
      let lost = try first.token
      #expect(await first.stop() == 0)
      #expect(try await fanfare("keys", "revoke", "admin", "admin.token", "--offline", in: directory).status == 0)
      try FileManager.default.removeItem(at: directory.appending(path: "admin.token"))
      let made = try await fanfare("keys", "create", "admin", "--offline", in: directory)
      #expect(made.status == 0, "\(made.errors)")

      let second = try await ServiceProcess.start(in: directory, settings: [:])
      let found = made.output.trimmingCharacters(in: .newlines)
      #expect(try await Client(url: second.url, token: found).get("/v0/accounts").status == 200)
      #expect(try await Client(url: second.url, token: lost).get("/v0/accounts").status == 403)
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "admin.token").path))
      #expect(
        await second.waitForLog("There is no admin.token; while the service is stopped, 'fanfare keys create admin --offline' makes a key"))
      #expect(await second.stop() == 0)
    }
  }
}
