import Foundation

/// Whether this user may mount a file system of its own; in a container that is not told to let it, root may not.
enum MountRights {
  static func areThere() async -> Bool {
    await (try? CommandRun.run(URL(filePath: "/usr/bin/unshare"), ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]))?.status == 0
  }
}
