/**
 * BoringSSL's tests of DTLS by hand:
 *
 *   node test/bogo/run.ts             all of them, and the score
 *   node test/bogo/run.ts Retransmit  those with this in their name
 */
import { reportOf, score } from './score.ts';

const [part = ''] = process.argv.slice(2);
const found = await score(part);
if ('missing' in found) console.log(`skipped: ${found.missing}`);
else {
  console.log(reportOf(found));
  process.exitCode = found.failed.length + found.unimplemented.length + found.idle.length === 0 ? 0 : 1;
}
