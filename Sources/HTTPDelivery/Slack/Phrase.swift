/// Words of ours with values of an event between them: `"created the project \(name)"`.
///
/// What is interpolated is never taken for words, so it is shown as a value however it is spelled.
struct Phrase: ExpressibleByStringInterpolation, Equatable {
  enum Piece: Equatable {
    case words(String)
    case value(String)
  }

  private(set) var pieces: [Piece]

  init(stringLiteral value: String) {
    pieces = [.words(value)]
  }

  init(stringInterpolation interpolation: Interpolation) {
    pieces = interpolation.pieces
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var pieces: [Piece] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(.words(literal)) }
    }

    mutating func appendInterpolation(_ phrase: Phrase) { pieces += phrase.pieces }
    mutating func appendInterpolation(value: String) { pieces.append(.value(value)) }
  }

  /// With the first letter as a sentence begins.
  var capitalized: Phrase {
    guard case .words(let words) = pieces.first, let first = words.first else { return self }
    var copy = self
    copy.pieces[0] = .words(first.uppercased() + words.dropFirst())
    return copy
  }

  /// For a mrkdwn text: values in code spans.
  var mrkdwn: String {
    pieces.reduce(into: "") { text, piece in
      switch piece {
      case .words(let words): text += SlackText.escape(words)
      case .value(let value): text += SlackText.code(value)
      }
    }
  }

  /// For the fallback text: values as they are, escaped.
  var plain: String {
    pieces.reduce(into: "") { text, piece in
      switch piece {
      case .words(let words): text += SlackText.escape(words)
      case .value(let value): text += SlackText.escape(SlackText.line(value, limit: SlackLimits.name))
      }
    }
  }
}
