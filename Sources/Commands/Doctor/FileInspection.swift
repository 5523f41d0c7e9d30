import Fanfare
import Glibc
import Threading

/// Who may read and write what the service keeps, and how much room there is.
struct FileInspection {
  let settings: Settings

  func findings() -> [Finding] { [permissions(), writability(), leftovers(), space()].compactMap(\.self) }

  // MARK: The store

  /// Whether something lies there that only a service makes: then there was a store.
  var hasCompanions: Bool { PrivateFile.isThere(settings.secretKeyFile.path) || PrivateFile.isThere(settings.adminTokenPath) }

  /// What to do about a key that is not to be had.
  var keyAdvice: String {
    let path = settings.secretKeyFile.path
    guard let status = FileStatus(path: path) else {
      return "Put it back from where it is kept beside the backups: without it the store does not open."
    }
    if !status.isRegular { return "Move \(path) away, which is no file, and put the key there: without it the store does not open." }
    if status.permissions & 0o077 != 0 {
      return "The service does not start before: chmod 600 \(path). If others may have read it, make a new key ('fanfare secrets rekey')."
    }
    if access(path, R_OK) != 0 { return "Run doctor as the user that the service runs as." }
    return "Put the store's own key there: without it the store does not open."
  }

  /// Nil if there is a file where the store is to be.
  func missingStore() -> Finding? {
    let path = settings.storePath
    guard let status = FileStatus(path: path) else {
      return Finding(
        "store", .fault, "there is no store at \(path) (\(systemReason()))",
        advice: hasCompanions
          ? "There was one, since its keys lie there: restore the last backup ('fanfare restore FILE')."
          : "Name the service's directory with --data-directory, or start the service once.")
    }
    if status.isRegular { return nil }
    return Finding(
      "store", .fault, "\(path) is no file, but a directory or the like",
      advice: "Move it away, and put the database there; or name the service's directory with --data-directory.")
  }

  // MARK: Permissions

  private func permissions() -> Finding {
    let directory = settings.dataDirectory
    // What is not there is somebody else's to tell.
    let exposed = files.filter { Self.permissions(of: $0, include: 0o077) }
    // Whoever may write into a directory may put another file in the place of each.
    if Self.permissions(of: directory, include: 0o022) {
      return Finding(
        "permissions", .fault, "others may write into \(directory), and so replace or remove any file in it",
        advice: "Make it yours alone: chmod 700 \(directory)"
          + (exposed.isEmpty ? "" : "; and what is in it: chmod 600 \(exposed.joined(separator: " "))"))
    }
    if !exposed.isEmpty {
      return Finding(
        "permissions", .fault, "others may use \(exposed.joined(separator: ", "))",
        advice: "Make them yours alone: chmod 600 \(exposed.joined(separator: " "))")
    }
    if Self.permissions(of: directory, include: 0o077) {
      return Finding(
        "permissions", .warning, "others may look into \(directory); the files in it are their owner's alone",
        advice: "Make it yours alone: chmod 700 \(directory)")
    }
    return Finding("permissions", "the files are their owner's alone")
  }

  private var files: [String] {
    let path = settings.storePath
    return [path, path + "-wal", path + "-shm", path + ".lock", settings.secretKeyFile.path, settings.adminTokenPath]
  }

  private static func permissions(of path: String, include mask: UInt32) -> Bool {
    FileStatus(path: path).map { $0.permissions & mask != 0 } ?? false
  }

  /// The system refuses a file system that is read-only to root, too.
  private func writability() -> Finding {
    let path = settings.storePath
    for place in [settings.dataDirectory, path, path + "-wal", path + "-shm", path + ".lock"]
    where access(place, W_OK) != 0 && errno != ENOENT {
      let isReadOnly = errno == EROFS
      return Finding(
        "writable", .fault, "\(place) cannot be written to: \(systemReason())",
        advice: isReadOnly
          ? "Nothing can be stored, nor can the service start. See the kernel's log (dmesg), since a disk that fails is made read-only; if it "
            + "is sound, have it written to: mount -o remount,rw"
          : "Run doctor as the user that the service runs as; if you do, give that user the directory and what is in it (chown).")
    }
    return Finding("writable", "the store may be written to")
  }

  /// What a restore leaves behind that was killed.
  private func leftovers() -> Finding? {
    let draft = settings.storePath + ".part"
    guard let status = FileStatus(path: draft) else { return nil }
    return Finding(
      "leftovers", .warning, "\(draft) (\(ByteCount(bytes: status.size))) is what a restore was making",
      advice: "If none runs now, it was killed: the file may be removed, and the next restore begins anew.")
  }

  // MARK: Room

  /// Less than the store itself is too little for a backup beside it, or for bringing it over to a new version.
  private func space() -> Finding {
    guard let free = FreeSpace(path: settings.dataDirectory) else {
      return Finding("space", .warning, "how much room \(settings.dataDirectory) has cannot be told: \(systemReason())")
    }
    let store = FileStatus(path: settings.storePath)?.size ?? 0
    let text = "\(ByteCount(bytes: free.bytes)) are free of \(ByteCount(bytes: free.total)); the store has \(ByteCount(bytes: store))"
    if free.bytes < 256 << 20 {
      return Finding(
        "space", .fault, text, advice: "Make room: on a full disk nothing is stored, nor acknowledged, until there is some.")
    }
    if free.bytes < store || free.bytes * 20 < free.total {
      return Finding(
        "space", .warning, text, advice: "Make room, or keep less (retention.events); a new version may need a copy of the store.")
    }
    return Finding("space", text)
  }
}
