import Fanfare
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `the standard's vectors hold both ways`(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm9v Zg=", "Zm9-", "Zg==Zg==", "=Zg=", "Zé=="])
  func `text that is not canonical is refused`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func `all bytes come back`() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for count in [1, 2, 3, 255, 256, 1_000] { #expect(Base64.decode(Base64.encode(bytes.prefix(count))) == Array(bytes.prefix(count))) }
  }
}
