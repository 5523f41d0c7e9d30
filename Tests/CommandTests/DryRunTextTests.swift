import Fanfare
import Testing

@testable import fanfare

@Suite struct DryRunTextTests {
  private static func report(_ subscriptions: String, more: String = "") throws -> JSONValue {
    try JSONValue(
      parsing: Array(
        #"""
        {"since": "2021-10-08T15:07:39Z", "until": "2021-10-15T15:07:39Z", "events_examined": 40,\#(more) "subscriptions": [\#(subscriptions)],
         "summary": {"would_send": 3, "present_sent": 2, "added": 2, "removed": 1, "unchanged": 1}}
        """#.utf8))
  }

  @Test func `a dry run is a table of what would change, with examples`() throws {
    let report = try Self.report(
      #"""
      {"id": "a", "standing": "kept", "would_send": 3, "present_sent": 1, "added": 2, "removed": 0, "unchanged": 1, "examples": {
        "added": [{"event": "e1", "type": "ADD_BUILD", "event_time": "2021-10-15T15:07:38Z", "why": "it is disabled"}], "removed": []}},
      {"id": "b", "standing": "removed", "would_send": 0, "present_sent": 1, "added": 0, "removed": 1, "unchanged": 0, "examples": {
        "added": [], "removed": [{"event": "e\u001b2", "type": "T", "event_time": "2021-10-15T15:07:37Z", "why": "it is gone"}]}}
      """#, more: #""truncated": true, "examined_since": "2021-10-09T00:00:00Z","#)
    let lines = DryRunText(report).text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "40 events from 2021-10-09 00:00:00 to 2021-10-15 15:07:39. Older ones were not looked at: there are too many.", "",
        "SUBSCRIPTION           WOULD SEND  WAS SENT  ADDED  REMOVED  UNCHANGED",
        "a                      3           1         2      0        1",
        "b             removed  0           1         0      1        0",
        "together               3           2         2      1        1", "",
        "Would be sent, and was not, for example:",
        "SUBSCRIPTION  EVENT  TYPE       TIME                 WHY NOT",
        "a             e1     ADD_BUILD  2021-10-15 15:07:38  it is disabled", "",
        "Was sent, and would not be, for example:",
        "SUBSCRIPTION  EVENT  TYPE  TIME                 WHY NOT",
        "b             e\u{FFFD}2    T     2021-10-15 15:07:37  it is gone",
      ])
  }

  @Test func `two sets without subscriptions are said to be that`() throws {
    #expect(
      try DryRunText(Self.report("")).text
        == "40 events from 2021-10-08 15:07:39 to 2021-10-15 15:07:39.\nNeither set has a subscription.")
  }
}
