import Hummingbird

/// `/`: what this is and where things are, for somebody who opens it in a browser. Shows no data and needs nothing from outside.
struct FrontPage: Sendable {
  let version: String

  var routes: [Route] {
    [
      Route(.get, "/", access: .open) { _ in
        .text(html, type: "text/html; charset=utf-8", headers: [.contentSecurityPolicy: HTMLPage.policy])
      }
    ]
  }

  private static let places = [
    ("GET /api/v1/events/query/", "every event, newest first; narrower under <code>inventory/…</code> and <code>project/…</code>"),
    ("GET /api/v1/events/event/{id}", "one event; <code>…/explain</code>: where it came from, and who was told"),
    ("GET /api/v1/events/stream/", "events as they come; <code>export/</code>: any number of them as a file"),
    (
      "GET, PUT /api/v1/events/subscriptions/project/{project}/",
      "who is told about a project's events; <code>POST …/test</code>: who would be; <code>…/{id}/ping</code>: a test message"
    ),
    ("GET /api/v1/events/deliveries/", "who was told, and what came of it"),
    ("GET /api/v1/events/dead-letters/", "what could not be delivered; <code>POST …/requeue</code> tries it again"),
    (
      "GET, POST /api/v1/events/replays/",
      "what is delivered once more; <code>…/{id}/pause</code>, <code>resume</code>, <code>cancel</code>"
    ),
    ("GET /api/v1/events/quarantine/", "what could not be read"),
    ("GET /v0/account", "who you are; <code>/v0/accounts</code>: who may do what"),
    ("GET /health", "whether each part of the service can do its work"),
    ("GET /metrics", "figures for Prometheus"),
  ]

  private var html: String {
    let rows = Self.places.map { "<tr><td><code>\($0)</code></td><td>\($1)</td></tr>" }.joined(separator: "\n")
    return HTMLPage(
      title: "Fanfare",
      body: """
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
        <p>The whole API is described <a href="/docs">for people</a> and <a href="/openapi.json">for programs</a>. All but that, health and
        this page needs a credential: <code>Authorization: Bearer …</code>, or <code>X-Escape-Token</code> as a header or a cookie. The first
        admin's is in <code>admin.token</code> in the data directory.</p>
        """
    ).text
  }
}
