public import Fanfare
internal import GRDB

/// Something that the store could not do.
public struct SQLiteStoreError: StoreFailure, CustomStringConvertible {
  public enum Code: String, Sendable, CaseIterable {
    /// Another process has the database.
    case inUse = "in_use"
    /// The database was written by a newer version.
    case newerVersion = "newer_version"
    /// The store was closed.
    case closed
    /// Too much waits for the writer already.
    case overloaded
    /// No room on the disk.
    case full
    /// The file cannot be opened, read or written.
    case inputOutput = "input_output"
    /// The file is not a database, or a damaged one.
    case corrupt
    /// The secrets were encrypted with another key.
    case wrongKey = "wrong_key"
    /// SQLite waited for a lock in vain.
    case busy
    /// The call asked for something that cannot be stored.
    case invalid
    case other
  }

  public let code: Code
  /// SQLite's extended result code, or errno for ``Code/inUse`` and files that cannot be opened.
  public let nativeCode: Int32?
  public let description: String

  init(_ code: Code, nativeCode: Int32? = nil, _ description: String) {
    self.code = code
    self.nativeCode = nativeCode
    self.description = description
  }

  /// Whether the same call may go well in a moment.
  public var isRetriable: Bool { shortage != nil }

  public var shortage: StoreShortage? {
    switch code {
    case .overloaded, .busy: .overloaded
    case .full: .diskFull
    case .inputOutput: .diskFailing
    case .inUse, .newerVersion, .closed, .corrupt, .wrongKey, .invalid, .other: nil
    }
  }

  /// Whether it is the file, or the disk below it, that failed, and not the call, nor a row that only we cannot read.
  var isOfFile: Bool {
    switch code {
    case .full, .inputOutput: true
    case .corrupt: nativeCode != nil
    case .inUse, .newerVersion, .closed, .overloaded, .wrongKey, .busy, .invalid, .other: false
    }
  }

  /// What SQLite said, in our words; errors of the domain pass as they are.
  static func translating(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let code: Code =
      switch error.resultCode {
      case .SQLITE_FULL: .full
      // What SQLite shares between connections has no room to grow.
      case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: .full
      case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: .inputOutput
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_MISUSE where error.message == "Connection is closed": .closed
      default: .other
      }
    let message = error.message ?? "SQLite failed"
    return SQLiteStoreError(code, nativeCode: error.extendedResultCode.rawValue, "the store failed: \(message)")
  }
}

extension Error {
  /// What is wrong with the file, or the disk below it, with its path and what to do.
  func naming(_ path: String) -> any Error {
    guard let error = self as? SQLiteStoreError, error.isOfFile || error.code == .corrupt else { return self }
    if error.description.contains(path) { return self }
    let sentence =
      error.code == .corrupt
      ? "the database \(path) is damaged (\(error.description)): 'fanfare doctor' says how badly, and 'fanfare restore' puts a backup in its place"
      : "the database \(path) cannot be used: \(error.description)"
    return SQLiteStoreError(error.code, nativeCode: error.nativeCode, sentence)
  }
}
