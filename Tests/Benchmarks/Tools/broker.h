// A connection to the benchmark's own RabbitMQ: loopback, guest, one channel.
#pragma once
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

#include "common.h"

static inline amqp_connection_state_t open_connection(int port) {
  amqp_connection_state_t connection = amqp_new_connection();
  amqp_socket_t *socket = amqp_tcp_socket_new(connection);
  if (!socket || amqp_socket_open(socket, "127.0.0.1", port)) DIE("there is no broker on port %d", port);
  amqp_rpc_reply_t reply = amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) DIE("the broker does not let us in");
  if (!amqp_channel_open(connection, 1)) DIE("the broker opens no channel");
  return connection;
}

static inline void declare_queue(amqp_connection_state_t connection, const char *queue) {
  if (!amqp_queue_declare(connection, 1, amqp_cstring_bytes(queue), 0, 1, 0, 0, amqp_empty_table))
    DIE("the broker does not declare the queue %s", queue);
}
