/*
 * What the C clients of test/interop have in common: the command line, hexadecimal, the UDP socket, the patience.
 *
 * Output is one line an event ("handshake ok suite=...", "reply 6845..."), so that a test reads it without knowing the
 * library behind. The exit code tells what failed.
 */
#ifndef POSTERN_PEER_CLIENT_H
#define POSTERN_PEER_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  EXIT_USAGE = 2,
  EXIT_HANDSHAKE_FAILED = 3,
  EXIT_HANDSHAKE_TIMEOUT = 4,
  EXIT_REPLY_TIMEOUT = 5,
  EXIT_CONNECTION_LOST = 6,
};

enum { SENDS_MAX = 8, BYTES_MAX = 2048 };

struct bytes {
  unsigned char at[BYTES_MAX];
  size_t length;
};

struct options {
  const char *host;
  int port;
  int local_port;
  struct bytes identity;
  struct bytes key;
  struct bytes impostor_key;
  const char *suites;
  const char *certificate_file;
  const char *key_file;
  const char *authority_file;
  int mtu;
  int max_fragment;
  int extended_master_secret;
  int reboot;
  struct bytes connection_id;
  int wants_connection_id;
  int patience_ms;
  struct bytes sends[SENDS_MAX];
  int send_count;
};

/* Which wait the alarm interrupts: it decides the exit code. */
static volatile sig_atomic_t waiting_exit_code = EXIT_HANDSHAKE_TIMEOUT;

static void patience_over(int signal_number) {
  (void)signal_number;
  _exit(waiting_exit_code);
}

/* Arms the patience for the coming wait; when it runs out the process ends with `exit_code`. */
static void be_patient(int patience_ms, int exit_code) {
  waiting_exit_code = exit_code;
  signal(SIGALRM, patience_over);
  alarm((unsigned)((patience_ms + 999) / 1000));
}

static void usage(const char *complaint) {
  fprintf(stderr, "%s\n", complaint);
  fprintf(stderr,
          "usage: client --port N [--identity-hex HEX --key-hex HEX] [--certificate FILE --private-key FILE]\n"
          "  [--authority FILE] [--send HEX]... [--host A] [--local-port N]\n"
          "  [--suites NAME,NAME] [--mtu N] [--max-fragment N] [--no-ems] [--reboot] [--impostor-key-hex HEX]\n"
          "  [--connection-id HEX] [--patience-ms N]   or: client --version\n");
  exit(EXIT_USAGE);
}

static int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

static void bytes_from_hex(struct bytes *into, const char *hex) {
  size_t digits = strlen(hex);
  if (digits % 2 != 0 || digits / 2 > BYTES_MAX) usage("hexadecimal has an odd length or is too long");
  into->length = digits / 2;
  for (size_t i = 0; i < into->length; i += 1) {
    int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) usage("not lower-case hexadecimal");
    into->at[i] = (unsigned char)(high << 4 | low);
  }
}

static void print_reply(const unsigned char *at, size_t length) {
  printf("reply ");
  for (size_t i = 0; i < length; i += 1) printf("%02x", at[i]);
  printf("\n");
  fflush(stdout);
}

static void options_parse(struct options *options, int argc, char **argv) {
  memset(options, 0, sizeof *options);
  options->host = "127.0.0.1";
  options->extended_master_secret = 1;
  options->patience_ms = 5000;
  for (int i = 1; i < argc; i += 1) {
    const char *name = argv[i];
    if (strcmp(name, "--no-ems") == 0) { options->extended_master_secret = 0; continue; }
    if (strcmp(name, "--reboot") == 0) { options->reboot = 1; continue; }
    if (i + 1 >= argc) usage("an option lacks its value");
    const char *value = argv[++i];
    if (strcmp(name, "--host") == 0) options->host = value;
    else if (strcmp(name, "--port") == 0) options->port = atoi(value);
    else if (strcmp(name, "--local-port") == 0) options->local_port = atoi(value);
    else if (strcmp(name, "--identity-hex") == 0) bytes_from_hex(&options->identity, value);
    else if (strcmp(name, "--key-hex") == 0) bytes_from_hex(&options->key, value);
    else if (strcmp(name, "--impostor-key-hex") == 0) bytes_from_hex(&options->impostor_key, value);
    else if (strcmp(name, "--suites") == 0) options->suites = value;
    else if (strcmp(name, "--certificate") == 0) options->certificate_file = value;
    else if (strcmp(name, "--private-key") == 0) options->key_file = value;
    else if (strcmp(name, "--authority") == 0) options->authority_file = value;
    else if (strcmp(name, "--mtu") == 0) options->mtu = atoi(value);
    else if (strcmp(name, "--max-fragment") == 0) options->max_fragment = atoi(value);
    else if (strcmp(name, "--connection-id") == 0) {
      bytes_from_hex(&options->connection_id, value);
      options->wants_connection_id = 1;
    } else if (strcmp(name, "--patience-ms") == 0) options->patience_ms = atoi(value);
    else if (strcmp(name, "--send") == 0 && options->send_count < SENDS_MAX) {
      bytes_from_hex(&options->sends[options->send_count++], value);
    } else usage("unknown option");
  }
  if (options->port == 0) usage("--port is needed");
}

static struct sockaddr_in ipv4_address(const char *host, int port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)port);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) usage("--host is not an IPv4 address");
  return address;
}

/* A UDP socket connected to the gateway, from the wanted local port when one is given. */
static int socket_to(const struct options *options) {
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in remote = ipv4_address(options->host, options->port);
  if (options->local_port != 0) {
    struct sockaddr_in local = ipv4_address("127.0.0.1", options->local_port);
    if (bind(udp, (struct sockaddr *)&local, sizeof local) != 0) usage("the local port is not free");
  }
  if (connect(udp, (struct sockaddr *)&remote, sizeof remote) != 0) usage("the address cannot be reached");
  return udp;
}

#endif
