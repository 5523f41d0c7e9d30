import Hummingbird

extension Response {
  /// The answer to HEAD: the same headers, `Content-Length` only where GET has it.
  var withoutBody: Response {
    var head = Response(status: status)
    head.headers = headers
    return head
  }
}
