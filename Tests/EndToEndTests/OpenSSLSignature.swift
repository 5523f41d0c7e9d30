import Foundation
import Testing

/// HMAC by an implementation that is not ours.
func hmac(_ text: String, secret: String) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/openssl")
  let key = try #require(Data(base64Encoded: String(secret.dropFirst("whsec_".count))))
  process.arguments = [
    "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + key.map { String(format: "%02x", $0) }.joined(), "-binary",
  ]
  let (input, output) = (Pipe(), Pipe())
  process.standardInput = input
  process.standardOutput = output
  try process.run()
  try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  try input.fileHandleForWriting.close()
  let digest = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return digest.base64EncodedString()
}

extension Receiver.Arrival {
  /// What a secret's part of the signature must be, reckoned by OpenSSL.
  func signature(with secret: String) throws -> String {
    "v1," + (try hmac("\(delivery).\(headers["webhook-timestamp"] ?? "").\(String(decoding: body, as: UTF8.self))", secret: secret))
  }
}
