import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFields } from '../../ports/log.ts';

/** Powertools' logger as our log: JSON lines with function name, cold start and request id as Powertools knows them. */
export function powertoolsLog(logger = new Logger({ serviceName: 'aiops' })): Log {
  const fields = (given: LogFields | undefined): LogFields => {
    if (given === undefined) return {};
    // Under Powertools' own names a field would replace the line's: `message` is the constant text of the line.
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [reserved.has(name) ? `${name}_` : name, plain(value)]),
    );
  };
  return {
    info: (message, given) => logger.info(message, fields(given)),
    warn: (message, given) => logger.warn(message, fields(given)),
    error: (message, given) => logger.error(message, fields(given)),
  };
}

const reserved = new Set(['level', 'message', 'timestamp', 'service', 'sampling_rate', 'xray_trace_id']);

/** NaN and infinities would become null in JSON, and null says something else. */
const plain = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
