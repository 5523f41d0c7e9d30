// Small things that have to be done at the broker.
//
//   queue PORT declare QUEUE        a durable classic queue, emptied if it was there
//   queue PORT dead-letters NAME    a durable topic exchange and a durable queue of one name, bound with #
//   queue PORT depth QUEUE          prints how many messages wait, and how many consumers there are
//   queue PORT delete QUEUE
#include <string.h>

#include "broker.h"

int main(int count, char **arguments) {
  if (count != 4) DIE("use: queue PORT declare|dead-letters|depth|delete NAME");
  amqp_connection_state_t connection = open_connection((int)number(arguments[1], "PORT"));
  const char *command = arguments[2];
  amqp_bytes_t name = amqp_cstring_bytes(arguments[3]);

  if (!strcmp(command, "declare")) {
    declare_queue(connection, arguments[3]);
    amqp_queue_purge(connection, 1, name);
  } else if (!strcmp(command, "dead-letters")) {
    if (!amqp_exchange_declare(connection, 1, name, amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table))
      DIE("the broker does not declare the exchange %s", arguments[3]);
    declare_queue(connection, arguments[3]);
    amqp_queue_bind(connection, 1, name, name, amqp_cstring_bytes("#"), amqp_empty_table);
  } else if (!strcmp(command, "depth")) {
    amqp_queue_declare_ok_t *found = amqp_queue_declare(connection, 1, name, 1, 0, 0, 0, amqp_empty_table);
    if (!found) DIE("the queue %s is not there", arguments[3]);
    printf("%u %u\n", found->message_count, found->consumer_count);
  } else if (!strcmp(command, "delete")) {
    amqp_queue_delete(connection, 1, name, 0, 0);
  } else {
    DIE("queue does not know %s", command);
  }
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(connection);
}
