import BrokerFixture
import Foundation
import ServiceFixture
import Testing

/// What `fanfare doctor` says of the broker, and what to do.
@Suite struct BrokerDoctorTests {
  /// A stopped service's directory.
  private func withStore(_ body: @Sendable (World) async throws -> Void) async throws {
    try await World.with { world in
      #expect(try await ServiceProcess.start(in: world.directory, settings: [:]).stop() == 0)
      try await body(world)
    }
  }

  /// - Returns: what is said of the broker, which must be a fault.
  private func fault(_ world: World, _ url: String, _ arguments: String...) async throws -> DoctorRun.Found {
    let run = try await DoctorRun.of(
      world.directory, ["--quick", "--set", "http.listen=127.0.0.1:1", "--amqp-url", url] + arguments)
    let broker = try #require(run.findings["broker"])
    #expect(run.status == 1)
    #expect(broker.severity == "fault", "\(broker)")
    return broker
  }

  @Test func `a queue or an exchange that is missing is a fault that says what is lost, with a service and without one`() async throws {
    try await withStore { world in
      let fresh = try await fault(world, world.amqpURL)
      #expect(fresh.says.contains("The queue \"fanfare.events\" does not exist"))
      #expect(!fresh.says.contains("amqp.declare"))
      #expect(fresh.advice.hasPrefix("Start the service, which makes what is missing. What is published until then is lost"))
      #expect(!fresh.advice.contains("the broker keeps"))

      let byHand = try await fault(world, world.amqpURL, "--set", "amqp.declare=false")
      #expect(byHand.says.contains("set amqp.declare to true"))
      #expect(byHand.advice.hasPrefix("Make what is missing"))

      let service = try await world.start()
      func running(_ setting: String) async throws -> DoctorRun.Found {
        try await fault(world, world.amqpURL, "--url", service.url, "--set", setting)
      }
      let queue = try await running("amqp.queue=nosuch")
      #expect(queue.says == "The queue \"nosuch\" does not exist")
      #expect(queue.advice.hasPrefix("The service makes what is missing when it connects: restart it"))
      #expect(queue.advice.contains("is lost: the broker confirms it and drops it"))
      let exchange = try await running("amqp.exchanges=nosuch")
      #expect(exchange.says == "The exchange \"nosuch\" does not exist")
      #expect(exchange.advice.contains("the broker refuses what is published there"))

      // What doctor does not know of the service it does not call well.
      let blind = try await DoctorRun.of(world.directory, ["--quick", "--url", service.url]).findings["broker"]
      #expect(blind?.severity == "warning")
      #expect(blind?.advice.contains("--config") == true)
      #expect(await service.stop() == 0)
    }
  }

  @Test func `each way not to get to the broker has an advice of its own`() async throws {
    try await withStore { world in
      let broker = try await PrivateBroker.own
      let address = "127.0.0.1:\(broker.port)"
      let kept = "what is in its queue, the broker keeps"

      let password = try await fault(world, "amqp://guest:wrong@\(address)")
      #expect(password.advice.hasPrefix("Check the user and the password of amqp.url ('rabbitmqctl authenticate_user guest'"))
      #expect(password.advice.contains(kept))
      let refused = try await fault(world, "amqp://guest:guest@127.0.0.1:1")
      #expect(refused.advice.hasPrefix("Is the broker running at 127.0.0.1:1 "))
      let nowhere = try await fault(world, "amqp://guest:guest@\(address)/no%20where")
      #expect(nowhere.advice.hasSuffix("rabbitmqctl add_vhost 'no where'"), "\(nowhere)")
      #expect(!nowhere.advice.contains(kept))
      let untrusted = try await fault(world, "amqps://guest:guest@localhost:\(broker.tlsPort)")
      #expect(untrusted.advice.hasPrefix("See the broker's certificate: openssl s_client -connect localhost:\(broker.tlsPort)"))

      // What is there can be asked for without a permission to use it.
      let own = try #require(world.host)
      let declared = try await world.start()
      #expect(await declared.stop() == 0)
      let reader = PrivateBroker.uniqueName("reader")
      try await world.broker.control("add_user", reader, "secret")
      let url = "amqp://\(reader):secret@127.0.0.1:\(world.broker.port)/\(own)"
      try await world.broker.control("set_permissions", "-p", own, reader, "^$", "^$", "^$")
      let withdrawn = try await fault(world, url)
      #expect(withdrawn.says.hasPrefix("We may not use the queue \"fanfare.events\""), "\(withdrawn)")
      #expect(withdrawn.advice.contains("rabbitmqctl set_permissions -p \(own) \(reader) '.*' '.*' '.*'"))
      try await world.broker.control("set_permissions", "-p", own, reader, ".*", ".*", ".*")
      let bindings = try await world.broker.control("list_bindings", "-p", own)
      let well = try await DoctorRun.of(
        world.directory, ["--quick", "--set", "http.listen=127.0.0.1:1", "--amqp-url", url])
      #expect(well.findings["broker"]?.severity == "ok", "\(well.findings)")
      #expect(try await world.broker.control("list_bindings", "-p", own) == bindings)
      try await world.broker.control("delete_user", reader)

      let user = PrivateBroker.uniqueName("user")
      try await broker.control("add_user", user, "secret")
      let outsider = try await fault(world, "amqp://\(user):secret@\(address)")
      #expect(outsider.advice.hasPrefix("Give the user its permissions: rabbitmqctl set_permissions -p / \(user) '.*' '.*' '.*'"))
      try await broker.control("delete_user", user)
    }
  }
}
