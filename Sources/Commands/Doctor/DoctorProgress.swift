import Synchronization

/// Says on a terminal what is looked at now.
final class DoctorProgress: Sendable {
  private let line: Mutex<ProgressLine>

  init(isShown: Bool) { line = Mutex(ProgressLine(total: nil, isShown: isShown)) }

  @Sendable func show(_ subject: String) { line.withLock { $0.show("looking at: \(subject)") } }

  func clear() { line.withLock { $0.clear() } }
}
