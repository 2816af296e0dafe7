/** docs/reference/telemetry.md */
import { CONTROL_EVENTS } from '../../src/daemon/ports/operator-log.ts';
import { METRICS, type MetricDefinition, SHARD_EVENTS } from '../../src/daemon/ports/telemetry.ts';
import { code, type Page, page, table } from './markdown.ts';

export function telemetryPage(): Page {
  return page(
    'docs/reference/telemetry.md',
    'Metrics and log events',
    'Names that dashboards and people hold on to. Metrics are served at `/metrics` in the Prometheus text ' +
      'format; log lines are JSON on standard error (text on a terminal, or as `log.format` says), with a ' +
      'constant message and fields.',
    ['src/daemon/ports/telemetry.ts', 'src/daemon/ports/operator-log.ts'],
    [
      { title: 'Metrics', blocks: [metrics()] },
      { title: 'Log events of the gateway', blocks: [events(CONTROL_EVENTS)] },
      {
        title: 'Log events of traffic',
        blocks: ['Limited per second and kind; what was left out is counted.', events(SHARD_EVENTS)],
      },
    ],
  );
}

function metrics(): string {
  const all: Readonly<Record<string, MetricDefinition>> = METRICS;
  const rows = Object.entries(all).map(([name, { kind, labels, help }]) => [
    code(name),
    kind,
    labels.map(code).join(', '),
    help,
  ]);
  return table(['name', 'kind', 'labels', 'meaning'], rows);
}

function events(all: Readonly<Record<string, string>>): string {
  return table(
    ['message', 'level'],
    Object.entries(all).map(([name, level]) => [code(name), level]),
  );
}
