/** adapters/telemetry: the operator's log (pino, stderr) and the metrics page (Prometheus). */
export { openLog } from './logger.ts';
export { type MetricsPage, type MetricTable, openMetrics, sumCounters } from './metrics.ts';
