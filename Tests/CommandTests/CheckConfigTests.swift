import Fanfare
import Foundation
import Testing

@testable import fanfare

@Suite struct CheckConfigTests {
  @Test func `no secret is shown, neither in the table, nor as JSON, nor in a fault`() throws {
    var input = SettingsInput(environment: ["FANFARE_AMQP_URL": "amqp://user:geheim@a,amqps://other:ge%2Fheim@b"])
    input.flags = [
      "internal.token": "geheim with a space", "auth.jwt.secret": "geheim",
      "auth.jwt.jwksUrl": "https://u:geheim@id.example/keys", "store.url": "postgres://u:geheim@h/d",
      "delivery.proxy": "socks5h://u:geheim@proxy",
    ]
    let outcome = input.read()
    // The door's token has spaces, the JWTs' secret is too short, and PostgreSQL is not there yet.
    #expect(outcome.faults.count == 3)
    for text in [CheckConfig.table(of: outcome), CheckConfig.json(of: outcome)] + outcome.faults {
      #expect(!text.contains("geheim"), "\(text)")
      #expect(!text.contains("ge%2Fheim"), "\(text)")
    }
    #expect(CheckConfig.table(of: outcome).contains("socks5h://u:***@proxy"))
    #expect(CheckConfig.table(of: outcome).contains("amqp://user:***@a,amqps://other:***@b"))
  }

  @Test(arguments: [
    ("amqp://user:pa/ss@host", "amqp://user:***@host"), ("amqp://user:p@ss@host/v", "amqp://user:***@host/v"),
    ("amqp://host", "amqp://host"), ("user:pass@host", "user:***@host"), ("amqp://user@host", "amqp://user:***@host"),
  ])
  func `whatever may be a password is masked`(text: String, masked: String) {
    #expect(text.maskingPasswords == masked)
  }

  @Test func `the table names every key, its value and where it came from`() throws {
    let outcome = SettingsInput(flags: ["amqp.prefetch": "7"]).read()
    let lines = CheckConfig.table(of: outcome).split(separator: "\n")
    #expect(lines.count == SettingsKeys.all.count + 1)
    for (line, entry) in zip(lines.dropFirst(), SettingsKeys.all) { #expect(line.hasPrefix(entry.name + " ")) }
    #expect(lines.contains { $0.split(separator: " ").elementsEqual(["amqp.prefetch", "7", "--set"]) })
  }

  @Test func `the JSON is JSON and holds what is used`() throws {
    let json = try JSONValue(parsing: Array(CheckConfig.json(of: SettingsInput().read()).utf8))
    #expect(json["settings"]?["http.listen"]?["value"] == "127.0.0.1:8080")
    #expect(json["settings"]?["http.listen"]?["from"] == "default")
    #expect(json["faults"] == [])
  }

  @Test func `files that the service could not start with are faults, all at once`() async throws {
    let flags: [String: SettingsInput.Flag] = [
      "http.tls.certificate": "/nowhere.pem", "http.tls.key": "/nowhere.key", "auth.jwt.jwksFile": "/nowhere.json",
    ]
    let outcome = await SettingsInput(flags: flags).read().withFaultsOfFiles()
    #expect(outcome.faults.count == 2)
    #expect(outcome.faults.first?.hasPrefix("http.tls.certificate, http.tls.key: /nowhere.pem cannot be read") == true)
    #expect(outcome.faults.last?.hasPrefix("auth.jwt.jwksFile: /nowhere.json cannot be read") == true)
    #expect(throws: SentenceError.self) { try outcome.usable() }
  }

  @Test func `the example file in deploy is what the table of keys says`() throws {
    let file = try String(contentsOfFile: "\(projectRoot)/deploy/fanfare.example.yaml", encoding: .utf8)
    #expect(file == SettingsExample.text)
  }

  @Test func `the example file is a configuration, and says nothing but the defaults`() throws {
    let path = "\(projectRoot)/deploy/fanfare.example.yaml"
    let outcome = SettingsInput(file: path).read()
    _ = try outcome.usable()
    for entry in SettingsKeys.all {
      #expect(outcome.reading.found(for: entry)?.text.line == entry.defaultText, "\(entry.name)")
      if entry.defaultText != nil { #expect(outcome.reading.found(for: entry)?.origin.hasPrefix(path) == true, "\(entry.name)") }
    }
  }

  @Test func `the example file names every key with its meaning`() {
    for entry in SettingsKeys.all {
      #expect(SettingsExample.text.contains(entry.meaning), "\(entry.name)")
      #expect(SettingsExample.text.contains(entry.environmentVariable), "\(entry.name)")
    }
  }
}
