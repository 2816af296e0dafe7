/**
 * What the layers of tests print: everything for what fails, the reason for what is skipped, and of what passes only
 * the scores: what a test says of itself behind SCORE_MARK.
 * The last line is the sum as JSON behind SUMMARY_MARK, which tools/layers.ts reads.
 */
import { inspect } from 'node:util';
import type { TestEvent } from 'node:test/reporters';

export const SUMMARY_MARK = '@postern-test-summary ';
export const SCORE_MARK = 'score: ';

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const event of events) {
    switch (event.type) {
      case 'test:start':
        names.length = event.data.nesting;
        names.push(event.data.name);
        break;
      case 'test:fail':
        if (causedByChildren(event.data.details.error)) break;
        yield `\n  FAILED ${[...names.slice(0, event.data.nesting), event.data.name].join(' > ')}\n`;
        yield `    at ${event.data.file ?? ''}:${event.data.line ?? ''}
`;
        yield `${indented(explain(event.data.details.error))}
`;
        break;
      case 'test:pass':
        if (typeof event.data.skip === 'string') yield `  skipped: ${event.data.name}: ${event.data.skip}\n`;
        break;
      case 'test:diagnostic':
        if (event.data.message.startsWith(SCORE_MARK)) yield `  ${event.data.message}\n`;
        break;
      case 'test:stderr':
        yield event.data.message;
        break;
      case 'test:summary':
        if (event.data.file !== undefined) break;
        yield `${SUMMARY_MARK}${JSON.stringify(summaryOf(event.data.counts))}\n`;
        break;
      default:
        break;
    }
  }
}

function summaryOf(counts: {
  passed: number;
  tests: number;
  skipped: number;
  cancelled: number;
  todo: number;
}): Summary {
  const { passed, skipped, todo } = counts;
  return { passed, skipped: skipped + todo, failed: counts.tests - passed - skipped - todo };
}

/** A parent that only repeats what its children said. */
function causedByChildren(error: unknown): boolean {
  return error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed';
}

/** The stack with its message, or whatever was thrown; a page at most. */
function explain(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  const lines = text.split('\n').filter((line) => !line.includes('(node:internal/'));
  return lines.length <= 60 ? lines.join('\n') : [...lines.slice(0, 60), '…'].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
