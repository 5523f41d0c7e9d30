import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// How a listener sets up each connection: TLS with the certificate of the moment, Hummingbird's HTTP/1.1, and our guard within it.
struct ClientConnection: ServerChildChannel {
  let http: HTTP1Channel
  /// Nil for plain HTTP.
  let certificate: ServerCertificate?
  let count: ConnectionCount
  let configuration: ConnectionGuard.Configuration

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    let isAdmitted = count.enter()
    configuration.metrics.connectionOpened()
    channel.closeFuture.whenComplete { [count, configuration] _ in
      count.leave()
      configuration.metrics.connectionClosed()
    }
    return channel.eventLoop.makeCompletedFuture {
      if let certificate { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context)) }
    }.flatMap {
      http.setup(channel: channel, logger: logger)
    }.flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let guardian = ConnectionGuard(configuration, isAdmitted: isAdmitted)
      try pipeline.addHandler(ByteArrival(telling: guardian), position: .before(decoder))
      try pipeline.addHandler(guardian, position: .after(decoder))
      return value
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
