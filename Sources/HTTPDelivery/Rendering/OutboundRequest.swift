/// A request as it goes out: always a `POST`.
public struct OutboundRequest: Sendable, Equatable {
  public var url: String
  public var headers: HeaderBlock
  public var body: [UInt8]
}
