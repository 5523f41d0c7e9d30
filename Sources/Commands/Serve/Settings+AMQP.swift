import AMQPSource

extension Settings.AMQP {
  /// There must be a URL.
  var configuration: AMQPConfiguration {
    var configuration = AMQPConfiguration(urls: urls)
    configuration.exchanges = exchanges
    configuration.queue = queue
    configuration.prefetch = UInt16(clamping: prefetch)
    configuration.declares = declares
    return configuration
  }
}
