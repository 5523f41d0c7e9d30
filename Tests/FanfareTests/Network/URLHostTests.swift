import Fanfare
import Testing

/// Addresses as hosts of URLs spell them.
@Suite struct URLHostTests {
  @Test(arguments: ["127.0.0.1\0", "127.0.0.1\0.example.com", "::1\0", "\0"])
  func `a text with a NUL in it is no address`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"),
    ("0x7f.1", "127.0.0.1"), ("0X7F000001", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("0", "0.0.0.0"), ("0x", "0.0.0.0"),
    ("10.65536", "10.1.0.0"), ("192.168.257", "192.168.1.1"), ("4294967295", "255.255.255.255"), ("[::1]", "::1"),
    ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"), ("[fe80::1%25eth0]", "fe80::1"), ("[0:0:0:0:0:0:0:1]", "::1"),
  ])
  func `every spelling is the same address`(host: String, address: String) throws {
    #expect(try IPAddress(urlHost: host) == #require(IPAddress(address)))
  }

  @Test(arguments: [
    "", ".", "localhost", "example.com", "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "1.65536.1", "4294967296", "08.1.1.1", "0x1g", "1..2",
    "-1", "+1", "1.2.3.a", "[127.0.0.1", "[example]", "::1", "①②⑦.0.0.1", "99999999999999999999",
  ])
  func `what is a name, or nothing, is no address`(host: String) {
    #expect(IPAddress(urlHost: host) == nil)
  }
}
