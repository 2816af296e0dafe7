/*
 * A device with wolfSSL: DTLS 1.2 with a pre-shared key or a certificate, application data in and out as hexadecimal.
 * Built by test/support/c-programs.ts against the system's libwolfssl.
 */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include "../support/peer-client.h"

static struct options options;

static unsigned int give_psk(WOLFSSL *ssl, const char *hint, char *identity, unsigned int identity_max,
                             unsigned char *key, unsigned int key_max) {
  (void)ssl;
  (void)hint;
  if (options.identity.length >= identity_max || options.key.length > key_max) return 0;
  memcpy(identity, options.identity.at, options.identity.length);
  identity[options.identity.length] = '\0';
  memcpy(key, options.key.at, options.key.length);
  return (unsigned int)options.key.length;
}

/* With an authority the server is verified; what the device has itself it shows when it is asked. */
static void use_certificates(WOLFSSL_CTX *context) {
  wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_NONE, NULL);
  if (options.authority_file != NULL) {
    if (wolfSSL_CTX_load_verify_locations(context, options.authority_file, NULL) != WOLFSSL_SUCCESS)
      usage("--authority: not read");
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
  }
  if (options.certificate_file == NULL || options.key_file == NULL) return;
  if (wolfSSL_CTX_use_certificate_file(context, options.certificate_file, WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
    usage("--certificate: not read");
  if (wolfSSL_CTX_use_PrivateKey_file(context, options.key_file, WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
    usage("--private-key: not read");
}

static WOLFSSL *session_over(WOLFSSL_CTX *context, int udp) {
  struct sockaddr_in remote = ipv4_address(options.host, options.port);
  WOLFSSL *ssl = wolfSSL_new(context);
  wolfSSL_dtls_set_peer(ssl, &remote, sizeof remote);
  wolfSSL_set_fd(ssl, udp);
  return ssl;
}

static int session_handshake(WOLFSSL *ssl) {
  be_patient(options.patience_ms, EXIT_HANDSHAKE_TIMEOUT);
  if (wolfSSL_connect(ssl) != WOLFSSL_SUCCESS) {
    WOLFSSL_ALERT_HISTORY alerts;
    wolfSSL_get_alert_history(ssl, &alerts);
    printf("handshake failed code=%d alert=%d\n", wolfSSL_get_error(ssl, 0), alerts.last_rx.code);
    fflush(stdout);
    return EXIT_HANDSHAKE_FAILED;
  }
  printf("handshake ok suite=%s\n", wolfSSL_get_cipher_name(ssl));
  fflush(stdout);
  return 0;
}

static int session_exchange_all(WOLFSSL *ssl) {
  unsigned char reply[BYTES_MAX];
  for (int i = 0; i < options.send_count; i += 1) {
    const struct bytes *request = &options.sends[i];
    if (wolfSSL_write(ssl, request->at, (int)request->length) <= 0) return EXIT_CONNECTION_LOST;
    be_patient(options.patience_ms, EXIT_REPLY_TIMEOUT);
    int received = wolfSSL_read(ssl, reply, sizeof reply);
    if (received <= 0) {
      printf("connection lost code=%d\n", wolfSSL_get_error(ssl, received));
      return EXIT_CONNECTION_LOST;
    }
    print_reply(reply, (size_t)received);
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return puts("wolfSSL " LIBWOLFSSL_VERSION_STRING) < 0;
  options_parse(&options, argc, argv);
  if (options.mtu || options.max_fragment || options.impostor_key.length || options.wants_connection_id)
    usage("this client has no --mtu, --max-fragment, --impostor-key-hex, --connection-id");
  wolfSSL_Init();
  WOLFSSL_CTX *context = wolfSSL_CTX_new(wolfDTLSv1_2_client_method());
  use_certificates(context);
  if (options.key.length != 0) wolfSSL_CTX_set_psk_client_callback(context, give_psk);
  if (options.suites != NULL && wolfSSL_CTX_set_cipher_list(context, options.suites) != WOLFSSL_SUCCESS)
    usage("a suite of --suites is not known to wolfSSL");

  int udp = socket_to(&options);
  WOLFSSL *session = session_over(context, udp);
  int failed = session_handshake(session);
  if (failed == 0) failed = session_exchange_all(session);
  if (failed == 0 && options.reboot) {
    session = session_over(context, udp);
    failed = session_handshake(session);
    if (failed == 0) failed = session_exchange_all(session);
  }
  if (failed == 0) wolfSSL_shutdown(session);
  return failed;
}
