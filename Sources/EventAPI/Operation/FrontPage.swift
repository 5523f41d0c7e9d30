import Hummingbird

/// `/`: what this is and where things are, for somebody who opens it in a browser. Shows no data and needs nothing from outside.
struct FrontPage: Sendable {
  let version: String

  var routes: [Route] {
    [
      Route(.get, "/", access: .open) { _ in
        .text(
          html, type: "text/html; charset=utf-8",
          headers: [.contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"])
      }
    ]
  }

  private static let places = [
    ("GET /api/v1/events/query/", "every event, newest first; narrower under <code>inventory/…</code> and <code>project/…</code>"),
    ("GET /api/v1/events/event/{id}", "one event"),
    ("GET /api/v1/events/stream/", "events as they come in, as server-sent events"),
    ("GET /api/v1/events/export/", "any number of events as one file; <code>?format=csv</code> for spreadsheets"),
    ("GET, PUT /api/v1/events/subscriptions/project/{project}/", "who is told about a project's events"),
    ("GET /api/v1/events/deliveries/", "who was told, and what came of it"),
    ("GET /api/v1/events/dead-letters/", "what could not be delivered; <code>POST …/requeue</code> tries it again"),
    ("GET /api/v1/events/quarantine/", "what could not be read"),
    ("GET /health", "whether each part of the service can do its work"),
    ("GET /metrics", "figures for Prometheus"),
  ]

  private var html: String {
    let rows = Self.places.map { "<tr><td><code>\($0)</code></td><td>\($1)</td></tr>" }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Fanfare</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430; background: #fcfcfa }
      h1 { margin-bottom: 0 } p.version { margin-top: 0; color: #667 }
      blockquote { margin: 1.5rem 0; padding: .5rem 1rem; border-left: 4px solid #c8102e; background: #f4f1ec }
      table { border-collapse: collapse } td { padding: .35rem 1rem .35rem 0; vertical-align: top; border-top: 1px solid #ddd }
      code { font: 14px ui-monospace, monospace }
      @media (prefers-color-scheme: dark) {
        body { color: #e6e6e6; background: #16191d } blockquote { background: #22262c } td { border-color: #333 } p.version { color: #99a }
      }
      </style>
      <h1>Fanfare</h1>
      <p class="version">version \(version.htmlEscaped)</p>
      <p>An event service: an audit trail that also tells people. Events come in over AMQP, are stored durably, are matched with the
      subscriptions of their project, and go out as webhooks and Slack messages, with retries until they arrive or are dead-lettered.</p>
      <blockquote>Every event acknowledged to the broker (or answered with 200) is on disk. Every subscription that matches it gets at
      least one attempt. Nothing is attempted before it is on disk. Nothing that could not be read, and nothing that could not be
      delivered, is thrown away.</blockquote>
      <table>
      \(rows)
      </table>
      <p>All but health and this page need a credential: <code>Authorization: Bearer …</code>, or <code>X-Escape-Token</code> as a header or
      a cookie. The first admin's is in <code>admin.token</code> in the data directory.</p>
      </html>
      """
  }
}

extension String {
  fileprivate var htmlEscaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
