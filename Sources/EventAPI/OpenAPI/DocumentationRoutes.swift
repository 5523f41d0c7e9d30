import Fanfare
import Hummingbird

/// The API described: for programs at `/openapi.json`, for people at `/docs`. Open, as it shows no data.
struct DocumentationRoutes: Sendable {
  private let document: [UInt8]
  private let page: String

  /// - Parameter routes: all other routes of the server.
  init(describing routes: [Route], version: String) {
    let described = routes + Self.routes(document: [], page: "")
    document = OpenAPIDocument(routes: described, version: version).json
    page = DocumentationPage(routes: described, version: version).html
  }

  var routes: [Route] { Self.routes(document: document, page: page) }

  private static func routes(document: [UInt8], page: String) -> [Route] {
    [
      Route(.get, "/openapi.json", access: .open) { _ in .json(document) },
      Route(.get, "/docs", access: .open) { _ in
        .text(page, type: "text/html; charset=utf-8", headers: [.contentSecurityPolicy: HTMLPage.policy])
      },
    ]
  }
}
