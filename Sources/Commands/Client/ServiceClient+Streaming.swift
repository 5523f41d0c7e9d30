import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A response that could not be had.
struct OpeningFailure: Error, CustomStringConvertible {
  let description: String
  /// Whether the same request may well succeed in a while.
  let isRetriable: Bool
}

extension ServiceClient {
  /// Begins a request whose answer is read as it comes.
  func open(_ path: [String], query: [(String, String)], headers: HTTPHeaders = [:]) async throws(OpeningFailure) -> HTTPClientResponse {
    let request = request(.GET, path, query: query, headers: headers)
    let response: HTTPClientResponse
    do {
      response = try await http.execute(request, timeout: .seconds(60))
      if (200..<300).contains(response.status.code) { return response }
    } catch {
      throw OpeningFailure(
        description: "\(base) cannot be reached: \(Self.reason(for: error)); is the service running there?", isRetriable: true)
    }
    let status = Int(response.status.code)
    let body = (try? await response.body.collect(upTo: 1 << 20)).map { Array($0.readableBytesView) } ?? []
    throw OpeningFailure(
      description: Self.refusal(status: status, body).description, isRetriable: status >= 500 || status == 429 || status == 408)
  }
}
