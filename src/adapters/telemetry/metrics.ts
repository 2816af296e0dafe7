/**
 * The metrics page, written when somebody asks for it: shards and control count in plain cells, and nothing is done
 * about them in between. Text format 0.0.4 of Prometheus.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { HistogramView, MetricDefinition, ShardCounters } from '../../daemon/ports/index.ts';

/** Which metrics there are: name to definition. */
export type MetricTable = Readonly<Record<string, MetricDefinition>>;

export interface MetricsPage {
  readonly contentType: string;
  /** The page: each table with its counts, then what Node tells about the process. */
  render(parts: readonly (readonly [MetricTable, ShardCounters])[]): Promise<string>;
}

export function openMetrics(): MetricsPage {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return {
    contentType: ofProcess.contentType,
    render: async (parts) => {
      const ours = parts.flatMap(([table, counters]) =>
        Object.entries(table).map(([name, definition]) => renderMetric(name, definition, counters)),
      );
      return `${ours.join('\n')}\n${await ofProcess.metrics()}`;
    },
  };
}

/** Counts, gauges and histograms of several shards as one. */
export function sumCounters(all: readonly ShardCounters[]): ShardCounters {
  return {
    counters: sumCells(all.map(({ counters }) => counters)),
    gauges: sumCells(all.map(({ gauges }) => gauges)),
    histograms: Object.fromEntries(
      [...new Set(all.flatMap(({ histograms }) => Object.keys(histograms)))].map((name) => [
        name,
        all
          .map(({ histograms }) => histograms[name])
          .filter((view) => view !== undefined)
          .reduce(sumHistograms),
      ]),
    ),
  };
}

type Cells = Readonly<Record<string, Readonly<Record<string, number>>>>;

function sumCells(all: readonly Cells[]): Cells {
  const sums = new Map<string, Map<string, number>>();
  for (const cells of all) {
    for (const [name, cell] of Object.entries(cells)) {
      const sum = sums.get(name) ?? new Map<string, number>();
      for (const [labels, value] of Object.entries(cell)) sum.set(labels, (sum.get(labels) ?? 0) + value);
      sums.set(name, sum);
    }
  }
  return Object.fromEntries([...sums].map(([name, cell]) => [name, Object.fromEntries(cell)]));
}

function sumHistograms(a: HistogramView, b: HistogramView): HistogramView {
  return {
    bounds: a.bounds,
    counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)),
    sum: a.sum + b.sum,
  };
}

function renderMetric(
  name: string,
  { kind, help, labels }: MetricDefinition,
  counters: ShardCounters,
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`];
  if (kind === 'histogram') {
    const view = counters.histograms[name];
    return [...lines, ...(view === undefined ? [] : renderHistogram(name, view)), ''].join('\n');
  }
  const cells = (kind === 'counter' ? counters.counters : counters.gauges)[name] ?? {};
  const entries = Object.entries(cells);
  // A metric without labels is there from the start; one with labels appears with its first value.
  if (entries.length === 0 && labels.length === 0) lines.push(`${name} 0`);
  for (const [values, value] of entries) lines.push(`${name}${renderLabels(labels, values)} ${value}`);
  return [...lines, ''].join('\n');
}

function renderHistogram(name: string, { bounds, counts, sum }: HistogramView): string[] {
  let below = 0;
  const buckets = [...bounds.map(String), '+Inf'].map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{le="${bound}"} ${below}`;
  });
  return [...buckets, `${name}_sum ${sum}`, `${name}_count ${below}`];
}

function renderLabels(labels: readonly string[], joined: string): string {
  if (labels.length === 0) return '';
  const values = joined.split(',');
  const pairs = labels.map((label, index) => `${label}="${escapeLabel(values[index] ?? '')}"`);
  return `{${pairs.join(',')}}`;
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
