import { describe, expect, it } from 'vitest';
import { consoleLog } from '../../shared/adapters/local/console-log.ts';

describe('the log of the command line', () => {
  it('writes one line of JSON per message, with the fields beside it', () => {
    const lines: string[] = [];
    const log = consoleLog((line) => lines.push(line));
    log.info('tick', { watch: 'w', points: 3 });
    log.warn('two\nlines', { ratio: NaN, count: 2n });
    log.error('failed', { error: new TypeError('bad', { cause: new Error('worse') }) });
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { level: 'info', message: 'tick', watch: 'w', points: 3 },
      { level: 'warn', message: 'two\nlines', ratio: 'NaN', count: '2' },
      {
        level: 'error',
        message: 'failed',
        error: { name: 'TypeError', message: 'bad', cause: { name: 'Error', message: 'worse' } },
      },
    ]);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('writes what refers to itself rather than failing', () => {
    const lines: string[] = [];
    const loop: { self?: unknown } = {};
    loop.self = loop;
    consoleLog((line) => lines.push(line)).info('loop', { loop });
    expect(JSON.parse(lines[0])).toMatchObject({ message: 'loop' });
  });
});
