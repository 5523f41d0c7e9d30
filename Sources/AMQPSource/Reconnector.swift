/// Which URL comes next, and when.
struct Reconnector {
  /// A connection that lasted this long was a good one: what comes after begins with a short wait.
  private static let goodEnough = Duration.seconds(10)

  private let urls: [AMQPURL]
  private var index = 0
  private var failuresInRound = 0
  private var backoff = Backoff()
  private var generator = SystemRandomNumberGenerator()

  init(urls: [AMQPURL]) {
    self.urls = urls
  }

  var url: AMQPURL { urls[index] }

  /// Moves on to the next URL. Only a whole round of failures is waited for.
  mutating func delay(afterFailureOfConnectionHeldFor time: Duration) -> Duration {
    index = (index + 1) % urls.count
    if time >= Self.goodEnough {
      backoff.reset()
      failuresInRound = 0
    }
    failuresInRound += 1
    if failuresInRound < urls.count { return .zero }
    failuresInRound = 0
    return backoff.next(using: &generator)
  }
}
