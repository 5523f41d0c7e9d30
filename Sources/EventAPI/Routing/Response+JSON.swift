import Fanfare
import Hummingbird

extension Response {
  /// A JSON document, as it is.
  static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields()) -> Response {
    var headers = headers
    headers[.contentType] = "application/json"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
    json(value.bytes, status: status)
  }

  static func text(_ text: String, type: String, headers: HTTPFields = HTTPFields()) -> Response {
    var headers = headers
    headers[.contentType] = type
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
