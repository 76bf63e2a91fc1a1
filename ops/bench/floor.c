/*
 * The whole job in plain C, as the least it can cost: the service is measured against it.
 *
 * Per batch of login events: ask the platform about each over kept-alive connections, write one audit row each,
 * produce the kicks and commit the offsets in one Kafka transaction. The audit rows are durable before the
 * transaction begins. No retries, no limits by player, no tamper evidence, no metrics: that is the difference.
 *
 * usage: floor BOOTSTRAP EVENTS_TOPIC OUTCOMES_TOPIC PLATFORM_PORT COUNT DATABASE
 * Consumes COUNT events with a new group and prints one line of JSON; the CPU is the process's, user and system, all
 * threads, from the first event to the last commit.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAXIMUM_BATCH = 1000,
    CONNECTIONS = 64,
    MAXIMUM_ANSWER_BYTES = 16384,
    MAXIMUM_REQUEST_BYTES = 8192,
    MAXIMUM_OUTCOME_BYTES = 1024,
    POLL_MILLISECONDS = 100,
    BROKER_MILLISECONDS = 30000,  /* for each transactional call */
    ANSWER_MILLISECONDS = 10000,  /* without any answer in so long, give up */
    IDLE_POLLS_TO_GIVE_UP = 600,  /* without any event in so many polls, give up */
    ERROR_BYTES = 512,
};

struct span {
    const char *start;
    int length;
};

/* The members of a login event that the job needs; they point into the record. */
struct login {
    struct span app, token, platform, player, session;
};

struct decided {
    rd_kafka_message_t *record;
    struct login login;
    int status; /* 0 until answered, and for records that are no login events */
};

struct connection {
    int socket;
    struct decided *waiting; /* what the next answer is for */
    size_t received;
    char answer[MAXIMUM_ANSWER_BYTES];
};

struct job {
    const char *events_topic, *outcomes_topic;
    rd_kafka_t *consumer, *producer;
    rd_kafka_queue_t *records;
    sqlite3 *trail;
    sqlite3_stmt *insert;
    int poller;
    struct connection connections[CONNECTIONS];
    struct decided batch[MAXIMUM_BATCH];
    size_t batch_size;
    long events, kicks;
};

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("floor: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void check_kafka(const char *what, rd_kafka_error_t *error) {
    if (error) fail("%s: %s", what, rd_kafka_error_string(error));
}

static void check_trail(struct job *job, int result) {
    if (result != SQLITE_OK && result != SQLITE_DONE) fail("trail: %s", sqlite3_errmsg(job->trail));
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- The event ---- */

/* The text of the string that begins after `*cursor`; moves the cursor behind it. Escapes stay as they are. */
static bool next_string(const char **cursor, const char *end, struct span *text) {
    const char *start = memchr(*cursor, '"', (size_t)(end - *cursor));
    if (!start) return false;
    const char *close = ++start;
    while (close < end && *close != '"') close += *close == '\\' ? 2 : 1;
    if (close >= end) return false;
    *text = (struct span){start, (int)(close - start)};
    *cursor = close + 1;
    return true;
}

static bool equals(struct span text, const char *word) {
    return (size_t)text.length == strlen(word) && memcmp(text.start, word, (size_t)text.length) == 0;
}

/* Reads a flat object whose members are all strings, which is what the measurement's events are. */
static bool read_login(const rd_kafka_message_t *record, struct login *login) {
    const char *cursor = record->payload, *end = cursor + record->len;
    struct span name, value;
    memset(login, 0, sizeof *login);
    if (record->err || !cursor) return false;
    while (next_string(&cursor, end, &name) && next_string(&cursor, end, &value)) {
        if (equals(name, "kgAppId")) login->app = value;
        else if (equals(name, "accessToken")) login->token = value;
        else if (equals(name, "platform")) login->platform = value;
        else if (equals(name, "playerId")) login->player = value;
        else if (equals(name, "sessionId")) login->session = value;
    }
    return login->app.length && login->token.length && login->platform.length && login->player.length;
}

/* ---- The platform ---- */

static void open_connections(struct job *job, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    job->poller = epoll_create1(0);
    for (int index = 0; index < CONNECTIONS; index++) {
        struct connection *connection = &job->connections[index];
        int yes = 1;
        connection->socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0)
            fail("connect: %s", strerror(errno));
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(connection->socket, F_SETFL, O_NONBLOCK);
        struct epoll_event interest = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(job->poller, EPOLL_CTL_ADD, connection->socket, &interest);
    }
}

static void send_request(struct connection *connection, struct decided *decided) {
    const struct login *login = &decided->login;
    char request[MAXIMUM_REQUEST_BYTES];
    int length = snprintf(request, sizeof request,
                          "POST /service/v5/auth/validation HTTP/1.1\r\n"
                          "Host: 127.0.0.1\r\n"
                          "Content-Type: application/json;charset=UTF-8\r\n"
                          "Content-Length: 0\r\n"
                          "appSecret: simulated-app-secret-1\r\n"
                          "Authorization: KakaoAK simulated-admin-key-1\r\n"
                          "kgAppId: %.*s\r\nplatform: %.*s\r\naccessToken: %.*s\r\nplayerId: %.*s\r\n\r\n",
                          login->app.length, login->app.start, login->platform.length, login->platform.start,
                          login->token.length, login->token.start, login->player.length, login->player.start);
    if (length >= MAXIMUM_REQUEST_BYTES) fail("a request is too long");
    if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) != length)
        fail("send: %s", strerror(errno));
    connection->waiting = decided;
    connection->received = 0;
}

/* Reads what has come; true when the answer is complete. */
static bool read_answer(struct connection *connection) {
    ssize_t count = recv(connection->socket, connection->answer + connection->received,
                         MAXIMUM_ANSWER_BYTES - 1 - connection->received, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) fail("the platform closed a connection or sent too much");
    connection->received += (size_t)count;
    connection->answer[connection->received] = '\0';
    const char *head_end = strstr(connection->answer, "\r\n\r\n");
    if (!head_end) return false;
    const char *length = strcasestr(connection->answer, "\r\ncontent-length:");
    size_t body = length && length < head_end ? strtoul(length + 17, NULL, 10) : 0;
    return connection->received >= (size_t)(head_end + 4 - connection->answer) + body;
}

/* Asks about every event of the batch, on all connections at once. */
static void ask_platform(struct job *job) {
    struct connection *idle[CONNECTIONS];
    struct epoll_event ready[CONNECTIONS];
    size_t idle_count = 0, next = 0, pending = 0;
    while (idle_count < CONNECTIONS) {
        idle[idle_count] = &job->connections[idle_count];
        idle_count++;
    }
    for (;;) {
        for (; idle_count && next < job->batch_size; next++) {
            struct decided *decided = &job->batch[next];
            if (!read_login(decided->record, &decided->login)) continue;
            send_request(idle[--idle_count], decided);
            pending++;
        }
        if (!pending) return;
        int count = epoll_wait(job->poller, ready, CONNECTIONS, ANSWER_MILLISECONDS);
        if (count == 0) fail("the platform does not answer");
        for (int index = 0; index < count; index++) {
            struct connection *connection = ready[index].data.ptr;
            if (!read_answer(connection)) continue;
            connection->waiting->status = (int)strtol(connection->answer + strlen("HTTP/1.1 "), NULL, 10);
            idle[idle_count++] = connection;
            pending--;
        }
    }
}

/* ---- The audit trail ---- */

static void run_sql(struct job *job, const char *sql) {
    check_trail(job, sqlite3_exec(job->trail, sql, NULL, NULL, NULL));
}

static void open_trail(struct job *job, const char *path) {
    if (sqlite3_open(path, &job->trail) != SQLITE_OK) fail("cannot open %s", path);
    run_sql(job, "PRAGMA journal_mode = WAL");
    run_sql(job, "PRAGMA synchronous = FULL");
    run_sql(job, "CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, topic TEXT, partition INTEGER,"
                 " offset INTEGER, app TEXT, player TEXT, session TEXT, status INTEGER) STRICT");
    run_sql(job, "CREATE INDEX IF NOT EXISTS entry_by_player ON entry (player, number)");
    check_trail(job, sqlite3_prepare_v2(job->trail,
                                        "INSERT INTO entry (topic, partition, offset, app, player, session, status)"
                                        " VALUES (?, ?, ?, ?, ?, ?, ?)",
                                        -1, &job->insert, NULL));
}

static void bind_span(sqlite3_stmt *statement, int place, struct span text) {
    sqlite3_bind_text(statement, place, text.start, text.length, SQLITE_STATIC);
}

/* One durable SQLite transaction for the batch. */
static void write_trail(struct job *job) {
    run_sql(job, "BEGIN IMMEDIATE");
    for (size_t index = 0; index < job->batch_size; index++) {
        const struct decided *decided = &job->batch[index];
        if (!decided->status) continue;
        sqlite3_bind_text(job->insert, 1, job->events_topic, -1, SQLITE_STATIC);
        sqlite3_bind_int(job->insert, 2, decided->record->partition);
        sqlite3_bind_int64(job->insert, 3, decided->record->offset);
        bind_span(job->insert, 4, decided->login.app);
        bind_span(job->insert, 5, decided->login.player);
        bind_span(job->insert, 6, decided->login.session);
        sqlite3_bind_int(job->insert, 7, decided->status);
        check_trail(job, sqlite3_step(job->insert));
        sqlite3_reset(job->insert);
    }
    run_sql(job, "COMMIT");
}

/* ---- Kafka ---- */

static void set(rd_kafka_conf_t *configuration, const char *name, const char *value) {
    char error[ERROR_BYTES];
    if (rd_kafka_conf_set(configuration, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail("%s", error);
}

static rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *configuration) {
    char error[ERROR_BYTES];
    rd_kafka_t *client = rd_kafka_new(type, configuration, error, sizeof error);
    if (!client) fail("%s", error);
    return client;
}

static void open_kafka(struct job *job, const char *bootstrap) {
    char name[64];
    snprintf(name, sizeof name, "floor-%ld-%d", (long)time(NULL), (int)getpid());
    rd_kafka_conf_t *consumer = rd_kafka_conf_new(), *producer = rd_kafka_conf_new();
    set(consumer, "bootstrap.servers", bootstrap);
    set(consumer, "group.id", name);
    set(consumer, "auto.offset.reset", "earliest");
    set(consumer, "enable.auto.commit", "false");
    set(consumer, "isolation.level", "read_committed");
    set(producer, "bootstrap.servers", bootstrap);
    set(producer, "transactional.id", name);
    job->consumer = open_client(RD_KAFKA_CONSUMER, consumer);
    job->producer = open_client(RD_KAFKA_PRODUCER, producer);
    rd_kafka_poll_set_consumer(job->consumer);
    job->records = rd_kafka_queue_get_consumer(job->consumer);
    check_kafka("init transactions", rd_kafka_init_transactions(job->producer, BROKER_MILLISECONDS));

    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, job->events_topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(job->consumer, topics);
    if (error) fail("subscribe: %s", rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(topics);
}

/* Waits for events; false when none have come for too long. */
static bool take_batch(struct job *job) {
    rd_kafka_message_t *records[MAXIMUM_BATCH];
    for (int polls = 0; polls < IDLE_POLLS_TO_GIVE_UP; polls++) {
        ssize_t count = rd_kafka_consume_batch_queue(job->records, POLL_MILLISECONDS, records, MAXIMUM_BATCH);
        if (count <= 0) continue;
        job->batch_size = (size_t)count;
        for (size_t index = 0; index < job->batch_size; index++)
            job->batch[index] = (struct decided){.record = records[index]};
        return true;
    }
    return false;
}

static void drop_batch(struct job *job) {
    for (size_t index = 0; index < job->batch_size; index++) {
        if (!job->batch[index].record->err) job->events++;
        rd_kafka_message_destroy(job->batch[index].record);
    }
}

static void produce_kick(struct job *job, const struct decided *decided) {
    const struct login *login = &decided->login;
    char value[MAXIMUM_OUTCOME_BYTES];
    int length = snprintf(value, sizeof value,
                          "{\"action\":\"kick\",\"kgAppId\":\"%.*s\",\"playerId\":\"%.*s\",\"sessionId\":\"%.*s\","
                          "\"status\":%d,\"source\":{\"partition\":%d,\"offset\":%lld}}",
                          login->app.length, login->app.start, login->player.length, login->player.start,
                          login->session.length, login->session.start, decided->status,
                          (int)decided->record->partition, (long long)decided->record->offset);
    if (length >= MAXIMUM_OUTCOME_BYTES) fail("an outcome is too long");
    for (;;) {
        rd_kafka_resp_err_t error = rd_kafka_producev(
            job->producer, RD_KAFKA_V_TOPIC(job->outcomes_topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY((void *)login->player.start, (size_t)login->player.length),
            RD_KAFKA_V_VALUE(value, (size_t)length), RD_KAFKA_V_END);
        if (!error) break;
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("produce: %s", rd_kafka_err2str(error));
        rd_kafka_poll(job->producer, POLL_MILLISECONDS);
    }
    job->kicks++;
}

/* One Kafka transaction for the batch: the kicks and the offsets. */
static void publish(struct job *job) {
    check_kafka("begin", rd_kafka_begin_transaction(job->producer));
    for (size_t index = 0; index < job->batch_size; index++) {
        int status = job->batch[index].status;
        if (status && status != 200) produce_kick(job, &job->batch[index]);
    }
    rd_kafka_topic_partition_list_t *positions = NULL;
    if (rd_kafka_assignment(job->consumer, &positions) || rd_kafka_position(job->consumer, positions))
        fail("cannot read the consumer's position");
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(job->consumer);
    check_kafka("offsets",
                rd_kafka_send_offsets_to_transaction(job->producer, positions, group, BROKER_MILLISECONDS));
    check_kafka("commit", rd_kafka_commit_transaction(job->producer, BROKER_MILLISECONDS));
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(positions);
}

int main(int argc, char **argv) {
    static struct job job;
    if (argc != 7) {
        fprintf(stderr, "usage: floor BOOTSTRAP EVENTS_TOPIC OUTCOMES_TOPIC PLATFORM_PORT COUNT DATABASE\n");
        return 2;
    }
    long count = atol(argv[5]);
    job.events_topic = argv[2];
    job.outcomes_topic = argv[3];
    open_trail(&job, argv[6]);
    open_connections(&job, atoi(argv[4]));
    open_kafka(&job, argv[1]);

    double cpu = 0, wall = 0;
    while (job.events < count) {
        if (!take_batch(&job)) fail("no more events after %ld of %ld", job.events, count);
        if (wall == 0) cpu = cpu_seconds(), wall = wall_seconds();
        ask_platform(&job);
        write_trail(&job);
        publish(&job);
        drop_batch(&job);
    }
    cpu = cpu_seconds() - cpu;
    wall = wall_seconds() - wall;
    printf("{\"events\":%ld,\"kicks\":%ld,\"cpuMicrosecondsPerEvent\":%.2f,\"eventsPerSecond\":%.0f}\n", job.events,
           job.kicks, cpu * 1e6 / (double)job.events, (double)job.events / wall);
    fflush(stdout);
    /* Leaving the group politely would only be measured by whoever waits. */
    _exit(0);
}
