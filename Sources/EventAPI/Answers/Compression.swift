import Hummingbird
import HummingbirdCore
import NIOCore

/// Sends bodies of text as gzip to clients that take it. A body whose length is not known beforehand is a stream, and is left as it is.
enum Compression {
  /// Below this the head is most of an answer.
  static let minimumBytes = 1024

  /// A representation that is coded has a tag of its own (RFC 9110, 8.8.3): `"5"` becomes `"5-gzip"`, which ``EntityTag`` takes for the same
  /// version in `If-Match` and `If-None-Match`.
  static let tagSuffix = "-gzip"

  static func apply(to response: inout Response, for request: Request) async throws {
    if response.status == .notModified { return tagNotModified(&response, for: request) }
    guard isCompressible(response), let length = response.body.contentLength, length > 0 else { return }
    response.headers.vary(on: "Accept-Encoding")
    let codings = AcceptedCodings(request.headers[values: .acceptEncoding].joined(separator: ","))
    guard codings.wantsGzip, length >= minimumBytes || !codings.takesIdentity else { return }
    let whole = CollectedBody()
    try await response.body.write(whole)
    guard let coded = Deflater.gzip(whole.bytes) else {
      response.body = ResponseBody(byteBuffer: whole.bytes)
      return
    }
    response.body = ResponseBody(byteBuffer: coded)
    response.headers[.contentLength] = String(coded.readableBytes)
    response.headers[.contentEncoding] = "gzip"
    if let tag = response.headers[.eTag], !tag.hasPrefix("W/"), tag.hasSuffix("\"") {
      response.headers[.eTag] = tag.dropLast() + tagSuffix + "\""
    }
  }

  /// What is not to be stored may hold a secret, and the length of compressed text that a stranger has a part in tells about the rest.
  private static func isCompressible(_ response: Response) -> Bool {
    guard response.headers[.contentEncoding] == nil, response.headers[.cacheControl]?.contains("no-store") != true else { return false }
    let type = ContentType(response.headers[.contentType] ?? "").essence
    return type.hasPrefix("text/") && type != "text/event-stream" || type == "application/json" || type.hasSuffix("+json")
  }

  /// 304 has the tag that the client would have got with a body: the one that it has.
  private static func tagNotModified(_ response: inout Response, for request: Request) {
    response.headers.vary(on: "Accept-Encoding")
    guard let tag = response.headers[.eTag], let known = request.headers[.ifNoneMatch], !known.contains(tag) else { return }
    let coded = tag.dropLast() + tagSuffix + "\""
    if known.contains(coded) { response.headers[.eTag] = String(coded) }
  }
}

/// Takes a body's parts together.
private final class CollectedBody: ResponseBodyWriter {
  private(set) var bytes = ByteBuffer()

  func write(_ part: ByteBuffer) async throws {
    if bytes.readableBytes == 0 {
      bytes = part
    } else {
      bytes.writeImmutableBuffer(part)
    }
  }

  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
