// A receiver of webhooks: HTTP/1.1 with keep-alive on loopback, in one thread, and cheap: it shares the processors with what is measured.
//
//   receive [--port PORT] [--delay MS] [--status CODE] [--tls CERTIFICATE KEY]
//
// Prints its port. Any POST is answered with 204, or CODE, after the delay. Bodies that hold "seq":N are told apart by path and N, and with
// "sent":NANOSECONDS (since 1970) the time from there to the request's first byte is counted. GET /stats says what came in, GET /reset
// forgets it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "figures.h"
#include "request.h"
#include "stream.h"

enum { batch = 256, smallest_buffer = 8192, largest_request = 32 << 20 };

struct connection {
  struct stream stream;
  size_t length, room;
  char *buffer;
  int64_t first_byte;
  int waiting;  // answers that are still to come
};

// Answers that wait for their time; all wait equally long, so the first in is the first out.
struct answer {
  struct connection *connection;
  int64_t due;
  struct answer *next;
};

static struct answer *first_answer, *last_answer;
static int64_t delay;
static int poller, listener, timer;
static char reply[128];
static size_t reply_length;

// Small answers to a peer that waits for them fit into the socket's buffer; one that does not read them has gone.
static void answer_post(struct connection *connection) {
  stream_write(&connection->stream, reply, reply_length);
  figures.last_answer = nanoseconds(CLOCK_MONOTONIC);
}

static void close_connection(struct connection *connection) {
  if (connection->stream.descriptor >= 0) {
    stream_close(&connection->stream);
    figures.open--;
  }
  if (connection->waiting) return;
  free(connection->buffer);
  free(connection);
}

static void set_timer(void) {
  struct itimerspec when = {0};
  if (first_answer) {
    when.it_value.tv_sec = first_answer->due / 1000000000;
    when.it_value.tv_nsec = first_answer->due % 1000000000;
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, 0);
}

static void answer_later(struct connection *connection) {
  struct answer *answer = malloc(sizeof *answer);
  *answer = (struct answer){.connection = connection, .due = nanoseconds(CLOCK_MONOTONIC) + delay};
  connection->waiting++;
  if (last_answer) last_answer->next = answer; else first_answer = answer;
  last_answer = answer;
  if (first_answer == answer) set_timer();
}

static void answer_due(void) {
  uint64_t expirations;
  if (read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN) DIE("the timer cannot be read");
  int64_t now = nanoseconds(CLOCK_MONOTONIC);
  while (first_answer && first_answer->due <= now) {
    struct answer *answer = first_answer;
    first_answer = answer->next;
    if (!first_answer) last_answer = 0;
    answer->connection->waiting--;
    if (answer->connection->stream.descriptor >= 0) answer_post(answer->connection);
    else close_connection(answer->connection);
    free(answer);
  }
  set_timer();
}

static void serve(struct connection *connection, const struct request *request) {
  if (request->is_get) {
    static char text[1024], whole[1200];
    if (request->path_length == 6 && !memcmp(request->path, "/reset", 6)) forget_figures();
    int length = print_figures(text, sizeof text);
    int all = snprintf(whole, sizeof whole,
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, text);
    stream_write(&connection->stream, whole, (size_t)all);
    return;
  }
  count_post(request, connection->first_byte);
  if (delay) answer_later(connection); else answer_post(connection);
}

// Reads what there is and serves the requests in it; returns 0 when the connection has ended.
static int advance(struct connection *connection) {
  for (;;) {
    if (connection->room - connection->length < smallest_buffer / 2) {
      if (connection->room >= largest_request) return 0;
      connection->room = connection->room ? connection->room * 2 : smallest_buffer;
      connection->buffer = realloc(connection->buffer, connection->room);
    }
    size_t asked = connection->room - connection->length;
    ssize_t count = stream_read(&connection->stream, connection->buffer + connection->length, asked);
    if (count == stream_ended) return 0;
    if (count == stream_waits) return 1;
    if (!connection->length) connection->first_byte = nanoseconds(CLOCK_REALTIME);
    connection->length += (size_t)count;

    size_t used = 0;
    struct request request;
    for (ssize_t size; used < connection->length; used += (size_t)size) {
      size = parse_request(connection->buffer + used, connection->length - used, &request);
      if (size < 0) return 0;
      if (!size) break;
      serve(connection, &request);
    }
    if (used) {
      connection->length -= used;
      memmove(connection->buffer, connection->buffer + used, connection->length);
    }
    // A plain socket that gave less than asked is empty; of TLS records more may wait.
    if ((size_t)count < asked && !connection->stream.tls) return 1;
  }
}

static void accept_all(void) {
  for (;;) {
    int descriptor = accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (descriptor < 0) return;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    stream_open(&connection->stream, descriptor);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
    figures.connections++;
    if (++figures.open > figures.most_open) figures.most_open = figures.open;
  }
}

static int listen_on(int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(descriptor, (void *)&address, length) || listen(descriptor, 4096)) DIE("port %d cannot be listened on", port);
  getsockname(descriptor, (void *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return descriptor;
}

static void watch(int descriptor, void *mark) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = mark};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event)) DIE("a descriptor cannot be watched");
}

int main(int count, char **arguments) {
  int port = 0, status = 204;
  for (int k = 1; k < count; k++) {
    const char *flag = arguments[k];
    if (!strcmp(flag, "--tls") && k + 2 < count) {
      use_tls(arguments[k + 1], arguments[k + 2]);
      k += 2;
    } else if (k + 1 < count && !strcmp(flag, "--port")) port = (int)number(arguments[++k], flag);
    else if (k + 1 < count && !strcmp(flag, "--delay")) delay = number(arguments[++k], flag) * 1000000;
    else if (k + 1 < count && !strcmp(flag, "--status")) status = (int)number(arguments[++k], flag);
    else DIE("receive does not know %s, or something is missing behind it", flag);
  }
  signal(SIGPIPE, SIG_IGN);
  reply_length = (size_t)snprintf(reply, sizeof reply, "HTTP/1.1 %d %s\r\n%s\r\n", status, status / 100 == 2 ? "Taken" : "Refused",
    status == 204 ? "" : "Content-Length: 0\r\n");
  poller = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  listener = listen_on(port);
  watch(listener, &listener);
  watch(timer, &timer);
  forget_figures();

  for (struct epoll_event events[batch];;) {
    int ready = epoll_wait(poller, events, batch, -1);
    for (int k = 0; k < ready; k++) {
      void *mark = events[k].data.ptr;
      if (mark == &listener) accept_all();
      else if (mark != &timer && !advance(mark)) close_connection(mark);
    }
    if (first_answer) answer_due();
  }
}
