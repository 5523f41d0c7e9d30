import NIOCore

/// Stands in front of the HTTP decoder and tells the guard behind it that something came: a head that dribbles in is seen by nobody else.
final class ByteArrival: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let guardian: ConnectionGuard

  init(telling guardian: ConnectionGuard) {
    self.guardian = guardian
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guardian.bytesArrived(unwrapInboundIn(data).readableBytesView)
    context.fireChannelRead(data)
  }
}
