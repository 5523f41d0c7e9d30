import CRabbitMQ
import Fanfare
import Glibc

/// One connection to a broker, with one channel that does the work.
///
/// Belongs to the thread that opened it. Everything that touches librabbitmq stands in this folder; bytes are copied before they leave it.
/// librabbitmq does nothing in the background: heartbeats go out, and a dead peer is noticed, only inside ``nextFrame(_:)`` and the
/// calls that send, so the owner comes by at least each half ``heartbeat``.
struct Connection: ~Copyable {
  /// The channel that consumes or publishes. Throw-away channels have ``probe``.
  static let channel: amqp_channel_t = 1
  static let probe: amqp_channel_t = 2

  /// librabbitmq's. Freed with this value, which also closes the socket.
  let state: amqp_connection_state_t
  /// Outlives the socket, whose callbacks read it.
  private let tlsPeer: UnsafeMutablePointer<crabbitmq_tls_peer>
  private let serverName: UnsafeMutablePointer<CChar>?
  let url: AMQPURL

  private init(to url: AMQPURL) {
    state = amqp_new_connection()
    serverName = url.tls?.serverName.flatMap { strdup($0) }
    tlsPeer = .allocate(capacity: 1)
    tlsPeer.initialize(to: crabbitmq_tls_peer(server_name: serverName, verify_error: 0))
    self.url = url
  }

  deinit {
    amqp_destroy_connection(state)
    tlsPeer.deallocate()
    free(serverName)
  }

  /// Connects, logs in and opens the channel. Blocks for at most two of the URL's connection time-outs, and for the resolver.
  static func open(_ url: AMQPURL, name: String, heartbeat: Duration) throws(AMQPError) -> Connection {
    let connection = Connection(to: url)
    try connection.connect()
    try connection.logIn(as: name, heartbeat: url.heartbeat ?? heartbeat)
    // An answer may wait behind a broker that is busy, but never longer than a dead peer takes to be noticed.
    var timeout = timeval(max(.seconds(5), connection.heartbeat * 2))
    amqp_set_rpc_timeout(connection.state, &timeout)
    try connection.openChannel(Connection.channel)
    return connection
  }

  /// For `poll`. Silence there does not mean that there is no work: ask ``nextFrame(_:)`` until it has nothing.
  var descriptor: Int32 { amqp_get_sockfd(state) }

  /// Whether a message of ordinary size can be sent without waiting for the peer.
  var isWritable: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, 0) > 0
  }

  /// As agreed with the broker, which may ask for a shorter one.
  var heartbeat: Duration { .seconds(Int(amqp_get_heartbeat(state))) }

  private func connect() throws(AMQPError) {
    guard let socket = url.tls == nil ? amqp_tcp_socket_new(state) : amqp_ssl_socket_new(state) else {
      throw AMQPError(.unreachable, "no socket could be made for \(url)")
    }
    if let tls = url.tls { try prepare(socket, tls) }
    var timeout = timeval(url.connectionTimeout)
    errno = 0
    let status = amqp_socket_open_noblock(socket, url.host, Int32(url.port), &timeout)
    if status == AMQP_STATUS_OK.rawValue { return }
    let systemCode = errno
    if tlsPeer.pointee.verify_error != 0 {
      let reason = String(cString: X509_verify_cert_error_string(Int(tlsPeer.pointee.verify_error)))
      throw AMQPError(.tls, native: Int(status), "the certificate of \(url) was not accepted: \(reason)")
    }
    switch status {
    case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue, AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
      throw AMQPError(.tls, native: Int(status), "the TLS handshake with \(url) failed; is that a TLS port?")
    case AMQP_STATUS_SOCKET_ERROR.rawValue where systemCode == EINPROGRESS:
      // The library asks the socket how its connecting went, and does not hand the answer on.
      throw AMQPError(.unreachable, native: Int(status), "\(url) could not be reached: the connection was refused, or broke off at once")
    case AMQP_STATUS_SOCKET_ERROR.rawValue where systemCode != 0:
      throw AMQPError(.unreachable, native: Int(status), "\(url) could not be reached: \(String(cString: strerror(systemCode)))")
    default:
      throw AMQPError(.unreachable, native: Int(status), "\(url) could not be reached: \(Self.text(of: status))")
    }
  }

  private func prepare(_ socket: OpaquePointer, _ tls: AMQPURL.TLS) throws(AMQPError) {
    if tls.verifiesPeer {
      let file = tls.authorityFile ?? "/etc/ssl/certs/ca-certificates.crt"
      if amqp_ssl_socket_set_cacert(socket, file) != AMQP_STATUS_OK.rawValue {
        throw AMQPError(.tls, "the file \(file) holds no certificate authorities that could be read")
      }
    }
    if let certificate = tls.certificateFile, let key = tls.keyFile {
      if amqp_ssl_socket_set_key(socket, certificate, key) != AMQP_STATUS_OK.rawValue {
        throw AMQPError(.tls, "the files \(certificate) and \(key) are not a certificate and its key that could be read")
      }
    }
    let isGuarded =
      tls.verifiesPeer
      ? crabbitmq_guard_tls(socket, tls.serverName ?? url.host, tlsPeer) : crabbitmq_guard_tls(socket, nil, tlsPeer)
    if isGuarded == 0 { throw AMQPError(.tls, "TLS could not be set up for the name \(tls.serverName ?? url.host)") }
  }

  private func logIn(as name: String, heartbeat: Duration) throws(AMQPError) {
    var timeout = timeval(url.connectionTimeout)
    amqp_set_handshake_timeout(state, &timeout)
    // Without these a deleted queue leaves a consumer that silently gets nothing, and a refused log-in is just a closed socket.
    let capabilities = ["consumer_cancel_notify", "connection.blocked", "basic.nack", "publisher_confirms", "authentication_failure_close"]
    let properties = JSONValue.object([
      .init("product", "Fanfare"), .init("connection_name", .string(name)),
      .init("capabilities", .object(capabilities.map { .init($0, true) })),
    ])
    var arena = Arena()
    var table = arena.table(properties)
    let reply = crabbitmq_login(
      state, url.virtualHost, 0, 131_072, Int32(heartbeat.components.seconds), &table, url.user, url.password)
    do {
      try check(reply, on: 0)
    } catch  where error.nativeCode == Int(AMQP_ACCESS_REFUSED) {
      throw AMQPError(.refusedLogin, native: error.nativeCode, "the broker at \(url) refused the user name or the password")
    } catch  where error.nativeCode == Int(AMQP_NOT_ALLOWED) {
      throw AMQPError(.refusedLogin, native: error.nativeCode, "the broker at \(url) does not let us in: \(error.description)")
    } catch {
      throw AMQPError(.unreachable, native: error.nativeCode, "no log-in at \(url): \(error.description)")
    }
  }

  func openChannel(_ channel: amqp_channel_t) throws(AMQPError) {
    _ = amqp_channel_open(state, channel)
    try check(amqp_get_rpc_reply(state), on: channel)
  }

  func closeChannel(_ channel: amqp_channel_t) throws(AMQPError) {
    try check(amqp_channel_close(state, channel, Int32(AMQP_REPLY_SUCCESS)), on: channel)
  }

  // MARK: Frames

  /// The next frame that is there already; false if there is none. Sends and checks heartbeats.
  ///
  /// What the frame points to lives until ``releaseBuffers()``.
  func nextFrame(_ frame: inout amqp_frame_t) throws(AMQPError) -> Bool {
    var noTime = timeval(tv_sec: 0, tv_usec: 0)
    let status = amqp_simple_wait_frame_noblock(state, &frame, &noTime)
    switch status {
    case AMQP_STATUS_OK.rawValue: return true
    case AMQP_STATUS_TIMEOUT.rawValue: return false
    case AMQP_STATUS_HEARTBEAT_TIMEOUT.rawValue:
      throw AMQPError(.connectionLost, native: Int(status), "the broker at \(url) has sent nothing for two heartbeats")
    default: throw lost(status)
    }
  }

  /// Gives back the memory of frames that have been read. Does nothing while some are queued.
  func releaseBuffers() { amqp_maybe_release_buffers(state) }

  /// Settles everything up to `tag`.
  func acknowledge(upTo tag: UInt64) throws(AMQPError) {
    let status = amqp_basic_ack(state, Self.channel, tag, 1)
    if status != AMQP_STATUS_OK.rawValue { throw lost(status) }
  }

  /// Says goodbye. Blocks for at most the time-out of an answer.
  consuming func close() {
    var timeout = timeval(.seconds(2))
    amqp_set_rpc_timeout(state, &timeout)
    _ = amqp_connection_close(state, Int32(AMQP_REPLY_SUCCESS))
  }

  // MARK: Errors

  /// What the broker says with a frame that ends the channel or the connection; answers it, as the protocol asks for.
  func goodbye(_ method: amqp_method_t, on channel: amqp_channel_t) -> AMQPError? {
    switch method.id {
    case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
      let close = method.decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
      let text = String(close.reply_text)
      var answer = amqp_channel_close_ok_t()
      _ = amqp_send_method(state, channel, amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD), &answer)
      return AMQPError(.closedByBroker, native: Int(close.reply_code), text)
    case amqp_method_number_t(AMQP_CONNECTION_CLOSE_METHOD):
      let close = method.decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
      let text = String(close.reply_text)
      var answer = amqp_connection_close_ok_t()
      _ = amqp_send_method(state, 0, amqp_method_number_t(AMQP_CONNECTION_CLOSE_OK_METHOD), &answer)
      return AMQPError(.closedByBroker, native: Int(close.reply_code), text)
    default: return nil
    }
  }

  func check(_ reply: amqp_rpc_reply_t, on channel: amqp_channel_t) throws(AMQPError) {
    switch reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      if let error = goodbye(reply.reply, on: channel) { throw error }
      throw AMQPError(.connectionLost, "the broker at \(url) answered with method \(reply.reply.id), which is none of the answers")
    case AMQP_RESPONSE_LIBRARY_EXCEPTION: throw lost(reply.library_error)
    default: throw lost(AMQP_STATUS_CONNECTION_CLOSED.rawValue)
    }
  }

  func lost(_ status: Int32) -> AMQPError {
    AMQPError(.connectionLost, native: Int(status), "the connection to \(url) was lost: \(Self.text(of: status))")
  }

  private static func text(of status: Int32) -> String { String(cString: amqp_error_string2(status)) }
}

extension timeval {
  init(_ duration: Duration) {
    self.init(tv_sec: Int(duration.components.seconds), tv_usec: Int(duration.components.attoseconds / 1_000_000_000_000))
  }
}

extension String {
  /// A copy; bytes that are not UTF-8 are replaced.
  init(_ bytes: amqp_bytes_t) {
    self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}
