import Foundation

/// What libFuzzer's `main` calls, with its own options (https://llvm.org/docs/LibFuzzer.html) and one of ours, which begin with two dashes:
/// `--targets`, `--dictionary=TARGET`, `--target=TARGET`.
private enum Fuzz {
  /// Set once, before the first input.
  nonisolated(unsafe) static var target = FuzzTarget.all[0]

  static func begin(_ words: [String]) {
    let option = words.first { $0.hasPrefix("--") }?.split(separator: "=", maxSplits: 1).map(String.init) ?? []
    switch (option.first, option.last.flatMap(FuzzTarget.named)) {
    case ("--targets", _):
      for target in FuzzTarget.all { print(target.name) }
      exit(0)
    case ("--dictionary", .some(let target)):
      // libFuzzer takes no dictionary without a word.
      for word in target.words + ["\0"] { print(entry(word)) }
      exit(0)
    case ("--target", .some(let target)): self.target = target
    case (_, _):
      FileHandle.standardError.write(Data("say --target=TARGET; --targets tells their names\n".utf8))
      exit(64)
    }
  }

  /// A line of libFuzzer's dictionary.
  private static func entry(_ word: String) -> String {
    "\"" + word.utf8.map { byte in "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }.joined() + "\""
  }
}

@_cdecl("LLVMFuzzerInitialize") public func initializeFuzzer(
  _ count: UnsafePointer<CInt>, _ arguments: UnsafePointer<UnsafePointer<UnsafePointer<CChar>>>
) -> CInt {
  Fuzz.begin((1..<max(1, Int(count.pointee))).map { String(cString: arguments.pointee[$0]) })
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput") public func readInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try Fuzz.target.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
  } catch {
    fatalError("\(Fuzz.target): \(error)")
  }
  return 0
}
