/** What a run leaves on the way: TensorBoard events and metrics as JSON lines, both cut back exactly on resume. */
export type { Image } from './event.js';
export { EventWriter, truncateEvents } from './events.js';
export { filmStrip } from './film-strip.js';
export {
  keepMetrics,
  MetricsLog,
  type MetricsRecord,
  type MetricValue,
  readMetrics,
  truncateMetrics,
} from './metrics-log.js';
