// What the work costs at least: one thread around librabbitmq, SQLite (WAL, synchronous=FULL) and curl_multi, and nothing besides the path.
// No retries, no attempts, no queries, no signatures: a floor to hold others against, not a service.
//
//   reference [--linger MS] [--prefetch N] [--batch N]
//
// Each turn takes what the broker has sent, writes all that is new and all that was delivered in one transaction, starts posts, and moves
// those under way. With --linger, a transaction waits so long for more, at most until --batch of both have come together. What it works on
// is in the environment, as for all contestants; it ends once BENCH_EVENTS are delivered, marked and acknowledged.
#define _GNU_SOURCE
#include <curl/curl.h>
#include <poll.h>
#include <sqlite3.h>
#include <string.h>

#include "../Tools/broker.h"

enum { most_subscriptions = 64, ring = 1 << 16, most_in_a_turn = 1000 };

struct subscription {
  int id;
  char type[64], url[128];
};

struct event {
  uint64_t tag;
  char id[64];
  int length, open;  // deliveries that are not marked yet
  struct event *next;
  char body[];
};

struct delivery {
  struct event *event;
  int subscription, attempts;
  struct delivery *next;
};

// Queues in order, by the `next` of what is in them.
struct events { struct event *first, *last; };
struct deliveries { struct delivery *first, *last; };

#define APPEND(queue, item) do { \
  (item)->next = 0; \
  if ((queue)->last) (queue)->last->next = (item); else (queue)->first = (item); \
  (queue)->last = (item); \
} while (0)

static long linger_ms, prefetch = 1000, batch = 512, events, connections, fan_out;

static struct subscription subscriptions[most_subscriptions];
static int subscription_count;

static struct events received;              // to be stored
static struct deliveries ready, delivered;  // to be posted, to be marked
static long taken, acknowledged;            // events
static long unwritten;                      // of `received` and `delivered` together
static int64_t unwritten_since;

// The store -----------------------------------------------------------------------------------------------------------------------------

static sqlite3 *database;
static sqlite3_stmt *insert_event, *insert_delivery, *mark_delivery;

static void execute(const char *sql) {
  if (sqlite3_exec(database, sql, 0, 0, 0)) DIE("%s: %s", sql, sqlite3_errmsg(database));
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, 0)) DIE("%s: %s", sql, sqlite3_errmsg(database));
  return statement;
}

static void step(sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) DIE("%s", sqlite3_errmsg(database));
  sqlite3_reset(statement);
}

static void open_store(const char *path) {
  if (sqlite3_open(path, &database)) DIE("%s cannot be opened", path);
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=FULL");
  sqlite3_stmt *rows = prepare("SELECT id, type, url FROM subscriptions ORDER BY id");
  while (sqlite3_step(rows) == SQLITE_ROW) {
    if (subscription_count == most_subscriptions) DIE("more than %d subscriptions", most_subscriptions);
    struct subscription *subscription = &subscriptions[subscription_count++];
    subscription->id = sqlite3_column_int(rows, 0);
    snprintf(subscription->type, sizeof subscription->type, "%s", (const char *)sqlite3_column_text(rows, 1));
    snprintf(subscription->url, sizeof subscription->url, "%s", (const char *)sqlite3_column_text(rows, 2));
  }
  sqlite3_finalize(rows);
  insert_event = prepare("INSERT OR IGNORE INTO events(id, type, received_at, body) VALUES(?, ?, ?, ?)");
  insert_delivery = prepare("INSERT OR IGNORE INTO deliveries VALUES(?, ?, 0, 0, ?)");
  mark_delivery = prepare("UPDATE deliveries SET status = 1, attempts = ?, updated_at = ? WHERE event_id = ? AND sub_id = ?");
}

// Copies the text value of a key that is written as `"key":"`; the events here are all written so.
static void find_text(const struct event *event, const char *key, char *text, size_t room) {
  const char *end = event->body + event->length, *start = memmem(event->body, (size_t)event->length, key, strlen(key));
  const char *quote = 0;
  if (start) {
    start += strlen(key);
    quote = memchr(start, '"', (size_t)(end - start));
  }
  if (!quote || (size_t)(quote - start) >= room) DIE("an event has no %s", key);
  memcpy(text, start, (size_t)(quote - start));
  text[quote - start] = 0;
}

static void add_delivery(struct event *event, int subscription, int64_t now) {
  struct delivery *delivery = malloc(sizeof *delivery);
  *delivery = (struct delivery){.event = event, .subscription = subscription};
  event->open++;
  sqlite3_bind_text(insert_delivery, 1, event->id, -1, SQLITE_STATIC);
  sqlite3_bind_int(insert_delivery, 2, subscriptions[subscription].id);
  sqlite3_bind_int64(insert_delivery, 3, now);
  step(insert_delivery);
  APPEND(&ready, delivery);
}

static void store_event(struct event *event, int64_t now) {
  char type[64];
  find_text(event, "\"id\":\"", event->id, sizeof event->id);
  find_text(event, "\"type\":\"", type, sizeof type);
  sqlite3_bind_text(insert_event, 1, event->id, -1, SQLITE_STATIC);
  sqlite3_bind_text(insert_event, 2, type, -1, SQLITE_STATIC);
  sqlite3_bind_int64(insert_event, 3, now);
  sqlite3_bind_blob(insert_event, 4, event->body, event->length, SQLITE_STATIC);
  step(insert_event);
  for (int k = 0; k < subscription_count; k++)
    if (fan_out > 1 || !strcmp(subscriptions[k].type, type)) add_delivery(event, k, now);
  if (!event->open) DIE("no subscription is for %s", type);
}

static void mark(const struct delivery *delivery, int64_t now) {
  sqlite3_bind_int(mark_delivery, 1, delivery->attempts);
  sqlite3_bind_int64(mark_delivery, 2, now);
  sqlite3_bind_text(mark_delivery, 3, delivery->event->id, -1, SQLITE_STATIC);
  sqlite3_bind_int(mark_delivery, 4, subscriptions[delivery->subscription].id);
  step(mark_delivery);
}

// The broker ----------------------------------------------------------------------------------------------------------------------------

static amqp_connection_state_t broker;
static uint8_t is_finished[ring];  // by delivery tag
static uint64_t finished_up_to;

static void open_broker(void) {
  broker = open_connection((int)number(getenv("BENCH_AMQP_PORT"), "BENCH_AMQP_PORT"));
  amqp_basic_qos(broker, 1, 0, (uint16_t)prefetch, 0);
  const char *queue = getenv("BENCH_QUEUE");
  if (!queue || !amqp_basic_consume(broker, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table))
    DIE("the queue of BENCH_QUEUE cannot be consumed");
}

static int broker_has_more(void) {
  if (amqp_frames_enqueued(broker) || amqp_data_in_buffer(broker)) return 1;
  struct pollfd descriptor = {.fd = amqp_get_sockfd(broker), .events = POLLIN};
  return poll(&descriptor, 1, 0) > 0;
}

// Takes what has come, never waits; returns how many events that were.
static int take_events(void) {
  int count = 0;
  while (taken < events && count < most_in_a_turn && broker_has_more()) {
    amqp_envelope_t envelope;
    amqp_rpc_reply_t reply = amqp_consume_message(broker, &envelope, &(struct timeval){0, 0}, 0);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
      if (reply.library_error == AMQP_STATUS_TIMEOUT) break;
      DIE("the broker has ended the consumer: %s", amqp_error_string2(reply.library_error));
    }
    size_t length = envelope.message.body.len;
    struct event *event = malloc(sizeof *event + length);
    *event = (struct event){.tag = envelope.delivery_tag, .length = (int)length};
    memcpy(event->body, envelope.message.body.bytes, length);
    amqp_destroy_envelope(&envelope);
    APPEND(&received, event);
    taken++;
    count++;
  }
  amqp_maybe_release_buffers(broker);
  unwritten += count;
  return count;
}

// All events that are finished without a gap are acknowledged by one message.
static void acknowledge(void) {
  uint64_t last = finished_up_to;
  while (is_finished[(last + 1) % ring]) is_finished[++last % ring] = 0;
  if (last == finished_up_to) return;
  acknowledged += (long)(last - finished_up_to);
  finished_up_to = last;
  if (amqp_basic_ack(broker, 1, last, 1)) DIE("the broker takes no acknowledgement");
}

// The transaction -----------------------------------------------------------------------------------------------------------------------

static int may_commit(void) {
  if (!unwritten) return 0;
  if (!linger_ms || unwritten >= batch) return 1;
  if (!unwritten_since) unwritten_since = nanoseconds(CLOCK_MONOTONIC);
  return nanoseconds(CLOCK_MONOTONIC) - unwritten_since >= linger_ms * 1000000;
}

static void commit(void) {
  int64_t now = time(0);
  execute("BEGIN IMMEDIATE");
  for (struct event *event = received.first, *next; event; event = next) {
    next = event->next;
    store_event(event, now);
  }
  for (struct delivery *delivery = delivered.first; delivery; delivery = delivery->next) mark(delivery, now);
  execute("COMMIT");

  for (struct delivery *delivery = delivered.first, *next; delivery; delivery = next) {
    next = delivery->next;
    if (--delivery->event->open == 0) {
      is_finished[delivery->event->tag % ring] = 1;
      free(delivery->event);
    }
    free(delivery);
  }
  received = (struct events){0};
  delivered = (struct deliveries){0};
  unwritten = 0;
  unwritten_since = 0;
  acknowledge();
}

// The receivers -------------------------------------------------------------------------------------------------------------------------

static CURLM *posts;
static CURL **idle;
static long idle_count;

static size_t ignore(char *text, size_t size, size_t count, void *context) {
  (void)text, (void)context;
  return size * count;
}

static void open_posts(void) {
  curl_global_init(CURL_GLOBAL_ALL);
  posts = curl_multi_init();
  curl_multi_setopt(posts, CURLMOPT_MAXCONNECTS, connections);
  struct curl_slist *headers = curl_slist_append(curl_slist_append(0, "Content-Type: application/json"), "Expect:");
  idle = calloc((size_t)connections, sizeof *idle);
  for (; idle_count < connections; idle_count++) {
    CURL *post = idle[idle_count] = curl_easy_init();
    curl_easy_setopt(post, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(post, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(post, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(post, CURLOPT_NOSIGNAL, 1L);
    if (getenv("BENCH_CA")) curl_easy_setopt(post, CURLOPT_CAINFO, getenv("BENCH_CA"));
  }
}

static void start_posts(void) {
  while (ready.first && idle_count) {
    struct delivery *delivery = ready.first;
    ready.first = delivery->next;
    if (!ready.first) ready.last = 0;
    delivery->attempts++;
    CURL *post = idle[--idle_count];
    curl_easy_setopt(post, CURLOPT_URL, subscriptions[delivery->subscription].url);
    curl_easy_setopt(post, CURLOPT_POSTFIELDSIZE, (long)delivery->event->length);
    curl_easy_setopt(post, CURLOPT_POSTFIELDS, &delivery->event->body[0]);
    curl_easy_setopt(post, CURLOPT_PRIVATE, (char *)delivery);
    curl_multi_add_handle(posts, post);
  }
}

// Moves the posts, and returns how many have ended.
static int move_posts(void) {
  int running, left, count = 0;
  curl_multi_perform(posts, &running);
  for (CURLMsg *message; (message = curl_multi_info_read(posts, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL *post = message->easy_handle;
    CURLcode result = message->data.result;
    struct delivery *delivery;
    long status = 0;
    curl_easy_getinfo(post, CURLINFO_PRIVATE, (char **)&delivery);
    curl_easy_getinfo(post, CURLINFO_RESPONSE_CODE, &status);
    if (result || status / 100 != 2) DIE("a post failed: %s, status %ld", curl_easy_strerror(result), status);
    curl_multi_remove_handle(posts, post);
    idle[idle_count++] = post;
    APPEND(&delivered, delivery);
    count++;
  }
  unwritten += count;
  return count;
}

static void wait_for_more(void) {
  int timeout = 1000;
  if (unwritten && linger_ms) {
    int64_t left = linger_ms * 1000000 - (unwritten_since ? nanoseconds(CLOCK_MONOTONIC) - unwritten_since : 0);
    timeout = left > 0 ? (int)(left / 1000000) + 1 : 0;
  }
  struct curl_waitfd descriptor = {.fd = amqp_get_sockfd(broker), .events = CURL_WAIT_POLLIN};
  if (!amqp_frames_enqueued(broker) && !amqp_data_in_buffer(broker))
    curl_multi_poll(posts, &descriptor, taken < events ? 1 : 0, timeout, 0);
}

int main(int count, char **arguments) {
  for (int k = 1; k + 1 < count; k += 2) {
    long value = number(arguments[k + 1], arguments[k]);
    if (!strcmp(arguments[k], "--linger")) linger_ms = value;
    else if (!strcmp(arguments[k], "--prefetch")) prefetch = value;
    else if (!strcmp(arguments[k], "--batch")) batch = value;
    else DIE("reference does not know %s", arguments[k]);
  }
  events = number(getenv("BENCH_EVENTS"), "BENCH_EVENTS");
  connections = number(getenv("BENCH_CONNECTIONS"), "BENCH_CONNECTIONS");
  fan_out = number(getenv("BENCH_FANOUT"), "BENCH_FANOUT");
  if (!getenv("BENCH_DATABASE")) DIE("BENCH_DATABASE is not set");
  open_store(getenv("BENCH_DATABASE"));
  open_posts();
  open_broker();

  while (acknowledged < events) {
    int came = take_events();
    if (may_commit()) commit();
    start_posts();
    int ended = move_posts();
    if (!came && !ended) wait_for_more();
  }
  amqp_connection_close(broker, AMQP_REPLY_SUCCESS);
  sqlite3_close(database);
}
