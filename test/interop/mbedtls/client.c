/*
 * A device with Mbed TLS: DTLS 1.2 with a pre-shared key or a certificate, application data in and out as hexadecimal.
 * Built by test/support/c-programs.ts against the system's libmbedtls (2.28), and against 3.6, which has connection IDs.
 */
#include "../support/peer-client.h"

#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/timing.h>
#include <mbedtls/version.h>
#include <poll.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

enum { RETRANSMIT_MS_MIN = 400, RETRANSMIT_MS_MAX = 1600, SUITES_MAX = 16 };

struct session {
  mbedtls_ssl_config config;
  mbedtls_ssl_context ssl;
  mbedtls_timing_delay_context timer;
  mbedtls_x509_crt own_certificate, authority;
  mbedtls_pk_context own_key;
  int suites[SUITES_MAX + 1];
};

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context random_generator;

static int socket_send(void *context, const unsigned char *at, size_t length) {
  ssize_t sent = send(*(int *)context, at, length, 0);
  return sent < 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)sent;
}

static int socket_receive(void *context, unsigned char *at, size_t length, uint32_t timeout_ms) {
  struct pollfd wanted = {.fd = *(int *)context, .events = POLLIN};
  int ready = poll(&wanted, 1, timeout_ms == 0 ? -1 : (int)timeout_ms);
  if (ready == 0) return MBEDTLS_ERR_SSL_TIMEOUT;
  ssize_t received = recv(*(int *)context, at, length, 0);
  return received < 0 ? MBEDTLS_ERR_SSL_CONN_EOF : (int)received;
}

static void choose_suites(struct session *session, const char *names) {
  char copy[512];
  int count = 0;
  snprintf(copy, sizeof copy, "%s", names);
  for (char *name = strtok(copy, ","); name != NULL && count < SUITES_MAX; name = strtok(NULL, ",")) {
    session->suites[count] = mbedtls_ssl_get_ciphersuite_id(name);
    if (session->suites[count++] == 0) usage("a suite of --suites is not known to Mbed TLS");
  }
  session->suites[count] = 0;
  mbedtls_ssl_conf_ciphersuites(&session->config, session->suites);
}

static int fragment_code(int max_fragment) {
  switch (max_fragment) {
    case 512: return MBEDTLS_SSL_MAX_FRAG_LEN_512;
    case 1024: return MBEDTLS_SSL_MAX_FRAG_LEN_1024;
    case 2048: return MBEDTLS_SSL_MAX_FRAG_LEN_2048;
    default: return MBEDTLS_SSL_MAX_FRAG_LEN_4096;
  }
}

/* With an authority the server is verified; what the device has itself it shows when it is asked. */
static void use_certificates(struct session *session, const struct options *options) {
  mbedtls_x509_crt_init(&session->own_certificate);
  mbedtls_x509_crt_init(&session->authority);
  mbedtls_pk_init(&session->own_key);
  if (options->authority_file != NULL) {
    if (mbedtls_x509_crt_parse_file(&session->authority, options->authority_file) != 0) usage("--authority: not read");
    mbedtls_ssl_conf_ca_chain(&session->config, &session->authority, NULL);
    mbedtls_ssl_conf_authmode(&session->config, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
  if (options->certificate_file == NULL || options->key_file == NULL) return;
  if (mbedtls_x509_crt_parse_file(&session->own_certificate, options->certificate_file) != 0)
    usage("--certificate: not read");
#if MBEDTLS_VERSION_MAJOR >= 3
  int unread = mbedtls_pk_parse_keyfile(&session->own_key, options->key_file, NULL, mbedtls_ctr_drbg_random,
                                        &random_generator);
#else
  int unread = mbedtls_pk_parse_keyfile(&session->own_key, options->key_file, NULL);
#endif
  if (unread != 0) usage("--private-key: not read");
  if (mbedtls_ssl_conf_own_cert(&session->config, &session->own_certificate, &session->own_key) != 0)
    usage("Mbed TLS does not take this certificate");
}

#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
/* Offers the connection ID that the server's records shall carry; it may be empty (RFC 9146 3). */
static void use_connection_id(struct session *session, const struct options *options) {
  if (mbedtls_ssl_set_cid(&session->ssl, MBEDTLS_SSL_CID_ENABLED, options->connection_id.at,
                          options->connection_id.length) != 0)
    usage("Mbed TLS does not take this connection ID");
}

static void print_connection_id(struct session *session) {
  unsigned char cid[MBEDTLS_SSL_CID_OUT_LEN_MAX];
  size_t length = 0;
  int enabled = 0;
  mbedtls_ssl_get_peer_cid(&session->ssl, &enabled, cid, &length);
  printf(" cid=");
  if (enabled != MBEDTLS_SSL_CID_ENABLED) printf("none");
  for (size_t i = 0; i < length && enabled == MBEDTLS_SSL_CID_ENABLED; i += 1) printf("%02x", cid[i]);
}
#else
static void use_connection_id(struct session *session, const struct options *options) {
  (void)session;
  if (options->wants_connection_id) usage("this build of Mbed TLS has no connection IDs");
}

static void print_connection_id(struct session *session) { (void)session; }
#endif

static void session_prepare(struct session *session, const struct options *options, const struct bytes *key, int *udp) {
  mbedtls_ssl_config_init(&session->config);
  mbedtls_ssl_init(&session->ssl);
  mbedtls_ssl_config *config = &session->config;
  mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
  mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &random_generator);
  mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_handshake_timeout(config, RETRANSMIT_MS_MIN, RETRANSMIT_MS_MAX);
  mbedtls_ssl_conf_extended_master_secret(config, options->extended_master_secret);
  if (options->suites != NULL) choose_suites(session, options->suites);
  if (options->max_fragment != 0) mbedtls_ssl_conf_max_frag_len(config, (unsigned char)fragment_code(options->max_fragment));
  use_certificates(session, options);
  if (key->length != 0 &&
      mbedtls_ssl_conf_psk(config, key->at, key->length, options->identity.at, options->identity.length) != 0)
    usage("Mbed TLS does not take this identity or key");
#if defined(MBEDTLS_SSL_DTLS_CONNECTION_ID)
  if (options->wants_connection_id)
    mbedtls_ssl_conf_cid(config, options->connection_id.length, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
#endif
  mbedtls_ssl_setup(&session->ssl, config);
  if (options->wants_connection_id) use_connection_id(session, options);
  mbedtls_ssl_set_hostname(&session->ssl, NULL); /* the chain is verified; what name it is for is not asked */
  if (options->mtu != 0) mbedtls_ssl_set_mtu(&session->ssl, (uint16_t)options->mtu);
  mbedtls_ssl_set_timer_cb(&session->ssl, &session->timer, mbedtls_timing_set_delay, mbedtls_timing_get_delay);
  mbedtls_ssl_set_bio(&session->ssl, udp, socket_send, NULL, socket_receive);
}

/* 0, or the exit code of what went wrong. */
static int session_handshake(struct session *session, const struct options *options) {
  be_patient(options->patience_ms, EXIT_HANDSHAKE_TIMEOUT);
  int result;
  do result = mbedtls_ssl_handshake(&session->ssl);
  while (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE);
  if (result != 0) {
    printf("handshake failed code=-0x%04x\n", (unsigned)-result);
    fflush(stdout);
    return result == MBEDTLS_ERR_SSL_TIMEOUT ? EXIT_HANDSHAKE_TIMEOUT : EXIT_HANDSHAKE_FAILED;
  }
  printf("handshake ok suite=%s ems=%d", mbedtls_ssl_get_ciphersuite(&session->ssl), options->extended_master_secret);
  print_connection_id(session);
  printf("\n");
  fflush(stdout);
  return 0;
}

static int session_exchange(struct session *session, const struct options *options, const struct bytes *request) {
  unsigned char reply[BYTES_MAX];
  int result = mbedtls_ssl_write(&session->ssl, request->at, request->length);
  if (result < 0) return EXIT_CONNECTION_LOST;
  be_patient(options->patience_ms, EXIT_REPLY_TIMEOUT);
  do result = mbedtls_ssl_read(&session->ssl, reply, sizeof reply);
  while (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE);
  if (result <= 0) {
    printf("connection lost code=-0x%04x\n", (unsigned)-result);
    return result == MBEDTLS_ERR_SSL_TIMEOUT ? EXIT_REPLY_TIMEOUT : EXIT_CONNECTION_LOST;
  }
  print_reply(reply, (size_t)result);
  return 0;
}

static int session_exchange_all(struct session *session, const struct options *options) {
  for (int i = 0; i < options->send_count; i += 1) {
    int failed = session_exchange(session, options, &options->sends[i]);
    if (failed != 0) return failed;
  }
  return 0;
}

int main(int argc, char **argv) {
  static struct options options;
  static struct session first, second;
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return puts(MBEDTLS_VERSION_STRING_FULL) < 0;
  options_parse(&options, argc, argv);
#if MBEDTLS_VERSION_MAJOR >= 3
  if (psa_crypto_init() != PSA_SUCCESS) usage("Mbed TLS has no randomness");
#endif
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&random_generator);
  mbedtls_ctr_drbg_seed(&random_generator, mbedtls_entropy_func, &entropy, NULL, 0);

  int udp = socket_to(&options);
  struct session *current = &first;
  session_prepare(&first, &options, &options.key, &udp);
  int failed = session_handshake(&first, &options);
  if (failed == 0) failed = session_exchange_all(&first, &options);
  if (failed == 0 && options.impostor_key.length != 0) {
    /* Somebody else behind the same address and port: the first session must live on (RFC 6347 4.2.8). */
    session_prepare(&second, &options, &options.impostor_key, &udp);
    if (session_handshake(&second, &options) == 0) return EXIT_USAGE;
    failed = session_exchange_all(&first, &options);
  } else if (failed == 0 && options.reboot) {
    /* The device forgot everything and starts anew from the same port, without a word of farewell. */
    session_prepare(&second, &options, &options.key, &udp);
    current = &second;
    failed = session_handshake(&second, &options);
    if (failed == 0) failed = session_exchange_all(&second, &options);
  }
  if (failed == 0) mbedtls_ssl_close_notify(&current->ssl);
  return failed;
}
