import Hummingbird
import Logging
import NIOCore

/// What a handler knows of the connection that a request came over.
struct ConnectionContext: RequestContext, RemoteAddressRequestContext {
  var coreContext: CoreRequestContextStorage
  /// The other end of the connection: the client, or the proxy before him. Nil once the connection is gone.
  let remoteAddress: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remoteAddress = source.channel.remoteAddress
  }

  /// The client's address as text.
  var clientAddress: String? { remoteAddress?.ipAddress }
}
