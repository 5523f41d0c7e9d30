import CCurl

/// libcurl's handle for one transfer at a time; cleaned up with its owner, which must have taken it out of the multi handle by then.
struct EasyHandle: ~Copyable {
  let pointer: UnsafeMutableRawPointer

  init() throws {
    guard let pointer = curl_easy_init() else { throw CurlError(call: "curl_easy_init", reason: "out of memory") }
    self.pointer = pointer
  }

  deinit { curl_easy_cleanup(pointer) }

  func set(_ option: CURLoption, _ value: Int) {
    check(fanfare_easy_set_long(pointer, option, value), option)
  }

  /// libcurl copies the text.
  func set(_ option: CURLoption, _ text: String) {
    check(fanfare_easy_set_string(pointer, option, text), option)
  }

  /// libcurl keeps the pointer only: what it points to must live until the transfer has ended.
  func set(_ option: CURLoption, borrowing memory: UnsafeRawPointer?) {
    check(fanfare_easy_set_pointer(pointer, option, memory), option)
  }

  /// Options are set to values of ours, never to input, except the URL, whose faults come up when it is used. So a failure is a bug.
  private func check(_ code: CURLcode, _ option: CURLoption) {
    precondition(code == CURLE_OK, "libcurl refuses option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))")
  }
}
