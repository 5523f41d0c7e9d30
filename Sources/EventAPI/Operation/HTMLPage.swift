/// The frame of the pages for people: no script, nothing from outside.
struct HTMLPage {
  let title: String
  var style = ""
  let body: String

  static let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title.htmlEscaped)</title>
    <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430; background: #fcfcfa }
    h1 { margin-bottom: 0 } p.version { margin-top: 0; color: #667 }
    blockquote { margin: 1.5rem 0; padding: .5rem 1rem; border-left: 4px solid #c8102e; background: #f4f1ec }
    table { border-collapse: collapse } td { padding: .35rem 1rem .35rem 0; vertical-align: top; border-top: 1px solid #ddd }
    code { font: 14px ui-monospace, monospace }
    \(style)
    @media (prefers-color-scheme: dark) {
      body { color: #e6e6e6; background: #16191d } blockquote { background: #22262c } td { border-color: #333 } p.version { color: #99a }
      a { color: #8ab4f8 }
    }
    </style>
    \(body)
    </html>
    """
  }
}

extension String {
  var htmlEscaped: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
