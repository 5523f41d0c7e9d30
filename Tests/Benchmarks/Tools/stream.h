// A connection's bytes, plain or through TLS; never blocks.
#pragma once
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "common.h"

enum { stream_ended = 0, stream_waits = -1 };

struct stream {
  int descriptor;
  SSL *tls;  // 0: plain
};

static SSL_CTX *tls_settings;

static void use_tls(const char *certificate, const char *key) {
  tls_settings = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(tls_settings, certificate) != 1) DIE("%s holds no certificate", certificate);
  if (SSL_CTX_use_PrivateKey_file(tls_settings, key, SSL_FILETYPE_PEM) != 1) DIE("%s holds no key of that certificate", key);
}

static void stream_open(struct stream *stream, int descriptor) {
  *stream = (struct stream){.descriptor = descriptor};
  if (!tls_settings) return;
  stream->tls = SSL_new(tls_settings);
  SSL_set_fd(stream->tls, descriptor);
  SSL_set_accept_state(stream->tls);
}

// How many bytes were read, or one of the two above. The handshake happens in here.
static ssize_t stream_read(struct stream *stream, char *buffer, size_t room) {
  if (!stream->tls) {
    ssize_t count = read(stream->descriptor, buffer, room);
    if (count >= 0) return count;
    return errno == EAGAIN || errno == EINTR ? stream_waits : stream_ended;
  }
  // Errors of other connections would be taken for this one's.
  ERR_clear_error();
  size_t count;
  int result = SSL_read_ex(stream->tls, buffer, room, &count);
  if (result == 1) return (ssize_t)count;
  int error = SSL_get_error(stream->tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? stream_waits : stream_ended;
}

static void stream_write(struct stream *stream, const char *text, size_t length) {
  if (stream->tls) {
    ERR_clear_error();
    SSL_write(stream->tls, text, (int)length);
  } else if (write(stream->descriptor, text, length) < 0 && errno != EPIPE && errno != ECONNRESET) perror("an answer was not written");
}

static void stream_close(struct stream *stream) {
  if (stream->tls) {
    SSL_set_quiet_shutdown(stream->tls, 1);
    SSL_free(stream->tls);
  }
  close(stream->descriptor);
  stream->descriptor = -1;
}
