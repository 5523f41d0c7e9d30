import Fanfare
import Testing

@testable import fanfare

@Suite struct PingTextTests {
  private func text(_ report: String) throws -> String {
    SubscriptionsCommand.Ping.text(of: try JSONValue(parsing: Array(report.utf8)))
  }

  @Test func `a ping is shown with what went out and what came back`() throws {
    let report = #"""
      {"delivered": true, "status": 200, "outcome": "succeeded", "duration_ms": 34,
       "request": {"url": "https://x.example/hook", "headers": {"webhook-id": "1", "X-Own": "…"}, "body": "{\"a\":1}"},
       "response": {"body": "o\u001bk"}}
      """#
    #expect(
      try text(report) == """
        > POST https://x.example/hook
        > webhook-id: 1
        > X-Own: …
        >
        > {"a":1}
        < 200
        < o\u{FFFD}k
        Delivered after 34 ms.
        """)
  }

  @Test func `what did not arrive says why`() throws {
    let refused = #"{"delivered":false,"status":404,"outcome":"http_404","duration_ms":3,"response":{"body":""}}"#
    #expect(try text(refused) == "< 404\nNot delivered: http_404 after 3 ms.")
    let failed = #"{"delivered":false,"outcome":"connect_timed_out","duration_ms":100,"detail":"Connection timed out"}"#
    #expect(try text(failed) == "Not delivered: connect_timed_out after 100 ms (Connection timed out).")
  }
}
