// The kernel's price: a server that answers the opening handshake with 101 and then sends back every byte as it came.
// It parses nothing. Prints {"port":N}; the end of standard input ends it, as do 15 minutes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int fd, open;
  uint8_t *waiting; // what the kernel did not take yet
  size_t length, at;
} connection;

static int epoll_fd;
static uint8_t input[1 << 20];
static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static void end(connection *c) {
  close(c->fd);
  free(c->waiting);
  free(c);
}

static void watch(connection *c, int operation, uint32_t what) {
  struct epoll_event event = {.events = what, .data.ptr = c};
  epoll_ctl(epoll_fd, operation, c->fd, &event);
}

static void on_event(connection *c, uint32_t events) {
  if (c->length > 0) {
    if (!(events & EPOLLOUT)) return;
    ssize_t n = send(c->fd, c->waiting + c->at, c->length - c->at, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return end(c);
    if (n > 0) c->at += (size_t)n;
    if (c->at < c->length) return;
    c->length = 0;
    return watch(c, EPOLL_CTL_MOD, EPOLLIN);
  }
  ssize_t got = recv(c->fd, input, sizeof input, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return end(c);
  const void *out = input;
  size_t length = (size_t)got;
  if (!c->open) {
    c->open = 1;
    out = accepted;
    length = sizeof accepted - 1;
  }
  ssize_t sent = send(c->fd, out, length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return end(c);
  if (sent < 0) sent = 0;
  if ((size_t)sent < length) {
    c->length = length - (size_t)sent;
    c->at = 0;
    c->waiting = realloc(c->waiting, c->length);
    memcpy(c->waiting, (const uint8_t *)out + sent, c->length);
    watch(c, EPOLL_CTL_MOD, EPOLLOUT);
  }
}

int main(void) {
  alarm(900);
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 511) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  epoll_fd = epoll_create1(0);
  connection accepting = {.fd = listener}, commands = {.fd = 0};
  watch(&accepting, EPOLL_CTL_ADD, EPOLLIN);
  watch(&commands, EPOLL_CTL_ADD, EPOLLIN);
  static struct epoll_event events[1024];
  for (;;) {
    int n = epoll_wait(epoll_fd, events, 1024, -1);
    for (int i = 0; i < n; i++) {
      connection *c = events[i].data.ptr;
      if (c == &commands) {
        if (read(0, input, 64) <= 0) return 0;
        printf("{}\n"); // it has no heap to tell of
        fflush(stdout);
      } else if (c == &accepting) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          connection *added = calloc(1, sizeof *added);
          added->fd = fd;
          watch(added, EPOLL_CTL_ADD, EPOLLIN);
        }
      } else on_event(c, events[i].events);
    }
  }
}
