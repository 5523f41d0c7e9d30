import Foundation

/// Inputs that stand in `Corpus/<target>/`: examples to begin with, and whatever has once found a fault.
enum Corpus {
  private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  /// In the order of their names. Empty if the target has none.
  static func inputs(of target: FuzzTarget) -> [(name: String, bytes: [UInt8])] {
    let directory = directory.appending(path: target.name)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.sorted().compactMap { name in
      (try? Data(contentsOf: directory.appending(path: name))).map { (name, Array($0)) }
    }
  }

  /// The targets that have a directory.
  static var targets: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted() }
}
