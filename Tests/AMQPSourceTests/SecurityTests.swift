import BrokerFixture
import Fanfare
import Testing

@testable import AMQPSource

@Suite(.timeLimit(.minutes(20))) struct SecurityTests {
  private func complaint(about text: String) async throws -> AMQPError {
    let url = try AMQPURL(parsing: text)
    let error = #expect(throws: AMQPError.self) {
      let connection = try Connection.open(url, name: "test", heartbeat: .seconds(10))
      connection.close()
    }
    return try #require(error)
  }

  @Test func `amqps works when the authority is known and the name is right`() async throws {
    var world = try await World(on: PrivateBroker.own)
    world.configuration.urls = [
      try AMQPURL(parsing: "amqps://guest:guest@localhost:\(world.broker.tlsPort)?cacertfile=\(world.broker.authorityFile)")
    ]
    let consumer = try world.consumer()
    let publisher = try world.publisher()
    try await withServices(consumer, publisher) { [world] in
      let published = try await publisher.publish(world.messages(2000))
      #expect(published.allSatisfy { $0 == .confirmed })
      #expect(await consumer.settle(2000).count == 2000)
    }
    try world.remove()
  }

  @Test func `a certificate for another name is refused`() async throws {
    let broker = try await PrivateBroker.own
    let error = try await complaint(about: "amqps://guest:guest@127.0.0.1:\(broker.tlsPort)?cacertfile=\(broker.authorityFile)")
    #expect(error.code == .tls)
    #expect(error.description.contains("IP address mismatch"), "\(error)")
    let named = try await complaint(
      about: "amqps://guest:guest@localhost:\(broker.tlsPort)?cacertfile=\(broker.authorityFile)&server_name_indication=broker.example")
    #expect(named.code == .tls)
    #expect(named.description.contains("mismatch"), "\(named)")
  }

  @Test func `the name to be found can be given apart from the host`() async throws {
    let broker = try await PrivateBroker.own
    let url = try AMQPURL(
      parsing:
        "amqps://guest:guest@127.0.0.1:\(broker.tlsPort)?cacertfile=\(broker.authorityFile)&server_name_indication=localhost")
    let connection = try Connection.open(url, name: "test", heartbeat: .seconds(10))
    connection.close()
  }

  @Test func `an authority that nobody knows is refused, unless nothing is verified`() async throws {
    let broker = try await PrivateBroker.own
    let error = try await complaint(about: "amqps://guest:guest@localhost:\(broker.tlsPort)")
    #expect(error.code == .tls)
    #expect(!error.isRetriable)
    #expect(error.description.contains("certificate"), "\(error)")
    let url = try AMQPURL(parsing: "amqps://guest:guest@127.0.0.1:\(broker.tlsPort)?verify=verify_none")
    let connection = try Connection.open(url, name: "test", heartbeat: .seconds(10))
    connection.close()
  }

  @Test func `TLS to a plain port fails with a hint, and soon`() async throws {
    let broker = try await PrivateBroker.own
    let error = try await complaint(about: "amqps://guest:guest@localhost:\(broker.port)?verify=verify_none&connection_timeout=3000")
    #expect(error.code == .tls || error.code == .unreachable)
  }

  @Test func `a file of authorities that is not there is named`() async throws {
    let broker = try await PrivateBroker.own
    let error = try await complaint(about: "amqps://guest:guest@localhost:\(broker.tlsPort)?cacertfile=/nowhere/ca.pem")
    #expect(error.description == "the file /nowhere/ca.pem holds no certificate authorities that could be read")
  }

  @Test func `a virtual host that is not there is named`() async throws {
    let broker = try await PrivateBroker.own
    let error = try await complaint(about: "\(broker.url)/nowhere")
    #expect(error.code == .refusedLogin)
    #expect(error.description.contains("nowhere"), "\(error)")
  }

  @Test func `a wrong password is said so, and once it is right the consumer connects`() async throws {
    var world = try await World(on: PrivateBroker.own)
    let user = PrivateBroker.uniqueName("user")
    world.configuration.urls = [try AMQPURL(parsing: "amqp://\(user):open-sesame@127.0.0.1:\(world.broker.port)")]
    let consumer = try world.consumer()
    try await withServices(consumer) { [world] in
      await world.log.wait(for: "No connection to the broker, trying again")
      let health = await consumer.health()
      #expect(health.reason == "the broker at amqp://\(user)@127.0.0.1:\(world.broker.port) refused the user name or the password")
      try await world.broker.control("add_user", user, "open-sesame")
      try await world.broker.control("set_permissions", user, ".*", ".*", ".*")
      await world.log.wait(for: "Connected to the broker")
    }
    for line in world.log.all {
      #expect(!line.message.contains("sesame") && !line.metadata.values.contains { $0.contains("sesame") })
    }
    try world.remove()
    try await world.broker.control("delete_user", user)
  }
}
