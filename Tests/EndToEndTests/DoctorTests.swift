import Fanfare
import Foundation
import ServiceFixture
import Testing

@Suite struct DoctorTests {
  private func doctor(_ world: World, _ arguments: String...) async throws -> DoctorRun {
    try await DoctorRun.of(world.directory, ["--amqp-url", world.amqpURL] + arguments)
  }

  @Test func `a service that is well gives no finding, and what is wrong around the store is named`() async throws {
    try await World.with { world in
      let path = world.directory.path
      chmod(path, 0o700)
      let service = try await world.start()
      let client = try world.client(of: service)
      try await world.publishing { try await $0.send((0..<100).map { #"{"id":"e-\#($0)","type":"ADD_BUILD","state_project":"shop"}"# }) }
      try await poll { try await client.allEventIDs().count == 100 }

      let well = try await doctor(world, "--url", service.url)
      // How full this machine's disk is, is nobody's fault here.
      #expect(well.findings.filter { $0.value.severity != "ok" && $0.key != "space" }.isEmpty, "\(well.findings)")
      #expect(well.findings["service"]?.says.contains("is ready") == true)
      #expect(well.findings["broker"]?.says.contains("has what it must have") == true)
      #expect(well.findings["service_clock"] != nil)
      #expect(well.findings["admin_token"] != nil)

      chmod("\(path)/secrets.key", 0o640)
      chmod("\(path)/fanfare.db", 0o644)
      let open = try await doctor(world, "--url", service.url)
      #expect(open.status == 1)
      #expect(open.findings["permissions"]?.says.contains("fanfare.db, \(path)/secrets.key") == true, "\(open.findings)")
      #expect(open.findings["secrets"]?.severity == "fault")
      chmod("\(path)/secrets.key", 0o600)
      chmod("\(path)/fanfare.db", 0o600)
      chmod(path, 0o755)
      #expect(try await doctor(world, "--url", service.url).findings["permissions"]?.severity == "warning")
      chmod(path, 0o700)

      try "another\n".write(toFile: "\(path)/admin.token.new", atomically: false, encoding: .utf8)
      chmod("\(path)/admin.token.new", 0o600)
      rename("\(path)/admin.token", "\(path)/kept")
      rename("\(path)/admin.token.new", "\(path)/admin.token")
      #expect(try await doctor(world, "--url", service.url).findings["admin_token"]?.severity == "warning")
      rename("\(path)/kept", "\(path)/admin.token")

      let missing = try await doctor(world, "--url", service.url, "--set", "amqp.queue=fanfare.nothing")
      #expect(missing.status == 1)
      #expect(missing.findings["broker"]?.says.contains("\"fanfare.nothing\" does not exist") == true, "\(missing.findings)")
      #expect(await service.stop() == 0)

      // Without a service that was asked for by name.
      let stopped = try await doctor(world, "--set", "http.listen=127.0.0.1:1")
      #expect(stopped.findings["service"]?.severity == "warning")
      #expect(stopped.findings.allSatisfy { $0.value.severity != "fault" || $0.key == "space" }, "\(stopped.findings)")
      #expect(try await doctor(world, "--url", "http://127.0.0.1:1").findings["service"]?.severity == "fault")
      rename("\(path)/secrets.key", "\(path)/kept")
      #expect(try await doctor(world, "--set", "http.listen=127.0.0.1:1").findings["secrets"]?.says.contains("is missing") == true)
    }
  }

  @Test func `the table names what is wrong and what to do, and that there is no store`() async throws {
    let nowhere = try await CommandRun.fanfare(["doctor", "--data-directory", "/nowhere"])
    #expect(nowhere.status == 1)
    #expect(nowhere.output.contains("there is no store at /nowhere/fanfare.db"))
    try await World.with { world in
      try await world.start().stop()
      let text = try await CommandRun.fanfare(
        ["doctor", "--quick", "--data-directory", world.directory.path, "--set", "http.listen=127.0.0.1:1"]
      ).output
      #expect(text.contains("ok       sequence"))
      #expect(text.contains("warning  service"))
      #expect(text.contains("warning service: Start the service"))
    }
  }
}
