import Fanfare
import Testing

@Suite struct CIDRTests {
  @Test(arguments: [
    ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("192.168.1.7", "192.168.1.7/32"), ("fd00::/8", "fd00::/8"),
    ("2001:DB8:0:0::/32", "2001:db8::/32"), ("::1", "::1/128"),
  ])
  func `networks are read`(text: String, shown: String) throws {
    #expect(try CIDR(parsing: text).description == shown)
  }

  @Test(arguments: [
    ("10.0.0.5/8", "\"10.0.0.5/8\" has bits set beyond its prefix; write 10.0.0.0/8 for the whole network or 10.0.0.5/32 for one address"),
    ("10.0.0.0/33", "\"10.0.0.0/33\" is not a network: the prefix \"33\" must be a number from 0 to 32"),
    ("fd00::/129", "\"fd00::/129\" is not a network: the prefix \"129\" must be a number from 0 to 128"),
    ("10.0.0.0/", "\"10.0.0.0/\" is not a network: the prefix \"\" must be a number from 0 to 32"),
    ("10.0.0.0/-1", "\"10.0.0.0/-1\" is not a network: the prefix \"-1\" must be a number from 0 to 32"),
    ("10.0.0.0/+8", "\"10.0.0.0/+8\" is not a network: the prefix \"+8\" must be a number from 0 to 32"),
    ("10.1/16", "\"10.1/16\" is not a network: \"10.1\" is neither an IPv4 nor an IPv6 address"),
    ("localhost", "\"localhost\" is not a network: \"localhost\" is neither an IPv4 nor an IPv6 address"),
    ("", "\"\" is not a network: \"\" is neither an IPv4 nor an IPv6 address"),
    ("fe80::1%eth0/128", "\"fe80::1%eth0/128\" is not a network: \"fe80::1%eth0\" is neither an IPv4 nor an IPv6 address"),
  ])
  func `what is not a network is refused with a sentence`(text: String, sentence: String) throws {
    let error = #expect(throws: CIDR.ParseError.self) { try CIDR(parsing: text) }
    #expect(error?.description == sentence)
  }
}
