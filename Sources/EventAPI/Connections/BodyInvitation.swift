/// Travels from a handler that is about to read a body to the connection, where a client may be waiting for `100 Continue`.
struct BodyInvitation: Sendable {}
