import Fanfare
import Hummingbird

/// The API described: for programs at `/openapi.json`, for people at `/docs`. Open, as it shows no data.
struct DocumentationRoutes: Sendable {
  let routes: [Route]

  /// - Parameter routes: all other routes of the server.
  init(describing routes: [Route], version: String) {
    let described = routes + Self.routes(document: OnFirstUse { [] }, page: OnFirstUse { "" })
    self.routes = Self.routes(
      document: OnFirstUse { OpenAPIDocument(routes: described, version: version).json },
      page: OnFirstUse { DocumentationPage(routes: described, version: version).html })
  }

  private static func routes(document: OnFirstUse<[UInt8]>, page: OnFirstUse<String>) -> [Route] {
    [
      Route(.get, "/openapi.json", access: .open) { _ in .json(document.value) },
      Route(.get, "/docs", access: .open) { _ in
        .text(page.value, type: "text/html; charset=utf-8", headers: [.contentSecurityPolicy: HTMLPage.policy])
      },
    ]
  }
}
