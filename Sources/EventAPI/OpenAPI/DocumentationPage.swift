import Fanfare
import HTTPTypes

/// The API for people: every operation of a server, by topic. Plain HTML that needs nothing from outside, and no script.
struct DocumentationPage {
  let routes: [Route]
  let version: String

  var html: String {
    HTMLPage(
      title: "Fanfare's API", style: Self.style,
      body: """
        <h1>Fanfare's API</h1>
        <p class="version">version \(version.htmlEscaped), as <a href="/openapi.json">OpenAPI 3.1</a></p>
        <p>Every path works with and without its trailing slash. Errors are <code>{"error": sentence, "code": code, "data": …}</code>, and each
        answer carries <code>X-Request-Id</code>. Credentials: <code>Authorization: Bearer</code> with an API key or a JWT, or
        <code>X-Escape-Token</code> as a header or a cookie. What a caller may not see does not exist for him.</p>
        \(Operation.Tag.allCases.map(section).joined())
        \(shapes)
        \(codes)
        """
    ).text
  }

  private func section(_ tag: Operation.Tag) -> String {
    let entries = routes.compactMap { route in Operations.operation(of: route).map { (route, $0) } }.filter { $0.1.tag == tag }
    if entries.isEmpty { return "" }
    return "<h2>\(tag.rawValue)</h2>\n" + entries.map(entry).joined()
  }

  private func entry(_ route: Route, _ operation: Operation) -> String {
    """
    <details id="\(operation.id)"><summary><b class="\(route.method.rawValue.lowercased())">\(route.method.rawValue)</b>
    <code>\(route.publicPath.htmlEscaped)</code> <span>\(operation.summary.htmlEscaped)</span></summary>
    <p>\(Self.text(operation.detail))\(route.access == .open ? " Needs no credential." : "")</p>
    \(table("In the path", route.variables.map { ($0, OpenAPIDocument.meaning(of: $0), "") }))
    \(table("Parameters", operation.parameters.map { ($0.place == .header ? "\($0.name) (header)" : $0.name, $0.meaning, $0.schema) }))
    \(table("Body", (operation.body?.contents ?? []).map { ($0.type, "", $0.schema) }))
    \(table("Answers", operation.answers.map { (String($0.status), $0.meaning, $0.schema ?? "") }))
    <p>Errors: \(errors(operation, route))</p></details>

    """
  }

  private func errors(_ operation: Operation, _ route: Route) -> String {
    OpenAPIDocument(routes: routes, version: version).errors(operation, route)
      .map { "<a href=\"#\($0.rawValue)\"><code>\($0.rawValue)</code></a>" }.joined(separator: ", ")
  }

  private func table(_ title: String, _ rows: [(String, String, String)]) -> String {
    if rows.isEmpty { return "" }
    let lines = rows.map {
      "<tr><td><code>\($0.0.htmlEscaped)</code></td><td>\(Self.text($0.1))</td><td><code>\(Self.shape($0.2))</code></td></tr>"
    }
    return "<h4>\(title)</h4><table>\(lines.joined())</table>"
  }

  private var codes: String {
    let rows = ErrorCode.allCases.map {
      "<tr id=\"\($0.rawValue)\"><td><code>\($0.rawValue)</code></td><td>\($0.status.code)</td></tr>"
    }
    return "<h2>Codes of errors</h2><table>\(rows.joined())</table>"
  }

  /// Backticks are code.
  private static func text(_ sentence: String) -> String {
    sentence.htmlEscaped.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset.isMultiple(of: 2) ? String($0.element) : "<code>\($0.element)</code>" }.joined()
  }

  /// The schemas by their names, as they stand in the document.
  private var shapes: String {
    let entries = Schemas.texts.map { name, text in
      "<details id=\"\(name)\"><summary><code>\(name)</code></summary><pre><code>\(Self.shape(text))</code></pre></details>\n"
    }
    return "<h2>Shapes of bodies</h2>\n" + entries.joined()
  }

  /// A schema, with a link for each other one that it names.
  private static func shape(_ schema: String) -> String {
    schema.htmlEscaped.replacing(/{&quot;\$ref&quot;: ?&quot;#\/components\/schemas\/([A-Za-z]+)&quot;}/) {
      "<a href=\"#\($0.1)\">\($0.1)</a>"
    }
  }

  private static let style = """
    details { border-top: 1px solid #8884; padding: .35rem 0 } summary { cursor: pointer } summary span { opacity: .75 }
    summary b { display: inline-block; width: 4.5rem } b.get { color: #1769aa } b.post { color: #2e7d32 } b.put { color: #b26a00 }
    pre { overflow-x: auto } b.delete { color: #c8102e } h4 { margin: .75rem 0 0 } td code { word-break: break-word }
    """
}
