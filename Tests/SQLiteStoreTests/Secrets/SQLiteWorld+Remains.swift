import Foundation

extension SQLiteWorld {
  /// Those of the texts that stand somewhere in the database's files.
  func marks(_ texts: [String]) throws -> [String] { try texts.filter { try holding([Array($0.utf8)]) > 0 } }

  /// How many of the byte strings stand somewhere in the files.
  func holding(_ strings: [[UInt8]]) throws -> Int {
    let contents = try files.map { try Data(contentsOf: URL(filePath: "\(directory)/\($0)")) }
    return strings.count { string in contents.contains { $0.range(of: Data(string)) != nil } }
  }

  func size(of name: String) throws -> Int { try Data(contentsOf: URL(filePath: "\(directory)/\(name)")).count }
}
