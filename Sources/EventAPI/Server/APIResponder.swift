import Fanfare
import Hummingbird
import Logging

/// Answers every request of a listener: finds its route, finds out who asks, calls the handler, and makes an answer of whatever it throws.
struct APIResponder: HTTPResponder {
  let table: RouteTable
  let admission: Admission
  let requestIDs: RequestIDs
  let metrics: HTTPMetrics
  let maxBodyBytes: Int
  var trustedProxies: [CIDR] = []
  var crossOrigin = CrossOrigin()
  /// Whether no page has any business here, not even one that seems to be of this host: a name that leads to loopback makes it seem so.
  var refusesPages = false
  let logger: Logger

  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    let start = ContinuousClock.now
    let requestID = requestIDs.id(for: request)
    var logger = logger
    logger[metadataKey: "request_id"] = .string(requestID)

    let target = RequestTarget(request.head.path ?? "/")
    let match = table.match(request.method, target)
    let client = client(of: request, context)
    var response: Response
    do {
      response = try await answer(request, target, match, from: client, context, requestID: requestID, logger: logger)
      try await Compression.apply(to: &response, for: request)
    } catch {
      response = failure(error, logger: logger)
    }
    crossOrigin.mark(&response, for: request)
    response.headers[.requestID] = requestID
    if case .found(let route, _) = match, route.access != .open, response.headers[.cacheControl] == nil {
      // What one caller may see, nobody else's cache may show.
      response.headers[.cacheControl] = "private, no-cache"
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    if request.method == .head { response = response.withoutBody }

    let duration = ContinuousClock.now - start
    metrics.record(route: match.pattern, method: request.method, status: response.status.code, duration: duration)
    logger.debug(
      "request answered",
      metadata: [
        "method": "\(request.method)", "route": "\(match.pattern)", "status": "\(response.status.code)",
        "client": "\(client?.description ?? "unknown")", "duration_us": "\(duration.wholeNanoseconds / 1000)",
      ])
    return response
  }

  private func answer(
    _ request: Request, _ target: RequestTarget, _ match: RouteTable.Match, from client: IPAddress?, _ context: ConnectionContext,
    requestID: String, logger: Logger
  ) async throws -> Response {
    if let preflight = crossOrigin.preflight(request, methods: match.allowedMethods) { return preflight }
    switch match {
    case .notFound: throw APIError.routeNotFound(target: String(target.path))
    case .methodNotAllowed(let allowed):
      throw APIError.unhandledMethod(request.method.rawValue, allowed: allowed.map(\.rawValue))
    case .invalidVariable(let name): throw APIError.invalidVariable(name, "must be 1 to 255 printable characters, percent-encoded as UTF-8")
    case .found(let route, let variables):
      let caller = try await self.caller(of: request, for: route.access, from: client)
      return try await route.handler(
        Call(
          request: request, target: target, variables: variables, caller: caller, requestID: requestID, logger: logger,
          maxBodyBytes: maxBodyBytes, inviteBody: context.inviteBody,
          authenticateAgain: { [admission] () async throws(AuthenticationFailure) in
            try await admission.callerAgain(holding: Credential(request.headers))
          }))
    }
  }

  private func caller(of request: Request, for access: Route.Access, from client: IPAddress?) async throws(APIError) -> Caller {
    let credential = Credential(request.headers)
    let caller = try await admission.caller(holding: credential, for: access, from: client)
    if access == .open { return caller }
    // A browser sends its cookies, and reaches loopback, on behalf of any page: what changes something must come from a page of this host.
    let isTrustedPlace = credential?.place == .header
    if !isTrustedPlace, request.method != .get, request.method != .head, isFromAnotherSite(request) {
      throw .permissionDenied("a page of another site may not do this")
    }
    return caller
  }

  private func isFromAnotherSite(_ request: Request) -> Bool {
    guard let origin = request.headers[.origin], !crossOrigin.names(origin) else { return false }
    if refusesPages { return true }
    guard let authority = request.head.authority, let scheme = origin.firstRange(of: "://") else { return true }
    return origin[scheme.upperBound...].lowercased() != authority.lowercased()
  }

  private func client(of request: Request, _ context: ConnectionContext) -> IPAddress? {
    ClientAddress.decide(
      peer: context.remoteAddress?.ip, forwarded: request.headers[values: .xForwardedFor], proxies: trustedProxies)
  }

  private func failure(_ error: any Error, logger: Logger) -> Response {
    let answer = APIError(error) ?? .unexpected
    if answer.code == .internalError || answer.code == .storageUnavailable {
      logger.error("request failed", metadata: ["error": "\(error)"])
    }
    return answer.response()
  }
}

extension RouteTable.Match {
  /// The route's pattern as a label with a bounded vocabulary.
  var pattern: String {
    if case .found(let route, _) = self { route.pattern } else { "unmatched" }
  }

  /// The methods of a path that is there and was asked with another one.
  var allowedMethods: [HTTPRequest.Method] {
    if case .methodNotAllowed(let allowed) = self { allowed } else { [] }
  }
}
