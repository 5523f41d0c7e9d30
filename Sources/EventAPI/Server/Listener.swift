import Fanfare
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// An HTTP/1.1 server on one address that answers from one route table.
struct Listener: Sendable {
  let address: ListenAddress
  let limits: ListenerLimits
  /// Nil for plain HTTP.
  let certificate: ServerCertificate?
  let responder: APIResponder
  let metrics: ConnectionMetrics
  let logger: Logger
  let boundPort = BoundPort()

  /// Serves until the surrounding service group shuts down: open requests are answered first, idle connections are closed.
  ///
  /// - Throws: ``ListenError`` if the address cannot be had.
  func run() async throws {
    // What the framework logs by itself is either told by the errors below or by the guard of a connection.
    var framework = logger
    framework.logLevel = .critical
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "Fanfare",
        availableConnectionsDelegate: .maximum(limits.maxConnections + ListenerLimits.maximumRefusals, logger: framework)),
      onServerRunning: listening, logger: framework)
    do {
      try await application.run()
      boundPort.settle(.failure(ListenError(address: address, reason: "the server stopped before it could listen")))
    } catch let error as IOError {
      let failure = ListenError(address: address, reason: String(cString: strerror(error.errnoCode)).lowercased())
      boundPort.settle(.failure(failure))
      throw failure
    } catch is CancellationError {
      boundPort.settle(.failure(CancellationError()))
      throw CancellationError()
    } catch {
      let failure = ListenError(address: address, reason: "\(error)")
      boundPort.settle(.failure(failure))
      throw failure
    }
  }

  private var server: HTTPServerBuilder {
    let decoding = HTTP1Channel.Configuration(
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: ListenerLimits.maximumHeadBytes, maxHeaderListSize: ListenerLimits.maximumHeadBytes,
        maxHeaderFieldCount: ListenerLimits.maximumHeaderFields))
    let requestIDs = responder.requestIDs
    let guarding = ConnectionGuard.Configuration(limits: limits, metrics: metrics, logger: logger) {
      ["Server": "Fanfare", "X-Request-Id": requestIDs.next(), "X-Content-Type-Options": "nosniff"]
    }
    let count = ConnectionCount(maximum: limits.maxConnections)
    return HTTPServerBuilder { responder in
      ClientConnection(
        http: HTTP1Channel(responder: responder, configuration: decoding), certificate: certificate, count: count, configuration: guarding)
    }
  }

  @Sendable private func listening(_ channel: any Channel) async {
    do {
      try await channel.eventLoop.submit { [metrics, logger] in
        try channel.pipeline.syncOperations.addHandler(AcceptErrors(metrics: metrics, logger: logger), position: .first)
      }.get()
    } catch {
      logger.error("The listener cannot be guarded", metadata: ["error": "\(error)"])
    }
    let port = channel.localAddress?.port ?? 0
    logger.debug("Listening", metadata: ["address": "\(ListenAddress(host: address.host, port: port))"])
    boundPort.settle(.success(port))
  }
}

/// Where a server listens.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  public var host: String
  /// 0 for one that the system chooses.
  public var port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// An address that a server could not listen on.
public struct ListenError: Error, Sendable, CustomStringConvertible {
  public let address: ListenAddress
  public let reason: String

  public var description: String { "cannot listen on \(address): \(reason)" }
}
