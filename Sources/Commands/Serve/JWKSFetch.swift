import AsyncHTTPClient
import EventAPI
import Fanfare
import NIOCore
import NIOHTTP1

/// Gets the document at `auth.jwt.jwksUrl`: one GET with a client of its own, since that is once an hour.
struct JWKSFetch: Sendable {
  let url: String

  /// - Throws: a sentence for everything but a whole answer of 200.
  func response() async throws -> JWKSResponse {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(5)))
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
      let response = try await client.execute(request, timeout: .seconds(10))
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
