@testable import Fanfare

extension FuzzTarget {
  static let texts = [address, timestamp, duration]

  private static let address = FuzzTarget(
    "address", words: ["127.0.0.1", "::1", "/8", "/128", "10.0.0.0/8", "fd00::/8", "0x7f.1", "::ffff:", "64:ff9b::", "%", "[", "]"]
  ) { input in
    let text = input.asText
    if let address = IPAddress(text) {
      try hold(IPAddress(address.description) == address, "\(address) reads back as another")
      try hold(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(text.debugDescription) is taken for \(address)")
    }
    if let network = try? CIDR(parsing: text) {
      try hold((try? CIDR(parsing: network.description)) == network && network.contains(network.address), "\(network) is another")
    }
    _ = IPAddress(urlHost: text)
  }

  private static let timestamp = FuzzTarget(
    "timestamp",
    words: [
      "2021-10-15T15:07:39Z", ".000000001", "+23:59", "-00:00", "1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z", ":60",
    ]
  ) { input in
    guard let instant = Timestamp(rfc3339: input.asText) else { return }
    try hold(Timestamp(rfc3339: instant.rfc3339) == instant, "\(input.asText) is \(instant.rfc3339), which is another")
  }

  private static let duration = FuzzTarget("duration", words: ["10s", "5m", "2h", "30d", "250ms", "9223372036854775807ns", "0"]) { input in
    guard let duration = Duration(text: input.asText) else { return }
    try hold(duration >= .zero && Duration(text: duration.text) == duration, "\(input.asText) is \(duration.text), which is another")
  }
}
