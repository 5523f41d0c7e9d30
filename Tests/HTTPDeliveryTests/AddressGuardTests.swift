import Fanfare
import HTTPDelivery
import Testing

@Suite struct AddressGuardTests {
  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.254", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
    "e000::1",
  ])
  func `special addresses are refused`(text: String) throws {
    let address = try #require(IPAddress(text))
    guard case .refused(let kind) = AddressGuard().verdict(for: address) else {
      Issue.record("\(text) is allowed")
      return
    }
    #expect(!kind.isEmpty)
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
    "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
    "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1", "2001:200::1",
  ])
  func `public addresses are allowed, those beside special networks too`(text: String) throws {
    #expect(AddressGuard().verdict(for: try #require(IPAddress(text))) == .allowed)
  }

  @Test func `a network that the operator allows is allowed, its neighbours and the rest are not`() throws {
    let guarded = AddressGuard(allowing: [try CIDR(parsing: "10.1.0.0/16"), try CIDR(parsing: "fd12::/16")])
    func isAllowed(_ text: String) throws -> Bool { guarded.verdict(for: try #require(IPAddress(text))) == .allowed }
    #expect(try isAllowed("10.1.255.255"))
    #expect(try isAllowed("::ffff:10.1.2.3"))
    #expect(try isAllowed("64:ff9b::a01:203"))
    #expect(try isAllowed("fd12::1"))
    #expect(try !isAllowed("10.2.0.0"))
    #expect(try !isAllowed("10.0.255.255"))
    #expect(try !isAllowed("fd13::1"))
    #expect(try !isAllowed("127.0.0.1"))
  }

  @Test func `everything of a family can be allowed`() throws {
    #expect(AddressGuard(allowing: [try CIDR(parsing: "0.0.0.0/0")]).verdict(for: try #require(IPAddress("127.0.0.1"))) == .allowed)
    #expect(AddressGuard(allowing: [try CIDR(parsing: "::/0")]).verdict(for: try #require(IPAddress("::1"))) == .allowed)
    #expect(AddressGuard(allowing: [try CIDR(parsing: "0.0.0.0/0")]).verdict(for: try #require(IPAddress("::1"))) != .allowed)
  }

  @Test func `a refusal says what the address is`() throws {
    #expect(AddressGuard().verdict(for: try #require(IPAddress("192.168.7.1"))) == .refused("a private address (192.168.0.0/16)"))
    #expect(AddressGuard().verdict(for: try #require(IPAddress("fe80::1"))) == .refused("a link-local address (fe80::/10)"))
  }
}
