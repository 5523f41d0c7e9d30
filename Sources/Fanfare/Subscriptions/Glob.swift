/// A pattern over event types in which `*` stands for any characters, none included. Every other character stands for itself.
public struct Glob: Hashable, Sendable {
  public let pattern: String

  public init(_ pattern: String) { self.pattern = pattern }

  /// Whether the pattern matches one text only: itself.
  public var isExact: Bool { !pattern.utf8.contains(Self.star) }

  /// Whether the whole text fits, byte by byte. Never takes more steps than the pattern's length times the text's.
  public func matches(_ text: String) -> Bool {
    let answer = pattern.utf8.withContiguousStorageIfAvailable { pattern in
      text.utf8.withContiguousStorageIfAvailable { Self.matches(pattern, $0) }
    }
    if let answer = answer ?? nil { return answer }
    // Text that came from elsewhere than Swift may not be in one piece.
    return Array(pattern.utf8).withUnsafeBufferPointer { pattern in Array(text.utf8).withUnsafeBufferPointer { Self.matches(pattern, $0) } }
  }

  private static let star = UInt8(ascii: "*")

  /// Goes back only to the last star: what an earlier star took never has to be taken differently.
  private static func matches(_ pattern: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var next = 0
    var position = 0
    var afterStar: Int?
    var resume = 0
    while position < text.count {
      if next < pattern.count, pattern[next] == star {
        next += 1
        afterStar = next
        resume = position
        if next == pattern.count { return true }
      } else if next < pattern.count, pattern[next] == text[position] {
        next += 1
        position += 1
      } else if let afterStar {
        resume += 1
        next = afterStar
        position = resume
      } else {
        return false
      }
    }
    while next < pattern.count, pattern[next] == star { next += 1 }
    return next == pattern.count
  }
}
