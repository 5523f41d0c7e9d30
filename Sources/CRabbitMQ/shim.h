#pragma once
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// `amqp_login_with_properties` with a password: that function is variadic, and Swift cannot call it.
static inline amqp_rpc_reply_t crabbitmq_login(amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max, int heartbeat,
                                               const amqp_table_t *properties, const char *user, const char *password) {
  return amqp_login_with_properties(state, vhost, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

/// What the two callbacks below need. Must outlive the socket that it is given to.
typedef struct {
  /// What is announced as server name, or NULL for the host that is connected to.
  const char *server_name;
  /// Out: OpenSSL's X509_V_ERR code of the first thing that was wrong with the peer's certificate, else 0.
  int verify_error;
} crabbitmq_tls_peer;

static inline int crabbitmq_on_verify(int is_fine, X509_STORE_CTX *store) {
  if (is_fine) return 1;
  SSL *ssl = (SSL *)X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  crabbitmq_tls_peer *peer = (crabbitmq_tls_peer *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  if (peer->verify_error == 0) peer->verify_error = X509_STORE_CTX_get_error(store);
  return 0;
}

static inline void crabbitmq_on_info(const SSL *ssl, int where, int result) {
  crabbitmq_tls_peer *peer = (crabbitmq_tls_peer *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  (void)result;
  if (where & SSL_CB_HANDSHAKE_START) SSL_set_tlsext_host_name((SSL *)ssl, peer->server_name);
}

/// TLS 1.2 or newer; with `verified_name`, the handshake itself fails unless the certificate is trusted and made out to that name or address.
///
/// librabbitmq's own check comes after the handshake, does not say what was wrong, and knows no addresses.
static inline int crabbitmq_guard_tls(amqp_socket_t *socket, const char *verified_name, crabbitmq_tls_peer *peer) {
  SSL_CTX *context = (SSL_CTX *)amqp_ssl_socket_get_context(socket);
  if (!SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)) return 0;
  SSL_CTX_set_app_data(context, peer);
  if (peer->server_name) SSL_CTX_set_info_callback(context, crabbitmq_on_info);
  amqp_ssl_socket_set_verify_hostname(socket, 0);
  amqp_ssl_socket_set_verify_peer(socket, verified_name != 0);
  if (!verified_name) return 1;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, crabbitmq_on_verify);
  X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_ip_asc(parameters, verified_name) || X509_VERIFY_PARAM_set1_host(parameters, verified_name, 0);
}
