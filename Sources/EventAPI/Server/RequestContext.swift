import Fanfare
import Hummingbird
import NIOCore

/// What the server knows of a request besides the request: the connection that it came on.
struct ConnectionContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The other end of the connection, which may be a proxy.
  let remoteAddress: SocketAddress?
  private let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    remoteAddress = source.channel.remoteAddress
    channel = source.channel
  }

  /// Lets a client that waits for it send its body.
  @Sendable func inviteBody() { channel.triggerUserOutboundEvent(BodyInvitation(), promise: nil) }
}
