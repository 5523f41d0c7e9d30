/// A number of bytes for people: 512 bytes, 1.5 KiB, 12 MiB.
struct ByteCount: CustomStringConvertible {
  let bytes: Int

  var description: String {
    if bytes < 1024 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var (unit, size) = (0, bytes)
    while size >= 1024 << 10, unit < Self.units.count - 1 { (unit, size) = (unit + 1, size >> 10) }
    // `size` is in 1024ths of the unit by now.
    if size >= 10 << 10 { return "\(size >> 10) \(Self.units[unit])" }
    return "\(size >> 10).\(size % 1024 * 10 / 1024) \(Self.units[unit])"
  }

  private static let units = ["KiB", "MiB", "GiB", "TiB"]
}
