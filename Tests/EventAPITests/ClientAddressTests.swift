import Fanfare
import Testing

@testable import enum EventAPI.ClientAddress

@Suite struct ClientAddressTests {
  private func client(_ peer: String?, _ forwarded: [String], proxies: [String]) throws -> String? {
    let proxies = try proxies.map { try CIDR(parsing: $0) }
    return ClientAddress.decide(peer: try peer.map { try #require(IPAddress($0)) }, forwarded: forwarded, proxies: proxies)?.description
  }

  @Test func `without trusted proxies nobody's word is taken`() throws {
    #expect(try client("203.0.113.7", ["10.0.0.1"], proxies: []) == "203.0.113.7")
    #expect(try client("127.0.0.1", ["10.0.0.1"], proxies: []) == "127.0.0.1")
  }

  @Test func `a client that is no proxy cannot name another`() throws {
    #expect(try client("203.0.113.7", ["8.8.8.8"], proxies: ["10.0.0.0/8"]) == "203.0.113.7")
  }

  @Test(arguments: [
    // What the proxy says, after what the client made up.
    (["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
    // Several headers are one list.
    (["1.1.1.1", "203.0.113.7"], "203.0.113.7"),
    // Proxies behind proxies, and a client that claims to be one.
    (["10.9.9.9, 203.0.113.7, 10.0.0.2,10.0.0.3"], "203.0.113.7"),
    // Everybody on the way is trusted: the first one asked.
    (["10.0.0.4, 10.0.0.2"], "10.0.0.4"),
    ([], "10.0.0.1"), ([""], "10.0.0.1"), (["unknown"], "10.0.0.1"), (["203.0.113.7, unknown"], "10.0.0.1"),
    (["203.0.113.7,"], "10.0.0.1"), (["203.0.113.7, 10.0.0.2, _hidden"], "10.0.0.1"), (["203.0.113.7, nonsense, 10.0.0.2"], "10.0.0.2"),
    (["203.0.113.7:4711"], "203.0.113.7"), (["203.0.113.7:"], "10.0.0.1"), (["203.0.113.7:99999"], "10.0.0.1"), (["203.0.113"], "10.0.0.1"),
    (["2001:db8::7"], "2001:db8::7"), (["[2001:db8::7]"], "2001:db8::7"), (["[2001:db8::7]:443"], "2001:db8::7"),
    (["[2001:db8::7"], "10.0.0.1"), (["[2001:db8::7]x"], "10.0.0.1"), (["[10.0.0.9]"], "10.0.0.1"), (["::ffff:203.0.113.7"], "203.0.113.7"),
  ])
  func `a trusted proxy's word is taken, as far as it is one`(forwarded: [String], expected: String) throws {
    #expect(try client("10.0.0.1", forwarded, proxies: ["10.0.0.0/8"]) == expected)
  }

  @Test func `a proxy that reaches an IPv6 listener over IPv4 is the same proxy`() throws {
    #expect(try client("::ffff:10.0.0.1", ["203.0.113.7"], proxies: ["10.0.0.0/8"]) == "203.0.113.7")
    #expect(try client("2001:db8::1", ["203.0.113.7"], proxies: ["2001:db8::/64"]) == "203.0.113.7")
    #expect(try client(nil, ["203.0.113.7"], proxies: ["0.0.0.0/0"]) == nil)
  }
}
