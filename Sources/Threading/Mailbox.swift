import Synchronization

/// What other threads want of the thread that owns it: they post, it drains everything at once.
///
/// The owner waits in a call of its own (`poll`, `curl_multi_poll`); `wake` makes that call return. It is called only when the mailbox
/// was empty before, so a burst costs one wake-up.
public final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let wake: @Sendable () -> Void

  public init(wake: @escaping @Sendable () -> Void) {
    self.wake = wake
  }

  /// Any thread; never blocks for longer than a copy.
  public func post(_ message: Message) {
    let wasEmpty = messages.withLock { messages in
      defer { messages.append(message) }
      return messages.isEmpty
    }
    if wasEmpty { wake() }
  }

  /// Everything posted since the last time, in order. The owning thread only.
  public func drain() -> [Message] {
    messages.withLock { messages in
      if messages.isEmpty { return [] }
      defer { messages = [] }
      return messages
    }
  }
}
