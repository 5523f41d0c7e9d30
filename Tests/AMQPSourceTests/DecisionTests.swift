import CRabbitMQ
import Fanfare
import Glibc
import Testing

@testable import AMQPSource

struct BackoffTests {
  @Test func `waits double up to fifteen seconds, each in the upper half of its step`() {
    var backoff = Backoff()
    var generator = SystemRandomNumberGenerator()
    for step in [200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000, 15_000] {
      let wait = backoff.next(using: &generator)
      #expect((Duration.milliseconds(step / 2)...Duration.milliseconds(step)).contains(wait))
    }
    backoff.reset()
    #expect(backoff.next(using: &generator) <= .milliseconds(200))
  }

  @Test func `all URLs are tried before anybody waits`() throws {
    let urls = try AMQPURL.list(parsing: "amqp://a,amqp://b,amqp://c")
    var reconnector = Reconnector(urls: urls)
    var waits: [Bool] = []
    var hosts: [String] = []
    for _ in 0..<6 {
      hosts.append(reconnector.url.host)
      waits.append(reconnector.delay(afterFailureOfConnectionHeldFor: .zero) > .zero)
    }
    #expect(hosts == ["a", "b", "c", "a", "b", "c"])
    #expect(waits == [false, false, true, false, false, true])
  }
}

struct ConfirmWindowTests {
  private func window(of count: Int, limit: Int = 10) -> ConfirmWindow<Int> {
    var window = ConfirmWindow<Int>(limit: limit)
    for number in 1...count { window.published(number) }
    return window
  }

  @Test func `a multiple confirm settles everything up to it once, and single ones in any order`() {
    var window = window(of: 5)
    var settled: [Int] = []
    window.confirmed(upTo: 3, isMultiple: false, isRefusal: false) { entry, _ in settled.append(entry) }
    #expect(window.outstanding == 4)
    window.confirmed(upTo: 4, isMultiple: true, isRefusal: false) { entry, _ in settled.append(entry) }
    #expect(settled == [3, 1, 2, 4])
    window.confirmed(upTo: 4, isMultiple: true, isRefusal: false) { entry, _ in settled.append(entry) }
    window.confirmed(upTo: 99, isMultiple: true, isRefusal: false) { entry, _ in settled.append(entry) }
    #expect(settled == [3, 1, 2, 4])
    #expect(window.outstanding == 1)
  }

  @Test func `a returned message is returned although it is confirmed, and a refused one is refused`() {
    var window = window(of: 4)
    window.returned(because: "312 NO_ROUTE") { $0 == 2 }
    window.returned(because: "312 NO_ROUTE") { $0 == 4 }
    var outcomes: [Int: PublishOutcome] = [:]
    window.confirmed(upTo: 2, isMultiple: true, isRefusal: false) { outcomes[$0] = $1 }
    window.confirmed(upTo: 3, isMultiple: false, isRefusal: true) { outcomes[$0] = $1 }
    window.confirmed(upTo: 4, isMultiple: false, isRefusal: false) { outcomes[$0] = $1 }
    #expect(outcomes[1] == .confirmed)
    #expect(outcomes[2] == .returned("312 NO_ROUTE"))
    #expect(outcomes[3] == .refused("the broker could not store it"))
    #expect(outcomes[4] == .returned("312 NO_ROUTE"))
  }

  @Test func `equal messages that come back are told apart by their order`() {
    var window = window(of: 4)
    window.returned(because: "first") { _ in true }
    window.returned(because: "second") { _ in true }
    var outcomes: [PublishOutcome] = []
    window.confirmed(upTo: 4, isMultiple: true, isRefusal: false) { outcomes.append($1) }
    #expect(outcomes == [.returned("first"), .returned("second"), .confirmed, .confirmed])
  }

  @Test func `the window is full at its limit, and tags go on for ever`() {
    var window = window(of: 10)
    #expect(!window.hasRoom)
    var settled: [Int] = []
    for number in 11...1000 {
      window.confirmed(upTo: UInt64(number - 10), isMultiple: false, isRefusal: false) { entry, _ in settled.append(entry) }
      #expect(window.hasRoom)
      window.published(number)
    }
    window.confirmed(upTo: 1000, isMultiple: true, isRefusal: false) { entry, _ in settled.append(entry) }
    #expect(settled == Array(1...1000))
  }
}

struct TopologyFaultTests {
  private func sentence(_ kind: TopologyFault.Kind, _ name: String, _ code: Int, _ text: String) -> String {
    TopologyFault(kind, name, refusedWith: AMQPError(.closedByBroker, native: code, text)).description
  }

  @Test func `a difference is named with what is there, what is expected and what to do`() {
    #expect(
      sentence(
        .exchange, "x", 406,
        "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'x' in vhost '/': received 'topic' but current is 'direct'")
        == "The exchange \"x\" exists with type direct, and Fanfare expects topic: delete it, or set amqp.exchanges to another name")
    #expect(
      sentence(
        .queue, "q", 406,
        "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': received the value 'quorum' of type 'longstr' but current is none"
      )
      .hasPrefix("The queue \"q\" exists with x-queue-type classic, and Fanfare expects quorum: "))
    #expect(
      sentence(
        .queue, "q", 406,
        "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '60000' of type 'signedint'"
      ).hasPrefix("The queue \"q\" exists with x-message-ttl 60000, and Fanfare expects none: "))
  }

  @Test func `a text that nobody has seen yet is passed on`() {
    #expect(
      sentence(.queue, "q", 406, "PRECONDITION_FAILED - new reason")
        == "The queue \"q\" cannot be declared: PRECONDITION_FAILED - new reason")
  }
}

struct FieldTableTests {
  @Test func `every type of field becomes exact JSON`() {
    var entries: [amqp_table_entry_t] = []
    func add(_ kind: amqp_field_value_kind_t, _ set: (inout amqp_field_value_t) -> Void) {
      var value = amqp_field_value_t()
      value.kind = UInt8(kind.rawValue)
      set(&value)
      entries.append(amqp_table_entry_t(key: amqp_cstring_bytes(keys[entries.count]), value: value))
    }
    let keys = (0..<20).map { UnsafePointer(strdup("k\($0)")!) }
    defer { for key in keys { free(UnsafeMutablePointer(mutating: key)) } }
    var raw: [UInt8] = [0xFF, 0xFE, 0x00]
    raw.withUnsafeMutableBytes { raw in
      add(AMQP_FIELD_KIND_I8) { $0.value.i8 = -128 }
      add(AMQP_FIELD_KIND_U8) { $0.value.u8 = 255 }
      add(AMQP_FIELD_KIND_I16) { $0.value.i16 = -32768 }
      add(AMQP_FIELD_KIND_U16) { $0.value.u16 = 65535 }
      add(AMQP_FIELD_KIND_I32) { $0.value.i32 = .min }
      add(AMQP_FIELD_KIND_U32) { $0.value.u32 = .max }
      add(AMQP_FIELD_KIND_I64) { $0.value.i64 = .min }
      add(AMQP_FIELD_KIND_U64) { $0.value.u64 = .max }
      add(AMQP_FIELD_KIND_F32) { $0.value.f32 = 0.1 }
      add(AMQP_FIELD_KIND_F64) { $0.value.f64 = 0.1 }
      add(AMQP_FIELD_KIND_F64) { $0.value.f64 = .infinity }
      add(AMQP_FIELD_KIND_DECIMAL) { $0.value.decimal = amqp_decimal_t(decimals: 3, value: 12) }
      add(AMQP_FIELD_KIND_DECIMAL) { $0.value.decimal = amqp_decimal_t(decimals: 2, value: 12345) }
      add(AMQP_FIELD_KIND_TIMESTAMP) { $0.value.u64 = 1_700_000_000 }
      add(AMQP_FIELD_KIND_VOID) { _ in }
      add(AMQP_FIELD_KIND_BYTES) { $0.value.bytes = amqp_bytes_t(len: 3, bytes: raw.baseAddress) }
      add(AMQP_FIELD_KIND_UTF8) { $0.value.bytes = amqp_bytes_t(len: 1, bytes: raw.baseAddress) }
      add(AMQP_FIELD_KIND_BOOLEAN) { $0.value.boolean = 1 }
      let value = entries.withUnsafeMutableBufferPointer {
        JSONValue(amqp_table_t(num_entries: Int32($0.count), entries: $0.baseAddress))
      }
      let numbers = [
        "-128", "255", "-32768", "65535", "-2147483648", "4294967295", "-9223372036854775808", "18446744073709551615", "0.1", "0.1",
      ]
      let expected: [JSONValue] =
        numbers.map { .number($0) } + [
          "inf", .number("0.012"), .number("123.45"), .number("1700000000"), .null, "//4A", "/w==", true,
        ]
      for (index, element) in expected.enumerated() { #expect(value["k\(index)"] == element) }
    }
  }

  @Test func `tables that nest without end are cut off`() {
    var arena = Arena()
    var value: JSONValue = "bottom"
    for _ in 0..<500 { value = .object([.init("t", value)]) }
    var read = JSONValue(arena.table(value))
    var depth = 0
    while let next = read["t"] {
      read = next
      depth += 1
    }
    #expect(read.isNull)
    #expect((60...70).contains(depth))
  }
}

struct PublishMessageTests {
  @Test func `what AMQP cannot carry is refused before it breaks the connection`() {
    let long = String(repeating: "x", count: 256)
    #expect(PublishMessage(exchange: long, routingKey: "", body: []).fault == "the exchange is longer than 255 bytes")
    #expect(PublishMessage(exchange: "", routingKey: long, body: []).fault == "the routing key is longer than 255 bytes")
    #expect(PublishMessage(exchange: "", routingKey: "", body: [], messageID: long).fault == "the message id is longer than 255 bytes")
    #expect(PublishMessage(exchange: "", routingKey: "", body: [], headers: [1]).fault == "the headers are not an object")
    let nested: JSONValue = ["list": .array([.object([.init(long, 1)])])]
    #expect(
      PublishMessage(exchange: "", routingKey: "", body: [], headers: nested).fault == "the name of a header is longer than 255 bytes")
    let large: JSONValue = ["x": .string(String(repeating: "y", count: 100_000))]
    #expect(PublishMessage(exchange: "", routingKey: "", body: [], headers: large).fault == "the headers are larger than 100,000 bytes")
    #expect(PublishMessage(exchange: "", routingKey: String(long.dropLast()), body: [], headers: ["a": 1]).fault == nil)
  }
}
