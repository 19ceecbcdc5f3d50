import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, expect, it, vi } from 'vitest';
import { powertoolsLog } from '../../../shared/adapters/aws/powertools-log.ts';

const written: string[] = [];
const log = () => {
  const logger = new Logger({ serviceName: 'anomaly', logLevel: 'INFO' });
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void written.push(line));
  }
  vi.spyOn(logger as unknown as { console: Console }, 'console', 'get').mockReturnValue(console);
  return powertoolsLog(logger);
};
afterEach(() => {
  written.length = 0;
  vi.restoreAllMocks();
});
const lines = (): Record<string, unknown>[] => written.map((line) => JSON.parse(line) as Record<string, unknown>);

it('writes one JSON line per message, with level, service and fields', () => {
  const subject = log();
  subject.info('tick done', { series: 3 });
  subject.warn('late');
  subject.error('shard failed', { error: new RangeError('no such shard') });
  expect(lines()).toMatchObject([
    { level: 'INFO', message: 'tick done', service: 'anomaly', series: 3 },
    { level: 'WARN', message: 'late' },
    { level: 'ERROR', message: 'shard failed', error: { name: 'RangeError', message: 'no such shard' } },
  ]);
});

it('lets no field replace the message, nor a NaN turn into null', () => {
  log().info('constant', { message: 'other', level: 'odd', score: NaN });
  expect(lines()).toMatchObject([
    { level: 'INFO', message: 'constant', message_: 'other', level_: 'odd', score: 'NaN' },
  ]);
});
