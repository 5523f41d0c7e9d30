import GRDB

@testable import SQLiteStore

/// A database as the version before secrets were encrypted left it.
struct OldStore {
  /// Base64 of those in use, of the first subscription, of the second, and of the first before its rotation.
  let secrets = ["aHVzaC1ob29r", "aHVzaC1jaGF0", "aHVzaC1iZWZvcmU="]
  /// Stood in the database once, and is in no row any more.
  let remains = "hush-before"
  let hookURL = "https://receiver.example/path?key=hush-query"
  let slackURL = "https://hooks.slack.com/services/T0/B0/HUSHSLACK"

  init(at path: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    // Debian's SQLite overwrites what is given up unless it is told not to; others do not.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA secure_delete = OFF") }
    let pool = try DatabasePool(path: path, configuration: configuration)
    try Schema.migrator.migrate(pool, upTo: "0004")
    try pool.write { [hookURL, slackURL, secrets] db in
      try db.execute(
        sql: """
          INSERT INTO subscription_set(row, side, project, version) VALUES (1, 'project', 'shop', 3);
          INSERT INTO endpoint(row, kind, url) VALUES (1, 'webhook', '\(hookURL)'), (2, 'slack', '\(slackURL)'),
            (3, 'webhook', 'https://receiver.example/gone?key=hush-query'), (9, 'webhook', 'https://nobody.example/?key=hush-query');
          INSERT INTO subscription(row, subscription_set, id, position, endpoint, document, secrets, is_paused, is_removed) VALUES
            (1, 1, 'hook', 0, 1, '\(Self.document("hook", "webhook", hookURL, #","headers":{"X-Key":"hush-header"}"#))',
              '["whsec_\(secrets[2])"]', 0, 0),
            (2, 1, 'chat', 1, 2, '\(Self.document("chat", "slack", slackURL))', '["whsec_\(secrets[1])"]', 0, 0),
            (7, 1, 'goes', 2, 3, '\(Self.document("goes", "webhook", "https://receiver.example/gone?key=hush-query"))', '[]', 0, 1);
          """)
    }
    // What was longer once has left remains in its page.
    try pool.write { [remains] db in
      let long = Self.document("goes", "webhook", "https://\(remains).example/" + String(repeating: "x", count: 2_500))
      for document in [long, Self.document("goes", "webhook", "https://receiver.example/gone?key=hush-query")] {
        try db.execute(sql: "UPDATE subscription SET document = ? WHERE row = 7", arguments: [document])
      }
    }
    try pool.write { [secrets] db in
      try db.execute(
        sql: "UPDATE subscription SET secrets = ? WHERE row = 1",
        arguments: [#"["whsec_\#(secrets[0])",{"secret":"whsec_\#(secrets[2])","ends_at":1790000060000000000}]"#])
    }
    try pool.close()
  }

  private static func document(_ id: String, _ type: String, _ url: String, _ more: String = "") -> String {
    #"{"id":"\#(id)","type":"\#(type)","url":"\#(url)"\#(more),"disabled":false}"#
  }
}
