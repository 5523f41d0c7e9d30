import CZlib

/// Undoes gzip (RFC 1952), several members in a row included.
enum Gzip {
  enum Failure: Error {
    case malformed
    case tooLarge
  }

  /// - Parameter limit: where to stop, in bytes of the result: a small message can't blow up.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
    var stream = z_stream()
    guard fanfare_gunzip_init(&stream) == Z_OK else { throw .malformed }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    var input = bytes
    let failure: Failure? = input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = uInt(input.count)
      while true {
        let (code, produced) = chunk.withUnsafeMutableBufferPointer { chunk in
          stream.next_out = chunk.baseAddress
          stream.avail_out = uInt(chunk.count)
          let code = inflate(&stream, Z_NO_FLUSH)
          return (code, chunk.count - Int(stream.avail_out))
        }
        result.append(contentsOf: chunk[..<produced])
        if result.count > limit { return .tooLarge }
        switch code {
        case Z_STREAM_END:
          if stream.avail_in == 0 { return nil }
          if inflateReset(&stream) != Z_OK { return .malformed }
        case Z_OK: if stream.avail_in == 0, produced == 0 { return .malformed }
        default: return .malformed
        }
      }
    }
    if let failure { throw failure }
    return result
  }
}
