/** Exit code 0 when the gateway in this container is healthy. POSTERN_ADMIN_URL says where, if not on the usual port. */
const base = process.env.POSTERN_ADMIN_URL ?? 'http://127.0.0.1:8080';
try {
  const answer = await fetch(new URL('/healthz', base), { signal: AbortSignal.timeout(2_500) });
  process.exit(answer.ok ? 0 : 1);
} catch {
  process.exit(1);
}
