import Fanfare
import Testing

@testable import fanfare

@Suite struct ExplainTextTests {
  @Test func `an explanation is a sentence for the event, a row for each subscription, and each delivery with its attempts`() throws {
    let explanation = try JSONValue(
      parsing: Array(
        #"""
        {"event": {"id": "e\u001b1", "type": "ADD_BUILD"},
         "custody": {"door": "amqp", "exchange": "x", "routing_key": "k", "redelivered": true, "received_time": "2021-10-15T15:07:39.5Z",
           "committed_time": "2021-10-15T15:07:40.5Z", "sequence": 7},
         "summary": "it matched 1 of 2 subscriptions",
         "subscriptions": [
           {"id": "told", "project": "p", "scope": "state", "verdict": "matched", "reason": "it matched", "deliveries": [
             {"id": "d1", "state": "dead", "reason": "refused", "attempts": [
               {"number": 1, "start_time": "2021-10-15T15:07:40Z", "duration_ms": 12, "status": 500, "outcome": "http_500",
                "decision": "retry", "next_attempt_time": "2021-10-15T15:08:40Z", "decision_reason": "it may pass", "response_body": "bu\nsy"},
               {"number": 2, "start_time": "2021-10-15T15:08:40Z", "duration_ms": 3, "outcome": "refused_connection", "decision": "dead",
                "digest": "g1", "detail": "nobody listens", "response_body": ""}]},
             {"id": "d2", "state": "scheduled", "next_attempt_time": "2021-10-15T15:09:40Z", "attempts": []}]},
           {"id": "off", "project": "p", "scope": "project", "verdict": "disabled", "reason": "it is disabled",
            "paused_since": "2021-10-14T00:00:00Z", "paused_reason": "it was gone", "deliveries": []}]}
        """#.utf8))
    let lines = ExplanationText(explanation).text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "e\u{FFFD}1 ADD_BUILD came over AMQP from x as k at 2021-10-15 15:07:39, redelivered, and was on disk at 2021-10-15 15:07:40 as number 7.",
        "It matched 1 of 2 subscriptions.", "",
        "SUBSCRIPTION   VERDICT   WHY",
        "state/p told   matched   it matched",
        "project/p off  disabled  it is disabled (paused since 2021-10-14 00:00:00, paused because it was gone)", "",
        "Delivery d1 to state/p told: dead, refused",
        "  #1  2021-10-15 15:07:40  12 ms  status 500  http_500",
        "      to be tried again at 2021-10-15 15:08:40: it may pass",
        "      answer: bu\u{FFFD}sy",
        "  #2  2021-10-15 15:08:40  3 ms  refused_connection",
        "      not to be tried again",
        "      in the digest g1",
        "      nobody listens", "",
        "Delivery d2 to state/p told: scheduled, due at 2021-10-15 15:09:40",
        "  none made yet",
      ])
  }

  @Test func `an event that nobody subscribes to is said to be one`() throws {
    let explanation: JSONValue = [
      "event": ["id": "e", "type": "T"], "custody": ["door": "http", "received_time": "2021-10-15T15:07:39Z"],
      "summary": "its project p has no subscriptions", "subscriptions": [],
    ]
    #expect(
      ExplanationText(explanation).text == "e T came over HTTP at 2021-10-15 15:07:39.\nIts project p has no subscriptions.")
  }
}
