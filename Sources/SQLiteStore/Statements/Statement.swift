internal import Fanfare
internal import GRDB
internal import GRDBSQLite

/// A prepared statement of one connection, bound and stepped without an argument array or a row object in between.
///
/// The C handle belongs to GRDB's statement, which the connection's cache keeps; it must not leave the block that was given the
/// connection. Parameters keep their values between runs.
struct Statement {
  private let owner: GRDB.Statement
  private let handle: OpaquePointer

  /// Prepares, or finds what was prepared before on this connection.
  init(_ sql: String, in db: Database) throws {
    owner = try db.cachedStatement(sql: sql)
    handle = owner.sqliteStatement
    // Somebody may have left it in the middle of its rows.
    sqlite3_reset(handle)
  }

  // MARK: Parameters, from 1

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

  func bind(_ index: Int32, _ value: Int64?) {
    if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }

  func bind(_ index: Int32, _ value: Bool) { sqlite3_bind_int64(handle, index, value ? 1 : 0) }

  func bind(_ index: Int32, _ value: Timestamp) { sqlite3_bind_int64(handle, index, value.nanoseconds) }

  func bind(_ index: Int32, _ value: String) {
    var value = value
    value.withUTF8 { text in
      // SQLite copies the bytes. A null pointer would bind NULL, so an empty text borrows some other address.
      let base = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
      if let base {
        sqlite3_bind_text(handle, index, base, Int32(text.count), Self.copied)
      } else {
        sqlite3_bind_text(handle, index, "", 0, Self.copied)
      }
    }
  }

  func bind(_ index: Int32, _ value: String?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ index: Int32, _ value: [UInt8]) {
    _ = value.withUnsafeBytes { bytes in
      if bytes.isEmpty {
        sqlite3_bind_zeroblob(handle, index, 0)
      } else {
        sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
      }
    }
  }

  func bind(_ index: Int32, copying bytes: UnsafeRawBufferPointer) {
    sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied)
  }

  func bind(_ index: Int32, _ value: [UInt8]?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
  }

  // MARK: Running

  /// Runs to the end, for statements whose rows nobody wants.
  func run() throws {
    while try step() {}
    reset()
  }

  /// Moves to the next row; false at the end. A statement that failed is reset.
  func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let message = sqlite3_db_handle(handle).map { String(cString: sqlite3_errmsg($0)) }
      sqlite3_reset(handle)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// Gives up the rows that are left; must follow the last ``step()``, or the transaction cannot end.
  func reset() { sqlite3_reset(handle) }

  /// How many instructions SQLite has carried out for it so far: what it costs, whatever the machine does besides.
  var instructions: Int { Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 0)) }

  // MARK: Columns, from 0

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func bool(_ column: Int32) -> Bool { sqlite3_column_int64(handle, column) != 0 }

  func timestamp(_ column: Int32) -> Timestamp { Timestamp(nanoseconds: sqlite3_column_int64(handle, column)) }

  func text(_ column: Int32) -> String {
    guard let text = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  /// Lends the bytes of a column.
  func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
    let bytes = sqlite3_column_blob(handle, column)
    return try body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(sqlite3_column_bytes(handle, column))))
  }

  func blob(_ column: Int32) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// SQLITE_TRANSIENT: SQLite copies what is bound before the call returns.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

extension Database {
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  var rowsChanged: Int { sqliteConnection.map { Int(sqlite3_changes($0)) } ?? 0 }
}
