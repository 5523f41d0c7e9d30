import CCurl
import Glibc

/// A `curl_slist` over one buffer, filled anew for each transfer without allocating.
///
/// libcurl reads the list while the transfer runs and frees nothing of it; buffer and nodes belong to this value.
struct HeaderList: ~Copyable {
  private var text: UnsafeMutableRawBufferPointer
  private var nodes: UnsafeMutableBufferPointer<curl_slist>

  init() {
    text = .allocate(byteCount: 1024, alignment: 1)
    nodes = .allocate(capacity: 16)
  }

  deinit {
    text.deallocate()
    nodes.deallocate()
  }

  /// Lays out the lines of `block`. The result is valid until the next call; nil if there are no lines.
  mutating func fill(_ block: HeaderBlock) -> UnsafeMutablePointer<curl_slist>? {
    if text.count < block.lines.count {
      text.deallocate()
      text = .allocate(byteCount: block.lines.count * 2, alignment: 1)
    }
    if nodes.count < block.count {
      nodes.deallocate()
      nodes = .allocate(capacity: block.count * 2)
    }
    guard let start = text.baseAddress, let first = nodes.baseAddress, block.count > 0 else { return nil }
    text.copyBytes(from: block.lines)
    var line = start.assumingMemoryBound(to: CChar.self)
    for index in 0..<block.count {
      let isLast = index == block.count - 1
      (first + index).initialize(to: curl_slist(data: line, next: isLast ? nil : first + index + 1))
      // Each line ends with a NUL (``HeaderBlock``).
      if !isLast { line += strlen(line) + 1 }
    }
    return first
  }
}
