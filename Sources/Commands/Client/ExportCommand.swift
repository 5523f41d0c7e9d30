import ArgumentParser
import AsyncHTTPClient
import Fanfare
import Glibc
import NIOCore

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes events to a file or standard output, any number of them, newest first.",
    discussion: """
      As jsonl, one event a line just as the API shows it, or as csv for spreadsheets. A file appears under its name only when it is whole. \
      An export that is cut off ends with status 1 and says how far it came.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl, csv }

  @OptionGroup var choice: EventChoice

  @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
  var until: Instant?

  @Option(help: "jsonl or csv.")
  var format = Format.jsonl

  @Option(name: .shortAndLong, help: ArgumentHelp("The file; standard output if there is none.", valueName: "file"), completion: .file())
  var output: String?

  @OptionGroup var client: ClientOptions

  func run() async throws {
    var query = choice.parameters + [("format", format.rawValue)]
    if let until { query.append(("until", until.timestamp.rfc3339)) }
    let target = query
    let isShown = Console.isErrorTerminal && (output != nil || !Console.isOutputTerminal)
    let whole = try await untilInterrupted {
      try await client.withClient { service in
        var run = ExportRun(format: format, progress: ProgressLine(total: nil, isShown: isShown))
        var file = try OutputFile(path: output)
        return try await run.copy(from: service, query: target, to: &file)
      }
    }
    guard let whole else { throw SentenceError("the export was interrupted, and is not whole") }
    Console.note(whole)
  }
}

/// One export from the service into a file.
struct ExportRun {
  private var count: EventCount
  private var progress: ProgressLine

  init(format: ExportCommand.Format, progress: ProgressLine) {
    count = EventCount(format)
    self.progress = progress
  }

  /// - Returns: what it came to, in a sentence.
  /// - Throws: a sentence if it could not be begun, or was cut off.
  mutating func copy(from service: ServiceClient, query: [(String, String)], to file: inout OutputFile) async throws -> String {
    let start = ContinuousClock.now
    let response: HTTPClientResponse
    do {
      response = try await service.open(["api", "v1", "events", "export"], query: query)
    } catch {
      throw SentenceError(error.description)
    }
    defer { progress.clear() }
    var body = response.body.makeAsyncIterator()
    while let bytes = try await next(&body) {
      count.take(bytes.readableBytesView)
      do {
        try file.write(bytes.readableBytesView)
      } catch is NobodyReads {
        throw SentenceError("the export is not whole: nobody reads standard output any more")
      }
      progress.show(done: 0, lines: count.events, after: ContinuousClock.now - start)
    }
    try file.finish()
    let milliseconds = max(1, Int((ContinuousClock.now - start) / .milliseconds(1)))
    return
      "\(count.events) events in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s (\(count.events * 1000 / milliseconds) a second)"
  }

  private func next(_ body: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
    do {
      return try await body.next()
    } catch {
      throw SentenceError("the export was cut off after \(count.events) events (\(ServiceClient.reason(for: error))), and is not whole")
    }
  }
}

/// Counts the events of an export as they go by.
struct EventCount {
  private let isCSV: Bool
  private var lines = 0
  /// Inside of a quoted cell, where a line break is no end of a row.
  private var isQuoted = false

  init(_ format: ExportCommand.Format) { isCSV = format == .csv }

  /// The heading of a CSV is none.
  var events: Int { isCSV ? max(0, lines - 1) : lines }

  mutating func take(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n"), !isQuoted { lines += 1 }
      if isCSV, byte == UInt8(ascii: "\"") { isQuoted.toggle() }
    }
  }
}
