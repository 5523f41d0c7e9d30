import EventAPI
import Logging
import ServiceLifecycle

/// Says where the service can be reached, once it can: ports may have been left to the system to choose.
struct Announcement: Service {
  let publicServer: PublicServer
  let internalServer: InternalServer
  let settings: Settings
  let logger: Logger

  func run() async throws {
    let port = try await publicServer.port
    let internalPort = try await internalServer.port
    logger.info(
      "Fanfare is up",
      metadata: [
        "version": "\(FanfareCommand.version)",
        "url": "\(settings.http.tls == nil ? "http" : "https")://\(settings.httpListen.host):\(port)",
        "internal_url": "http://\(settings.internalListen.host):\(internalPort)", "data": "\(settings.dataDirectory)",
        "admin_token": "\(settings.adminTokenPath)",
      ])
    try? await gracefulShutdown()
  }
}
