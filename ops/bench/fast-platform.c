/*
 * A stand-in for the validation API that costs as little as it can, so that a measurement is about its client.
 *
 * One thread, HTTP/1.1 with keep-alive and pipelining, requests without a body. The access token's beginning chooses
 * the answer, in the grammar of the simulated platform: invalid_ gets 401, locked_ gets 463, everything else 200.
 *
 * usage: fast-platform [PORT]     PORT 0 or none lets the system choose; the port is printed on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAXIMUM_CONNECTIONS = 1024,    /* further clients are turned away */
    MAXIMUM_REQUEST_BYTES = 16384, /* a longer request ends its connection */
    MAXIMUM_ANSWER_BYTES = 2048,
    MAXIMUM_PENDING = 1024,
    EVENTS_PER_WAIT = 256,
};

/* A piece of somebody else's text. */
struct span {
    const char *start;
    int length;
};

struct client {
    int socket;
    size_t received;
    char request[MAXIMUM_REQUEST_BYTES];
};

/* What an answer is made from. */
struct question {
    struct span app, player, token;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static bool begins_with(struct span text, const char *beginning) {
    size_t length = strlen(beginning);
    return (size_t)text.length >= length && memcmp(text.start, beginning, length) == 0;
}

/* The value of a header line when it has this name. */
static bool header_value(const char *line, const char *end, const char *name, struct span *value) {
    size_t length = strlen(name);
    if ((size_t)(end - line) <= length || line[length] != ':' || strncasecmp(line, name, length) != 0) return false;
    for (line += length + 1; line < end && *line == ' ';) line++;
    *value = (struct span){line, (int)(end - line)};
    return true;
}

static struct question read_question(const char *head, const char *end) {
    struct question question = {{"", 0}, {"", 0}, {"", 0}};
    while (head < end) {
        const char *line_end = memmem(head, (size_t)(end - head), "\r\n", 2);
        if (!line_end) line_end = end;
        if (!header_value(head, line_end, "accessToken", &question.token) &&
            !header_value(head, line_end, "playerId", &question.player))
            header_value(head, line_end, "kgAppId", &question.app);
        head = line_end + 2;
    }
    return question;
}

/* Writes a body into `body` and returns the status line's text. */
static const char *choose_answer(const struct question *question, char *body, size_t capacity) {
    struct span app = question->app, player = question->player;
    if (begins_with(question->token, "invalid_")) {
        snprintf(body, capacity, "{\"desc\":\"Token is invalid. (401.-29401)\"}");
        return "401 Unauthorized";
    }
    if (begins_with(question->token, "locked_")) {
        snprintf(body, capacity,
                 "{\"desc\":\"There is a valid lockout of the player. (463.-10103)\","
                 "\"lockout\":{\"kgAppId\":\"%.*s\",\"idType\":\"playerId\",\"id\":\"%.*s\",\"certMethod\":\"phone\","
                 "\"lockoutCode\":\"SIM-1\",\"lockoutSection\":\"mobile\",\"regTime\":1767225600000},"
                 "\"player\":{\"kgAppId\":\"%.*s\",\"playerId\":\"%.*s\",\"status\":\"normal\"},"
                 "\"token\":{\"onetimeToken\":\"simulated\"},\"redirectUri\":{\"target\":\"lockout\","
                 "\"lockout\":\"https://member.example.com/lockout?token=simulated\"}}",
                 app.length, app.start, player.length, player.start, app.length, app.start, player.length,
                 player.start);
        return "463 Lockout";
    }
    snprintf(body, capacity,
             "{\"player\":{\"kgAppId\":\"%.*s\",\"playerId\":\"%.*s\",\"status\":\"normal\",\"nickname\":\"player\","
             "\"data\":{}}}",
             app.length, app.start, player.length, player.start);
    return "200 OK";
}

static bool send_answer(int socket, const struct question *question) {
    char body[MAXIMUM_ANSWER_BYTES], answer[MAXIMUM_ANSWER_BYTES + 256];
    const char *status = choose_answer(question, body, sizeof body);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 %s\r\nContent-Type: application/json;charset=UTF-8\r\n"
                          "Content-Length: %zu\r\n\r\n%s",
                          status, strlen(body), body);
    return send(socket, answer, (size_t)length, MSG_NOSIGNAL) == length;
}

/* Answers every complete request that has arrived; false ends the connection. */
static bool answer_requests(struct client *client) {
    char *next = client->request, *limit = client->request + client->received;
    for (;;) {
        char *end = memmem(next, (size_t)(limit - next), "\r\n\r\n", 4);
        if (!end) break;
        struct question question = read_question(next, end);
        if (!send_answer(client->socket, &question)) return false;
        next = end + 4;
    }
    client->received = (size_t)(limit - next);
    memmove(client->request, next, client->received);
    return client->received < MAXIMUM_REQUEST_BYTES;
}

/* Reads what has come; false ends the connection. */
static bool serve(struct client *client) {
    ssize_t count = recv(client->socket, client->request + client->received,
                         MAXIMUM_REQUEST_BYTES - client->received, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (count <= 0) return false;
    client->received += (size_t)count;
    return answer_requests(client);
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0) fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (listen(listener, MAXIMUM_PENDING) != 0) fail("listen");
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static int connections;

static void welcome(int listener, int poller) {
    for (;;) {
        int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (socket < 0) return;
        struct client *client = connections < MAXIMUM_CONNECTIONS ? malloc(sizeof *client) : NULL;
        if (!client) {
            close(socket);
            continue;
        }
        int yes = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        client->socket = socket;
        client->received = 0;
        struct epoll_event interest = {.events = EPOLLIN, .data.ptr = client};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, socket, &interest) != 0) fail("epoll_ctl");
        connections++;
    }
}

static void dismiss(struct client *client) {
    close(client->socket);
    free(client);
    connections--;
}

int main(int argc, char **argv) {
    int poller = epoll_create1(0), listener = listen_on(argc > 1 ? atoi(argv[1]) : 0);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS_PER_WAIT];
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &interest) != 0) fail("epoll");
    /* Runs until it is killed. */
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_PER_WAIT, -1);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        for (int index = 0; index < count; index++) {
            struct client *client = events[index].data.ptr;
            if (!client)
                welcome(listener, poller);
            else if (!serve(client))
                dismiss(client);
        }
    }
}
