/// libcurl or the system could not give what the curl thread cannot do without. Comes up only when it starts.
public struct CurlError: Error, Sendable, CustomStringConvertible {
  public let call: String
  public let reason: String

  public var description: String { "HTTP delivery can't start: \(call) failed: \(reason)" }
}
