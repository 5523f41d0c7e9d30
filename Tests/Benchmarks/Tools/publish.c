// Publishes events to a durable classic queue, persistent and with confirms, as fast as the broker takes them or at a steady rate.
//
//   publish --port PORT --queue QUEUE --events N [--rate PER_SECOND] [--body BYTES] [--ids random|ordered] [--projects N] [--first SEQ]
//
// `type` and `state_project` go through all their combinations: ten types, and within them the projects. Prints one line of JSON.
#define _GNU_SOURCE
#include <getopt.h>
#include <poll.h>
#include <string.h>

#include "broker.h"

enum { window = 2000, largest_body = 16 << 20 };

static const char *const types[] = {
  "CREATE_STATE_PROJECT", "CREATE_STATE_ENVIRONMENT", "CREATE_STATE_DEPLOYMENT", "UPDATE_STATE_DEPLOYMENT", "REDEPLOY_STATE_DEPLOYMENT",
  "RERUN_SMOKE_TESTS", "CREATE_INVENTORY_PROJECT", "NEW_INVENTORY_APPLICATION", "UPLOAD_INVENTORY_APPLICATION",
  "UPDATE_INVENTORY_PROJECT_USER_ACL",
};
enum { type_count = sizeof types / sizeof *types };

static struct {
  long port, events, rate, body, projects, first;
  const char *queue;
  int ordered_ids;
} options = {.body = 430, .projects = 1};

static void read_options(int count, char **arguments) {
  static const struct option known[] = {
    {"port", 1, 0, 'p'}, {"queue", 1, 0, 'q'}, {"events", 1, 0, 'n'}, {"rate", 1, 0, 'r'}, {"body", 1, 0, 'b'},
    {"ids", 1, 0, 'i'}, {"projects", 1, 0, 'j'}, {"first", 1, 0, 'f'}, {0, 0, 0, 0},
  };
  for (int flag; (flag = getopt_long(count, arguments, "", known, 0)) != -1;) switch (flag) {
    case 'p': options.port = number(optarg, "--port"); break;
    case 'q': options.queue = optarg; break;
    case 'n': options.events = number(optarg, "--events"); break;
    case 'r': options.rate = number(optarg, "--rate"); break;
    case 'b': options.body = number(optarg, "--body"); break;
    case 'i': options.ordered_ids = !strcmp(optarg, "ordered"); break;
    case 'j': options.projects = number(optarg, "--projects"); break;
    case 'f': options.first = number(optarg, "--first"); break;
    default: exit(64);
  }
  if (!options.port || !options.queue || !options.events) DIE("--port, --queue and --events are needed");
  if (options.body > largest_body) DIE("--body is at most %d", largest_body);
  if (!options.projects) DIE("--projects is at least 1");
}

// Ids -----------------------------------------------------------------------------------------------------------------------------------

static uint64_t chance;

static void random_id(char *id) {
  uint64_t a = random_number(&chance), b = random_number(&chance);
  sprintf(id, "%08x-%04x-4%03x-a%03x-%012lx", (unsigned)(a >> 32), (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff, (unsigned)(b >> 52),
    (unsigned long)(b & 0xffffffffffff));
}

// As a KSUID: seconds and 128 bits as 27 digits of base 62. The upper half counts, so that ids of one second are in order, too.
static void ordered_id(char *id, uint64_t sequence) {
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  uint64_t low = random_number(&chance);
  uint32_t words[] = {
    (uint32_t)(time(0) - 1400000000), (uint32_t)(sequence >> 32), (uint32_t)sequence, (uint32_t)(low >> 32), (uint32_t)low,
  };
  for (int place = 26; place >= 0; place--) {
    uint64_t rest = 0;
    for (int word = 0; word < 5; word++) {
      rest = rest << 32 | words[word];
      words[word] = (uint32_t)(rest / 62);
      rest %= 62;
    }
    id[place] = digits[rest];
  }
  id[27] = 0;
}

// Events --------------------------------------------------------------------------------------------------------------------------------

static char *filler, *event;

// Writes the event as JSON, filled up to the size that was asked for; returns its length.
static size_t write_event(long sequence, char *id) {
  char project[32] = "shop";
  int64_t sent = nanoseconds(CLOCK_REALTIME);
  if (options.ordered_ids) ordered_id(id, (uint64_t)sequence); else random_id(id);
  if (options.projects > 1) sprintf(project, "shop%ld", sequence / type_count % options.projects);
  int length = sprintf(event,
    "{\"id\":\"%s\",\"seq\":%ld,\"sent\":%ld,\"type\":\"%s\",\"timestamp\":\"%ld\",\"username\":\"ann\",\"allowed_groups\":[\"team\"],"
    "\"state_project\":\"%s\",\"state_environment\":\"live\",\"state_deployment\":\"web/%ld\",\"data\":{\"status\":\"done\",\"note\":\"",
    id, sequence, (long)sent, types[sequence % type_count], (long)sent, project, sequence % 100);
  long room = options.body - length - 3;
  if (room > 0) {
    memcpy(event + length, filler, (size_t)room);
    length += (int)room;
  }
  memcpy(event + length, "\"}}", 4);
  return (size_t)length + 3;
}

static void make_room(void) {
  static const char text[] = "the quick brown fox jumps over the lazy dog and deploys version 4.17 of the shop ";
  filler = malloc((size_t)options.body + 1);
  event = malloc((size_t)options.body + 1024);
  if (!filler || !event) DIE("there is no memory for a body of %ld bytes", options.body);
  for (long k = 0; k < options.body; k++) filler[k] = text[(size_t)k % (sizeof text - 1)];
}

// Confirms ------------------------------------------------------------------------------------------------------------------------------

static amqp_connection_state_t connection;
// All events up to this one are confirmed, and of those behind it the ones that are set here: confirms may come in any order.
static uint64_t confirmed;
static uint8_t is_confirmed[2 * window];

static void confirm(const amqp_basic_ack_t *ack) {
  for (uint64_t tag = ack->multiple ? confirmed + 1 : ack->delivery_tag; tag <= ack->delivery_tag; tag++)
    if (tag > confirmed) is_confirmed[tag % sizeof is_confirmed] = 1;
  while (is_confirmed[(confirmed + 1) % sizeof is_confirmed]) is_confirmed[++confirmed % sizeof is_confirmed] = 0;
}

static void take_frame(void) {
  amqp_frame_t frame;
  if (amqp_simple_wait_frame(connection, &frame)) DIE("the broker has closed the connection");
  if (frame.frame_type != AMQP_FRAME_METHOD) return;
  if (frame.payload.method.id == AMQP_BASIC_NACK_METHOD) DIE("the broker has refused an event");
  if (frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD) DIE("the broker has closed the channel");
  if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD) confirm(frame.payload.method.decoded);
}

// Takes confirms until it is time for the next event.
static void wait_until(int64_t due) {
  struct pollfd broker = {.fd = amqp_get_sockfd(connection), .events = POLLIN};
  for (;;) {
    while (amqp_frames_enqueued(connection) || amqp_data_in_buffer(connection)) take_frame();
    int64_t left = due - nanoseconds(CLOCK_MONOTONIC);
    if (left <= 0) return;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (ppoll(&broker, 1, &timeout, 0) > 0) take_frame();
  }
}

static void publish(long sequence) {
  char id[64];
  size_t length = write_event(sequence, id);
  amqp_basic_properties_t properties = {
    ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG,
    .content_type = amqp_cstring_bytes("application/json"), .delivery_mode = 2, .message_id = amqp_cstring_bytes(id),
  };
  amqp_bytes_t body = {.len = length, .bytes = event};
  if (amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(options.queue), 0, 0, &properties, body))
    DIE("the broker takes no events any more");
}

int main(int count, char **arguments) {
  read_options(count, arguments);
  chance = (uint64_t)nanoseconds(CLOCK_REALTIME) * 2654435761u | 1;
  make_room();
  connection = open_connection((int)options.port);
  declare_queue(connection, options.queue);
  amqp_confirm_select(connection, 1);

  int64_t start = nanoseconds(CLOCK_MONOTONIC), latest = 0;
  for (long k = 0; k < options.events; k++) {
    if (options.rate) {
      int64_t due = start + (int64_t)((double)k * 1e9 / (double)options.rate);
      wait_until(due);
      int64_t late = nanoseconds(CLOCK_MONOTONIC) - due;
      if (late > latest) latest = late;
    }
    publish(options.first + k);
    while ((uint64_t)(k + 1) - confirmed >= window) take_frame();
    if (k % 64 == 0) amqp_maybe_release_buffers(connection);
  }
  while (confirmed < (uint64_t)options.events) take_frame();

  double seconds = (double)(nanoseconds(CLOCK_MONOTONIC) - start) / 1e9;
  printf("{\"events\": %ld, \"seconds\": %.3f, \"per_second\": %.0f, \"latest_ms\": %.3f}\n", options.events, seconds,
    (double)options.events / seconds, (double)latest / 1e6);
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(connection);
}
