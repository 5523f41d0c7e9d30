import Fanfare
import Testing

@testable import HTTPDelivery

/// What can be said of a URL before anything is sent to it.
@Suite struct LiteralAddressTests {
  private func refusal(_ url: String, allowing networks: [String] = []) throws -> String? {
    AddressGuard(allowing: try networks.map { try CIDR(parsing: $0) }).refusal(ofHostIn: url).map { "\($0) is \($1)" }
  }

  @Test(arguments: [
    "http://127.0.0.1/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://127.0.0.1./",
    "http://[::1]/", "http://[::ffff:127.0.0.1]:8080/", "http://[64:ff9b::7f00:1]/", "http://0.0.0.0", "http://169.254.169.254/latest",
    "HTTPS://10.0.0.1:8443/x?y", "http://224.0.0.1/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://localhost/",
    "http://LOCALHOST.:80/", "http://api.localhost/", "http://user@127.0.0.1/", "http://10.1?x",
  ])
  func `an address that the guard refuses is refused by name`(url: String) throws {
    #expect(try refusal(url) != nil)
  }

  @Test(arguments: [
    "http://example.com/", "https://1.1.1.1/", "https://[2606:4700::1111]/", "http://localhost.example.com/",
    "http://127.0.0.1.example.com",
    "http://notlocalhost/", "http://10.0.0.256/",
  ])
  func `public addresses are let through, and names are left to DNS`(url: String) throws {
    #expect(try refusal(url) == nil)
  }

  @Test func `what the operator allows is let through, and localhost if one of its addresses is`() throws {
    #expect(try refusal("http://10.1.2.3/", allowing: ["10.1.0.0/16"]) == nil)
    #expect(try refusal("http://10.2.2.3/", allowing: ["10.1.0.0/16"]) != nil)
    #expect(try refusal("http://localhost/", allowing: ["127.0.0.0/8"]) == nil)
    #expect(try refusal("http://localhost/", allowing: ["::1/128"]) == nil)
    #expect(try refusal("http://localhost/", allowing: ["10.0.0.0/8"]) != nil)
  }
}
