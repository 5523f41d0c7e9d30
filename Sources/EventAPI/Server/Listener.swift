import Fanfare
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// An HTTP/1.1 server on one address that answers from one route table.
///
/// Limits: headers of 32 KiB in 100 fields, 1,024 connections, and a minute of silence before a connection is closed.
struct Listener: Sendable {
  static let maximumHeaderBytes = 32 * 1024
  static let maximumHeaderFields = 100
  static let maximumConnections = 1024
  static let idleTimeout = TimeAmount.seconds(60)

  let address: ListenAddress
  let responder: APIResponder
  let logger: Logger
  let boundPort = BoundPort()

  /// Serves until the surrounding service group shuts down: open requests are answered first, idle connections are closed.
  ///
  /// - Throws: ``ListenError`` if the address cannot be had.
  func run() async throws {
    let limits = HTTP1Channel.Configuration(
      idleTimeout: Self.idleTimeout,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: Self.maximumHeaderBytes, maxHeaderListSize: Self.maximumHeaderBytes,
        maxHeaderFieldCount: Self.maximumHeaderFields))
    let application = Application(
      responder: responder,
      server: .http1(configuration: limits),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "Fanfare",
        availableConnectionsDelegate: .maximum(Self.maximumConnections, logger: logger)),
      onServerRunning: { [boundPort] channel in boundPort.settle(.success(channel.localAddress?.port ?? 0)) },
      logger: logger)
    do {
      try await application.run()
      boundPort.settle(.failure(ListenError(address: address, reason: "the server stopped before it could listen")))
    } catch let error as IOError {
      let failure = ListenError(address: address, reason: error.description)
      boundPort.settle(.failure(failure))
      throw failure
    } catch {
      boundPort.settle(.failure(ListenError(address: address, reason: "\(error)")))
      throw error
    }
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
