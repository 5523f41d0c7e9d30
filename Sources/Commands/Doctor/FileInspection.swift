import Fanfare
import Glibc
import Threading

/// Who may read and write what the service keeps, and how much room there is.
struct FileInspection {
  let settings: Settings

  func findings() -> [Finding] { [permissions(), space()] }

  private func permissions() -> Finding {
    let path = settings.storePath
    let files = [path, path + "-wal", path + "-shm", path + ".lock", settings.secretKeyFile.path, settings.adminTokenPath]
    // What is not there is somebody else's to tell.
    let exposed = files.filter(Self.isExposed)
    if !exposed.isEmpty {
      return Finding(
        "permissions", .fault, "others may use \(exposed.joined(separator: ", "))",
        advice: "Make them yours alone: chmod 600 \(exposed.joined(separator: " "))")
    }
    if Self.isExposed(settings.dataDirectory) {
      return Finding(
        "permissions", .warning, "others may look into \(settings.dataDirectory); the files in it are their owner's alone",
        advice: "Make it yours alone: chmod 700 \(settings.dataDirectory)")
    }
    return Finding("permissions", "the files are their owner's alone")
  }

  private static func isExposed(_ path: String) -> Bool { FileStatus(path: path).map { $0.permissions & 0o077 != 0 } ?? false }

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
