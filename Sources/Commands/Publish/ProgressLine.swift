import Glibc

/// One line on a terminal that is written over: a bar where the end is known, a count where it is not.
struct ProgressLine: Sendable {
  private let total: Int?
  private let isShown: Bool
  private var isDirty = false
  private var shownAt: ContinuousClock.Instant?

  /// - Parameter total: the bytes of the input, if they are known.
  init(total: Int?, isShown: Bool) {
    self.total = total
    self.isShown = isShown
  }

  mutating func show(done: Int, lines: Int, after duration: Duration) {
    show(Self.text(done: done, total: total, lines: lines, after: duration))
  }

  mutating func show(_ text: String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let shownAt, now - shownAt < .milliseconds(100) { return }
    shownAt = now
    isDirty = true
    Console.write("\r\u{1B}[K" + text, to: STDERR_FILENO)
  }

  /// Leaves the line empty, for something else to be written there.
  mutating func clear() {
    if !isDirty { return }
    isDirty = false
    Console.write("\r\u{1B}[K", to: STDERR_FILENO)
  }

  static func text(done: Int, total: Int?, lines: Int, after duration: Duration) -> String {
    let milliseconds = max(1, Int(duration / .milliseconds(1)))
    let count = "\(lines) lines, \(lines * 1000 / milliseconds) a second"
    guard let total, total > 0 else { return count }
    return "\(bar(done: done, total: total))  \(count)"
  }

  /// A bar, and the share in percent. `total` is above 0.
  static func bar(done: Int, total: Int) -> String {
    let width = 30
    let filled = min(width, done * width / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    return "\(bar) \(min(100, done * 100 / total)) %"
  }
}
