import AsyncHTTPClient
import EventAPI
import Fanfare
import NIOCore
import NIOHTTP1

/// Gets the document at `auth.jwt.jwksUrl`: one GET with a client of its own, since that is once an hour.
struct JWKSFetch: Sendable {
  let url: String
  /// How long a connection, and each part of the answer, may be waited for; the whole may take twice as long.
  var patience = Duration.seconds(5)

  /// - Throws: a sentence for everything but a whole answer of 200.
  func response() async throws -> JWKSResponse {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(patience), read: TimeAmount(patience)))
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<JWKSResponse, any Error>
    do {
      result = .success(try await get(with: client))
    } catch {
      result = .failure(error)
    }
    try await client.shutdown()
    return try result.get()
  }

  /// A URL without what may be secret in it.
  static func publicName(of url: String) -> String { String(url.prefix { $0 != "?" && $0 != "#" }).maskingPasswords }

  private func get(with client: HTTPClient) async throws -> JWKSResponse {
    var request = HTTPClientRequest(url: url)
    request.headers = ["Accept": "application/jwk-set+json, application/json", "User-Agent": "Fanfare/\(FanfareCommand.version)"]
    do {
      let response = try await client.execute(request, timeout: TimeAmount(patience * 2))
      guard response.status == .ok else { throw SentenceError("it answered \(response.status.code)") }
      let body = try await response.body.collect(upTo: JWKSEndpoint.maximumBytes)
      return JWKSResponse(
        body: Array(body.readableBytesView), cacheControl: response.headers[canonicalForm: "cache-control"].joined(separator: ","))
    } catch is NIOTooManyBytesError {
      throw SentenceError("its answer is longer than 1 MiB")
    } catch {
      throw SentenceError("\(ServiceClient.reason(for: error))")
    }
  }
}
