/// A failure that is told to a person in one sentence.
struct SentenceError: Error, CustomStringConvertible {
  let description: String

  init(_ sentence: String) { description = sentence }
}
