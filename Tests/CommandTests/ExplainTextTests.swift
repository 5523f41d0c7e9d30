import Fanfare
import Testing

@testable import fanfare

@Suite struct ExplainTextTests {
  @Test func `an explanation is a line for the event and a row for each subscription and delivery`() throws {
    let explanation = try JSONValue(
      parsing: Array(
        #"""
        {"event": {"id": "e\u001b1", "type": "ADD_BUILD"},
         "custody": {"door": "amqp", "exchange": "x", "routing_key": "k", "redelivered": true, "received_time": "2021-10-15T15:07:39.5Z"},
         "subscriptions": [
           {"id": "told", "project": "p", "scope": "state", "verdict": "matched", "reason": "it matched", "deliveries": [
             {"id": "d1", "state": "dead", "reason": "refused", "attempts": [
               {"start_time": "2021-10-15T15:07:40Z", "outcome": "http_500"}, {"start_time": "2021-10-15T15:08:40Z", "outcome": "http_404"}]},
             {"id": "d2", "state": "scheduled", "attempts": []}]},
           {"id": "off", "project": "p", "scope": "project", "verdict": "disabled", "reason": "it is disabled", "deliveries": []}]}
        """#.utf8))
    let lines = ExplainCommand.text(of: explanation).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "e\u{FFFD}1 ADD_BUILD came over AMQP from x as k at 2021-10-15 15:07:39, redelivered.", "",
        "SUBSCRIPTION   VERDICT   WHY             DELIVERY  STATE          ATTEMPTS",
        "state/p told   matched   it matched      d1        dead: refused  2021-10-15 15:07:40 http_500, 2021-10-15 15:08:40 http_404",
        "state/p told   matched   it matched      d2        scheduled      none yet",
        "project/p off  disabled  it is disabled  -         -              -",
      ])
  }

  @Test func `an event that nobody subscribes to is said to be one`() throws {
    let explanation: JSONValue = [
      "event": ["id": "e", "type": "T"], "custody": ["door": "http", "received_time": "2021-10-15T15:07:39Z"], "subscriptions": [],
    ]
    #expect(
      ExplainCommand.text(of: explanation)
        == "e T came over HTTP at 2021-10-15 15:07:39.\n\nIts projects have no subscriptions.")
  }
}
