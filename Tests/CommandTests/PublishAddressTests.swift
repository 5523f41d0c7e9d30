import AMQPSource
import Fanfare
import Testing

@testable import fanfare

@Suite struct PublishAddressTests {
  private let address = PublishAddress(exchanges: ["inventory.events", "state.events", "platform.events"])

  private func message(_ line: String, _ address: PublishAddress? = nil) throws -> PublishMessage {
    try (address ?? self.address).message(for: Array(line.utf8))
  }

  @Test func `an event goes to the exchange of its side, with its type as the routing key and its id as the message's`() throws {
    let line = #"{"id":"e-1","type":"UPLOAD_INVENTORY_APPLICATION","inventory_project":"libs"}"#
    let inventory = try message(line)
    #expect(inventory.exchange == "inventory.events")
    #expect(inventory.routingKey == "upload.inventory.application")
    #expect(inventory.messageID == "e-1")
    #expect(inventory.body == Array(line.utf8))
    #expect(try message(#"{"type":"NEW_INVENTORY_APPLICATION","inventory_namespace":"libs"}"#).exchange == "inventory.events")
    #expect(try message(#"{"type":"ADD_BUILD","state_project":"shop"}"#).exchange == "state.events")
    let platform = try message(#"{"type":"USER_SIGNUP"}"#)
    #expect(platform.exchange == "platform.events")
    #expect(platform.messageID == nil)
  }

  @Test func `what the flags say goes before what the event says`() throws {
    var address = address
    address.exchange = "mine"
    address.routingKey = "key"
    let message = try message(#"{"type":"USER_SIGNUP"}"#, address)
    #expect(message.exchange == "mine")
    #expect(message.routingKey == "key")
  }

  @Test func `an exchange that the service does not read is not chosen`() throws {
    let message = try message(#"{"type":"USER_SIGNUP"}"#, PublishAddress(exchanges: ["only"]))
    #expect(message.exchange == "only")
  }

  @Test func `an array of events is one message, addressed by its first`() throws {
    let message = try message(#"[{"id":"a","type":"ADD_BUILD","state_project":"p"},{"type":"USER_SIGNUP"}]"#)
    #expect(message.exchange == "state.events")
    #expect(message.routingKey == "add.build")
    #expect(message.messageID == nil)
  }

  @Test(arguments: ["", "{", "{\"a\":1}}", "nonsense", "{\"a\":01}", "12", "\"text\"", "null", "[]", "[1]", "[{},2]"])
  func `a line that is no event is refused`(line: String) {
    #expect(throws: (any Error).self) { try message(line) }
  }

  @Test func `a raw line goes as it is, JSON or not`() throws {
    var address = address
    address.isRaw = true
    let message = try message("this is not JSON", address)
    #expect(message.body == Array("this is not JSON".utf8))
    #expect(message.exchange == "inventory.events")
  }
}
