import AMQPSource
import Testing

struct AMQPURLTests {
  @Test func `a bare URL has the defaults of every broker`() throws {
    let url = try AMQPURL(parsing: "amqp://")
    #expect(url.host == "localhost")
    #expect(url.port == 5672)
    #expect(url.user == "guest")
    #expect(url.password == "guest")
    #expect(url.virtualHost == "/")
    #expect(url.tls == nil)
    #expect(url.heartbeat == nil)
  }

  @Test func `all parts are read and percent-decoded`() throws {
    let url = try AMQPURL(parsing: "amqp://us%40er:p%3Ass%2F%25@broker.example:5673/team%2Fone?heartbeat=7&connection_timeout=1500")
    #expect(url.user == "us@er")
    #expect(url.password == "p:ss/%")
    #expect(url.host == "broker.example")
    #expect(url.port == 5673)
    #expect(url.virtualHost == "team/one")
    #expect(url.heartbeat == .seconds(7))
    #expect(url.connectionTimeout == .milliseconds(1500))
  }

  @Test(arguments: [
    ("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/%2F", "/"), ("amqp://h/%2f", "/"), ("amqp://h//", "/"), ("amqp://h/a", "a"),
  ])
  func `the virtual host`(text: String, expected: String) throws {
    #expect(try AMQPURL(parsing: text).virtualHost == expected)
  }

  @Test func `amqps has its own port and checks the peer`() throws {
    let url = try AMQPURL(
      parsing: "amqps://[2001:db8::1]?cacertfile=/etc/ca.pem&server_name_indication=broker&certfile=/c.pem&keyfile=/k.pem")
    #expect(url.port == 5671)
    #expect(url.host == "2001:db8::1")
    let tls = try #require(url.tls)
    #expect(tls.verifiesPeer)
    #expect(tls.authorityFile == "/etc/ca.pem")
    #expect(tls.serverName == "broker")
    #expect(tls.certificateFile == "/c.pem")
    #expect(tls.keyFile == "/k.pem")
    #expect(try AMQPURL(parsing: "amqps://h?verify=verify_none").tls?.verifiesPeer == false)
    #expect(try AMQPURL(parsing: "amqps://[::1]:99").port == 99)
  }

  @Test func `nothing that describes a URL shows the password`() throws {
    let url = try AMQPURL(parsing: "amqp://me:sesame%21@[::1]:5000/v%2Fh?heartbeat=5")
    #expect(url.description == "amqp://me@[::1]:5000/v%2Fh")
    var dumped = ""
    dump(url, to: &dumped)
    dump(AMQPConfiguration(urls: [url]), to: &dumped)
    for text in ["\(url)", String(reflecting: url), dumped, "\(AMQPConfiguration(urls: [url]))"] {
      #expect(!text.contains("sesame"))
    }
  }

  @Test(arguments: [
    ("http://h", "\"http\" is not a scheme of an AMQP URL; allowed are amqp and amqps"),
    ("h:5672", "an AMQP URL begins with amqp:// or amqps://"),
    ("amqp://h:x", "\"x\" is not a port"), ("amqp://h:0", "\"0\" is not a port"), ("amqp://h:65536", "\"65536\" is not a port"),
    ("amqp://[::1", "the IPv6 address lacks its closing bracket"),
    ("amqp://u:secret%4@h", "the password has a % that two hexadecimal digits do not follow"),
    ("amqp://u:secret%FF@h", "the password is not UTF-8"),
    ("amqp://u:secret%00@h", "the password has a zero byte"),
    ("amqp://h?heartbeat=soon", "\"soon\" is not a value of heartbeat; allowed are 1 to 3600 seconds"),
    ("amqp://h?heartbeat=0", "\"0\" is not a value of heartbeat"),
    ("amqp://h?colour=red", "the option \"colour\" is unknown"),
    ("amqp://h?heartbeat", "the option \"heartbeat\" has no value"),
    ("amqp://h?cacertfile=/x", "the option cacertfile is for amqps://"),
    ("amqps://h?verify=maybe", "allowed are verify_peer and verify_none"),
    ("amqps://h?certfile=/x", "keyfile is missing"),
    ("amqp://u:se#cret@h", "has no fragment"),
  ])
  func `an error names what is wrong and keeps the password`(text: String, sentence: String) {
    let error = #expect(throws: AMQPURLError.self) { try AMQPURL(parsing: text) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("cret") == false)
  }

  @Test func `a list is read in its order, and an empty place in it is an error`() throws {
    #expect(try AMQPURL.list(parsing: "amqp://a, amqps://b").map(\.host) == ["a", "b"])
    #expect(throws: AMQPURLError.self) { try AMQPURL.list(parsing: "amqp://a,,amqp://b") }
    #expect(throws: AMQPURLError.self) { try AMQPURL.list(parsing: "") }
  }
}
