// The load generator: holds connections to one server on this machine, keeps a fixed number of messages in flight on
// each, and counts what comes back. One thread, epoll, frames that were built beforehand.
//
//   generator port=N pid=N[,N...] mode=echo|broadcast|storm|hold connections=N head=FILE [message=FILE] [replies=N]
//             [hello=FILE] [greetings=N] [slow=N] [closing=0|1]
//
// port, pid    the server: its port on 127.0.0.1, and its processes, whose CPU time is read from the kernel
// head         the HTTP request that opens a connection
// message      echo: what a connection sends at once, one frame or several; broadcast: what makes the server send
// replies      messages that come back for it: to the connection (echo), to every member (broadcast)
// hello        is sent right after the opening handshake; `greetings` messages come before a connection is ready
// slow         broadcast: so many of the members read 4 KiB every 50 ms, over a small window
// closing      storm: 1 ends each connection with the closing handshake, 0 drops it
//
// Standard input: a line "run MILLISECONDS" measures; its end ends the program, as do 15 minutes. Standard output: one
// JSON object a line, {"event":"ready"} when all connections are open, {"event":"result"} after each run.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LIFETIME_S = 900, CONNECT_S = 60, DRAIN_S = 20, PENDING = 128, SLOW_BYTES = 4096, SLOW_MS = 50 };
enum phase { CLOSED, CONNECTING, UPGRADING, GREETING, READY, CLOSING };
enum mode { ECHO, BROADCAST, STORM, HOLD };

typedef struct {
  int fd;
  uint8_t phase, slow, writable, header_length, in_control;
  uint8_t opcode, fin;
  uint8_t header[14];
  uint8_t control[125], control_length;
  uint64_t left;            // octets of the frame's payload that are still to come
  uint32_t awaited;         // messages that are still to come
  uint32_t matched;         // octets of CR LF CR LF seen at the end of the response head
  const uint8_t *out;       // what is being sent
  size_t out_length, out_at;
  uint64_t started;
} connection;

typedef struct { uint8_t *bytes; size_t length; } blob;

static connection *all;
static int members, slow_members, ready, pending, epoll_fd, closing_handshake;
static uint32_t replies = 1, greetings = 0;
static enum mode mode;
static struct sockaddr_in address;
static blob head, message, hello;
static clockid_t server_clocks[64];
static int server_processes;

static int running;
static uint64_t run_started, run_ends, server_before, self_before;
static uint64_t messages, bytes, lost, busy, turn_left, turn_started;

static uint8_t input[1 << 20];
static const uint8_t close_frame[8] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8};

// ---- a histogram of nanoseconds: 32 steps for every power of two, so an error of 3 % at most ----
static uint64_t histogram[60 * 32], samples, longest;

static void record(uint64_t ns) {
  int exponent = ns < 64 ? 0 : 63 - __builtin_clzll(ns) - 5;
  size_t index = exponent == 0 ? ns : (size_t)exponent * 32 + (ns >> exponent);
  histogram[index]++;
  samples++;
  if (ns > longest) longest = ns;
}

static double quantile(double q) {
  uint64_t rank = (uint64_t)(q * (double)samples), seen = 0;
  for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
    seen += histogram[i];
    if (seen > rank) {
      if (i < 64) return (double)i;
      int exponent = (int)(i / 32) - 1;
      return (double)((i - (size_t)exponent * 32) << exponent) * 1.0;
    }
  }
  return (double)longest;
}

// ---- small things ----
static void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("generator: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(1);
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec t;
  if (clock_gettime(clock, &t) != 0) return 0;
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The CPU time of all processes of the server. */
static uint64_t server_ns(void) {
  uint64_t sum = 0;
  for (int i = 0; i < server_processes; i++) sum += clock_ns(server_clocks[i]);
  return sum;
}

static uint64_t now(void) { return clock_ns(CLOCK_MONOTONIC); }

static blob load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("%s cannot be read", path);
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  blob b = {malloc((size_t)length + 1), (size_t)length};
  if (fread(b.bytes, 1, b.length, file) != b.length) fail("%s cannot be read", path);
  fclose(file);
  return b;
}

static void watch(connection *c, int operation) {
  struct epoll_event event = {.events = (c->slow && c->phase == READY ? 0 : EPOLLIN) | (c->writable ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &event);
}

// ---- sending ----
static void lose(connection *c);
static void finish_turn(void);

static void flush(connection *c) {
  while (c->out_at < c->out_length) {
    ssize_t n = send(c->fd, c->out + c->out_at, c->out_length - c->out_at, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno != EAGAIN) return lose(c);
      break;
    }
    c->out_at += (size_t)n;
  }
  int waits = c->out_at < c->out_length;
  if (waits != c->writable) {
    c->writable = (uint8_t)waits;
    watch(c, EPOLL_CTL_MOD);
  }
}

static void send_bytes(connection *c, const uint8_t *out, size_t length) {
  c->out = out;
  c->out_length = length;
  c->out_at = 0;
  flush(c);
}

/** A Ping is answered; it comes so rarely that a full send buffer may swallow the answer. */
static void answer_ping(connection *c) {
  uint8_t pong[6 + 125] = {0x8a, (uint8_t)(0x80 | c->control_length)};
  memcpy(pong + 6, c->control, c->control_length);
  if (c->out_at == c->out_length) (void)!send(c->fd, pong, 6u + c->control_length, MSG_NOSIGNAL);
}

static void begin_batch(connection *c, uint64_t at) {
  c->started = at;
  c->awaited = replies;
  busy++;
  send_bytes(c, message.bytes, message.length);
}

static void begin_turn(uint64_t at) {
  turn_started = at;
  turn_left = (uint64_t)(members - slow_members) * replies;
  busy = 1;
  send_bytes(&all[0], message.bytes, message.length);
}

// ---- connections ----
static void connect_one(connection *c) {
  int slow = c->slow;
  memset(c, 0, sizeof *c);
  c->slow = (uint8_t)slow;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("no socket: %s", strerror(errno));
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (slow) {
    // Segments as on an Ethernet: with those of the loopback interface the kernel would buffer megabytes.
    int segment = 1448, window = 8192;
    setsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  }
  c->started = now();
  c->phase = CONNECTING;
  c->writable = 1;
  pending++;
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) fail("no connection: %s", strerror(errno));
  watch(c, EPOLL_CTL_ADD);
}

static void drop(connection *c, int reset) {
  struct linger now_ = {1, 0};
  if (reset) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now_, sizeof now_);
  close(c->fd);
  c->phase = CLOSED;
}

/** The end of one connection of a storm, and the beginning of the next. */
static void again(connection *c, int reset) {
  drop(c, reset);
  if (running && now() < run_ends) connect_one(c);
  else busy--;
}

/** The server closed or reset a connection that was to stay. */
static void lose(connection *c) {
  if (c->phase == CLOSED) return;
  if (c->phase < READY) {
    if (mode != STORM) fail("the server refused a connection (%d of %d were open)", ready, members);
    pending--;
  }
  lost++;
  if (mode == STORM) return again(c, 1);
  if (mode == ECHO && c->awaited > 0) busy--;
  if (mode == BROADCAST && !c->slow) {
    turn_left -= c->awaited < turn_left ? c->awaited : turn_left;
    if (busy > 0 && turn_left == 0) finish_turn();
  }
  drop(c, 1);
}

static void became_ready(connection *c) {
  c->phase = READY;
  pending--;
  ready++;
  if (c->slow) watch(c, EPOLL_CTL_MOD);
}

// ---- receiving ----
static void finish_turn(void) {
  uint64_t at = now();
  record(at - turn_started);
  if (at < run_ends) {
    for (int i = 0; i < members; i++) all[i].awaited = replies;
    begin_turn(at);
  } else busy = 0;
}

static void message_came(connection *c) {
  if (c->phase == GREETING) {
    if (--c->awaited == 0) became_ready(c);
    return;
  }
  if (mode == ECHO && c->awaited > 0 && --c->awaited == 0) {
    uint64_t at = now();
    record(at - c->started);
    messages += replies;
    busy--;
    if (at < run_ends) begin_batch(c, at);
  } else if (mode == BROADCAST && !c->slow && running) {
    messages++;
    c->awaited--;
    if (turn_left > 0 && --turn_left == 0) finish_turn();
  }
}

/** A frame is complete. Returns 0 when the connection is no more. */
static int frame_came(connection *c) {
  if (c->opcode < 8) {
    if (c->fin) message_came(c);
    return c->phase != CLOSED;
  }
  if (c->opcode == 9) answer_ping(c);
  if (c->opcode == 8 && c->phase != CLOSING) lose(c);
  return c->phase != CLOSED;
}

static void frames(connection *c, const uint8_t *at, size_t n) {
  while (n > 0 || c->left == 0) {
    if (c->left > 0) {
      size_t take = n < c->left ? n : (size_t)c->left;
      if (c->in_control) {
        memcpy(c->control + c->control_length, at, take);
        c->control_length += (uint8_t)take;
      }
      at += take;
      n -= take;
      c->left -= take;
      if (c->left == 0 && !frame_came(c)) return;
      continue;
    }
    if (n == 0) return;
    const uint8_t *h = at;
    size_t have = n;
    if (c->header_length > 0 || n < 14) { // the header may be cut: gather it
      size_t take = 14u - c->header_length < n ? 14u - c->header_length : n;
      memcpy(c->header + c->header_length, at, take);
      h = c->header;
      have = c->header_length + take;
    }
    size_t size = 2;
    if (have >= 2) {
      uint8_t length7 = h[1] & 0x7f;
      size += (length7 == 126 ? 2 : length7 == 127 ? 8 : 0) + ((h[1] & 0x80) ? 4 : 0);
    }
    if (have < size) {
      c->header_length = (uint8_t)have;
      return;
    }
    at += size - c->header_length;
    n -= size - c->header_length;
    c->header_length = 0;
    c->opcode = h[0] & 0x0f;
    c->fin = h[0] >> 7;
    uint64_t length = h[1] & 0x7f;
    if (length == 126) length = (uint64_t)h[2] << 8 | h[3];
    else if (length == 127) {
      length = 0;
      for (int i = 2; i < 10; i++) length = length << 8 | h[i];
    }
    c->in_control = c->opcode >= 8;
    c->control_length = 0;
    if (c->in_control && length > 125) fail("the server sent a control frame of %llu bytes", (unsigned long long)length);
    c->left = length;
    if (length == 0 && !frame_came(c)) return;
  }
}

/** The response to the opening handshake: 101, and all up to the empty line. Returns how much of it was that. */
static size_t response(connection *c, const uint8_t *at, size_t n) {
  static const char end[] = "\r\n\r\n";
  if (c->header_length < 12) {
    size_t take = 12u - c->header_length < n ? 12u - c->header_length : n;
    memcpy(c->header + c->header_length, at, take);
    c->header_length += (uint8_t)take;
    if (c->header_length == 12 && memcmp(c->header + 9, "101", 3) != 0) fail("the server answered %.12s", (const char *)c->header);
  }
  for (size_t i = 0; i < n; i++) {
    c->matched = at[i] == (uint8_t)end[c->matched] ? c->matched + 1 : at[i] == '\r';
    if (c->matched == 4) {
      c->header_length = 0;
      return i + 1;
    }
  }
  return n;
}

static void upgraded(connection *c) {
  if (mode == STORM) {
    uint64_t at = now();
    record(at - c->started);
    messages++;
    pending--;
    if (!closing_handshake) return again(c, 1);
    c->phase = CLOSING;
    send_bytes(c, close_frame, sizeof close_frame);
    return;
  }
  c->awaited = greetings;
  if (greetings == 0) became_ready(c);
  else c->phase = GREETING;
  if (hello.length > 0) send_bytes(c, hello.bytes, hello.length);
}

/** Returns 0 when there is no more to be read now. */
static int receive(connection *c, size_t limit) {
  ssize_t got = recv(c->fd, input, limit, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) {
    if (c->phase == CLOSING) again(c, 0);
    else lose(c);
    return 0;
  }
  const uint8_t *at = input;
  size_t n = (size_t)got;
  if (c->phase == UPGRADING) {
    size_t used = response(c, at, n);
    at += used;
    n -= used;
    if (c->matched < 4) return 0;
    upgraded(c);
    if (n == 0) return 0;
  }
  bytes += n;
  if (c->phase != CLOSED && c->phase != CONNECTING && c->phase != CLOSING) frames(c, at, n);
  return (size_t)got == limit;
}

static void on_event(connection *c, uint32_t events) {
  if (c->phase == CLOSED) return;
  if (c->phase == CONNECTING) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return lose(c);
    if (!(events & EPOLLOUT)) return;
    c->phase = UPGRADING;
    return send_bytes(c, head.bytes, head.length);
  }
  if (events & EPOLLOUT) flush(c);
  if (c->phase == CLOSED) return;
  if (c->slow && c->phase == READY) {
    if (events & (EPOLLERR | EPOLLHUP)) lose(c);
    return;
  }
  if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) receive(c, sizeof input);
}

static void read_slowly(void) {
  for (int i = members - slow_members; i < members; i++) {
    if (all[i].phase == READY) receive(&all[i], SLOW_BYTES);
  }
}

// ---- runs ----
static void begin_run(uint64_t ms) {
  messages = bytes = lost = busy = samples = longest = 0;
  memset(histogram, 0, sizeof histogram);
  running = 1;
  server_before = server_ns();
  self_before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  run_started = now();
  run_ends = run_started + ms * 1000000u;
  if (mode == BROADCAST) {
    for (int i = 0; i < members; i++) all[i].awaited = replies;
    begin_turn(run_started);
  } else if (mode == STORM) {
    for (int i = 0; i < members; i++) {
      busy++;
      connect_one(&all[i]);
    }
  } else if (mode == ECHO) {
    for (int i = 0; i < members; i++) if (all[i].phase == READY) begin_batch(&all[i], run_started);
  }
}

static void end_run(void) {
  uint64_t ended = now(), server = server_ns() - server_before, self = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - self_before;
  running = 0;
  printf("{\"event\":\"result\",\"messages\":%llu,\"bytes\":%llu,\"elapsedNs\":%llu,\"serverCpuNs\":%llu,\"generatorCpuNs\":%llu,"
         "\"p50Ns\":%.0f,\"p99Ns\":%.0f,\"maxNs\":%llu,\"lost\":%llu,\"unfinished\":%llu}\n",
         (unsigned long long)messages, (unsigned long long)bytes, (unsigned long long)(ended - run_started), (unsigned long long)server,
         (unsigned long long)self, quantile(0.5), quantile(0.99), (unsigned long long)longest, (unsigned long long)lost, (unsigned long long)busy);
  fflush(stdout);
}

static void command(void) {
  static char line[64];
  static size_t length;
  ssize_t got = read(0, line + length, sizeof line - 1 - length);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) exit(0);
  length += (size_t)got;
  line[length] = 0;
  char *end = strchr(line, '\n');
  if (end == NULL) return;
  unsigned long long ms;
  if (sscanf(line, "run %llu", &ms) != 1 || running || ready < members) fail("unknown command");
  length = 0;
  begin_run(ms < 60000 ? ms : 60000);
}

static const char *option(int argc, char **argv, const char *name, const char *missing) {
  size_t length = strlen(name);
  for (int i = 1; i < argc; i++) if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') return argv[i] + length + 1;
  if (missing == NULL) fail("%s= is missing", name);
  return missing;
}

static int number(int argc, char **argv, const char *name, const char *missing) { return atoi(option(argc, argv, name, missing)); }

int main(int argc, char **argv) {
  alarm(LIFETIME_S);
  static const char *const modes[] = {"echo", "broadcast", "storm", "hold"};
  const char *wanted = option(argc, argv, "mode", NULL);
  while (mode < 4 && strcmp(modes[mode], wanted) != 0) mode++;
  if (mode == 4) fail("unknown mode %s", wanted);
  members = number(argc, argv, "connections", NULL);
  slow_members = number(argc, argv, "slow", "0");
  replies = (uint32_t)number(argc, argv, "replies", "1");
  greetings = (uint32_t)number(argc, argv, "greetings", "0");
  closing_handshake = number(argc, argv, "closing", "0");
  head = load(option(argc, argv, "head", NULL));
  const char *path = option(argc, argv, "message", "");
  if (*path) message = load(path);
  path = option(argc, argv, "hello", "");
  if (*path) hello = load(path);
  if (members < 1 || members > 200000 || slow_members < 0 || slow_members >= members || replies < 1) fail("numbers out of range");
  for (const char *pid = option(argc, argv, "pid", NULL); pid != NULL; pid = strchr(pid, ','), pid = pid ? pid + 1 : NULL) {
    if (server_processes == 64 || clock_getcpuclockid(atoi(pid), &server_clocks[server_processes++]) != 0) fail("no such server process");
  }
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)number(argc, argv, "port", NULL)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

  epoll_fd = epoll_create1(0);
  all = calloc((size_t)members, sizeof *all);
  for (int i = members - slow_members; i < members; i++) all[i].slow = 1;
  fcntl(0, F_SETFL, O_NONBLOCK);
  struct epoll_event input_event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &input_event);

  int next = 0, announced = 0;
  if (mode == STORM) ready = next = members;
  uint64_t begun = now(), slowly = begun;
  static struct epoll_event events[1024];
  for (;;) {
    while (next < members && pending < PENDING) connect_one(&all[next++]);
    if (!announced && ready == members) {
      announced = 1;
      printf("{\"event\":\"ready\",\"connections\":%d}\n", members);
      fflush(stdout);
    }
    if (!announced && now() - begun > CONNECT_S * 1000000000ull) fail("only %d of %d connections opened in %d s", ready, members, CONNECT_S);
    int wait = slow_members > 0 && announced ? SLOW_MS : 200;
    int n = epoll_wait(epoll_fd, events, 1024, wait);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL) command();
      else on_event(events[i].data.ptr, events[i].events);
    }
    uint64_t at = slow_members > 0 || n == 0 || busy == 0 ? now() : 0;
    if (slow_members > 0 && announced && at - slowly >= SLOW_MS * 1000000u) {
      slowly = at;
      read_slowly();
    }
    if (running && (busy == 0 || (at > 0 && at > run_ends + DRAIN_S * 1000000000ull))) end_run();
  }
}
