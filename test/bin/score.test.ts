import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { createRandom } from '../../shared/numeric/random.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

const step = 300;
const start = Date.UTC(2026, 0, 1) / 1000;
const stamp = (row: number): string =>
  new Date((start + row * step) * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** Noise around 50 with one spike. */
function noise(rows: number, spikeAt = -1, seed = 1): number[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, (_, row) => (row === spikeAt ? 500 : 50 + random.normal()));
}

const csvOf = (values: readonly (number | string)[], header = 'timestamp,value'): string =>
  `${header}\n${values.map((value, row) => `${stamp(row)},${value}`).join('\n')}\n`;

async function score(
  folder: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = fakeTerminal({ cwd: folder });
  const code = await run(['score', ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

const read = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true });

describe('score', () => {
  it('writes one row per row, in order, with the promised columns, and finds the spike', async () => {
    const values = noise(1200, 1000);
    const folder = scratchFolder({ 'cpu.csv': csvOf(values) });
    const { code, stdout } = await score(folder, ['cpu.csv', '--out', 'scored.csv']);
    expect(code).toBe(0);
    expect(stdout).toContain('1 file, 1200 rows');
    const text = readFileSync(join(folder, 'scored.csv'), 'utf8');
    expect(text.split('\n')[0]).toBe('timestamp,value,anomaly_score,alert,anomaly,expected,lower,upper,rarity');
    const rows = read(join(folder, 'scored.csv'));
    expect(rows.map((row) => row['timestamp'])).toEqual(values.map((_, row) => stamp(row)));
    expect(rows.map((row) => Number(row['value']))).toEqual(values);
    expect(Number(rows[1000]?.['alert'])).toBeGreaterThan(0);
    expect(rows[1000]?.['anomaly']).toBe('1');
    const scores = rows.map((row) => Number(row['anomaly_score']));
    expect(Math.max(...scores)).toBe(scores[1000]);
    expect(rows[0]?.['anomaly_score']).toBe('');
    // How rare a row is belongs to what is anomalous; an ordinary row is not rare.
    expect(Number(rows[1000]?.['rarity'])).toBeGreaterThan(0);
    expect(rows.filter((row) => row['rarity'] !== '' && row['anomaly'] !== '1')).toEqual([]);
  });

  it('tells when the strongest alerts were, in which column, and what was expected', async () => {
    const still = noise(1200, -1, 2);
    const lines = noise(1200, 1000).map((value, row) => `${stamp(row)},${still[row]},${value}`);
    const folder = scratchFolder({ 'web.csv': `timestamp,memory,cpu\n${lines.join('\n')}\n` });
    const { stdout } = await score(folder, ['web.csv', '--out', 'out.csv']);
    expect(stdout).toMatch(new RegExp(`web.csv +${stamp(1000)} +cpu +500 +[45]\\d`));
    const json = await score(folder, ['web.csv', '--out', 'out.csv', '--json']);
    const { files } = JSON.parse(json.stdout) as { files: { strongest: Record<string, unknown>[] }[] };
    expect(files[0].strongest[0]).toMatchObject({ file: 'web.csv', time: stamp(1000), column: 'cpu', value: 500 });
    expect(files[0].strongest.length).toBeLessThanOrEqual(5);
  });

  it('is strictly causal: what follows changes nothing before it', async () => {
    const values = noise(600, 400);
    const folder = scratchFolder({ 'whole.csv': csvOf(values), 'head.csv': csvOf(values.slice(0, 450)) });
    await score(folder, ['whole.csv', '--out', 'a.csv']);
    await score(folder, ['head.csv', '--out', 'b.csv']);
    const head = readFileSync(join(folder, 'b.csv'), 'utf8');
    expect(readFileSync(join(folder, 'a.csv'), 'utf8').startsWith(head)).toBe(true);
  });

  it('keeps the tree, reads gzip, never takes a label for a value', async () => {
    const rows = noise(80)
      .map((value, row) => `${start + row * step},${value},0`)
      .join('\n');
    const folder = scratchFolder({
      'in/a/one.csv.gz': `TimeStamp,Value,Label\n${rows}\n`,
      'in/two.csv': csvOf(noise(80)),
      'in/notes.txt': 'not a CSV',
    });
    const { code, stdout } = await score(folder, ['in', '--out', 'out']);
    expect(code).toBe(0);
    expect(readdirSync(join(folder, 'out'), { recursive: true }).sort()).toEqual(['a', 'a/one.csv', 'two.csv']);
    const header = readFileSync(join(folder, 'out/a/one.csv'), 'utf8').split('\n')[0];
    expect(header).toBe('timestamp,value,anomaly_score,alert,anomaly,expected,lower,upper,rarity');
    expect(stdout).toContain('"Label" is a label');
    expect(stdout).toContain('1 other file is no .csv');
  });

  it('repeats the columns per value column, and speaks for the row as a whole', async () => {
    const a = noise(100, -1, 1);
    const b = noise(100, -1, 2);
    const lines = a.map((value, row) => `${stamp(row)},${value},${b[row]}`).join('\n');
    const folder = scratchFolder({ 'both.csv': `timestamp,cpu,memory\n${lines}\n` });
    await score(folder, ['both.csv', '--out', 'out.csv']);
    const rows = read(join(folder, 'out.csv'));
    const fields = ['value', 'anomaly_score', 'alert', 'anomaly', 'expected', 'lower', 'upper', 'rarity'];
    expect(Object.keys(rows[0] ?? {})).toEqual([
      'timestamp',
      ...fields,
      ...fields.map((field) => `cpu_${field}`),
      ...fields.map((field) => `memory_${field}`),
    ]);
    expect(rows[99]?.['value']).toBe('');
    expect(Number(rows[99]?.['memory_value'])).toBe(b[99]);
  });

  it('learns from the history first: the very first row can be judged', async () => {
    const folder = scratchFolder({ 'x-train.csv': csvOf(noise(900)), 'x-test.csv': csvOf(noise(50, 20, 3)) });
    const { stdout } = await score(folder, ['x-test.csv', '--out', 'sibling.csv']);
    expect(stdout).toContain('1 of them learned from a history file first');
    await score(folder, ['x-test.csv', '--out', 'named.csv', '--history', 'x-train.csv']);
    await score(folder, ['x-test.csv', '--out', 'without.csv', '--no-history']);
    expect(readFileSync(join(folder, 'named.csv'))).toEqual(readFileSync(join(folder, 'sibling.csv')));
    expect(read(join(folder, 'named.csv'))[0]?.['anomaly_score']).not.toBe('');
    expect(read(join(folder, 'without.csv'))[0]?.['anomaly_score']).toBe('');
    expect(read(join(folder, 'named.csv'))).toHaveLength(50);
  });

  it('takes the history’s columns by name, whatever their order', async () => {
    const lines = (swap: boolean, seed: number): string =>
      noise(300, -1, seed)
        .map((value, row) => `${stamp(row)},${swap ? `${row % 7},${value}` : `${value},${row % 7}`}`)
        .join('\n');
    const folder = scratchFolder({
      'same.csv': `timestamp,cpu,queue\n${lines(false, 1)}\n`,
      'swapped.csv': `timestamp,queue,cpu\n${lines(true, 1)}\n`,
      'new.csv': `timestamp,cpu,queue\n${lines(false, 2)}\n`,
    });
    await score(folder, ['new.csv', '--out', 'a.csv', '--history', 'same.csv']);
    await score(folder, ['new.csv', '--out', 'b.csv', '--history', 'swapped.csv']);
    expect(readFileSync(join(folder, 'a.csv'))).toEqual(readFileSync(join(folder, 'b.csv')));
  });

  it('gives the same bytes from threads as without', async () => {
    // Long lines rather than many: it is by bytes that files are taken for worth a thread.
    const label = 'x'.repeat(700);
    const big = (seed: number): string =>
      csvOf(
        noise(2_000, -1, seed).map((value) => `${value},${label}`),
        'timestamp,value,label',
      );
    const folder = scratchFolder({ 'in/a.csv': big(1), 'in/b.csv': big(2) });
    expect((await score(folder, ['in', '--out', 'one', '--threads', '1'])).code).toBe(0);
    expect((await score(folder, ['in', '--out', 'two', '--threads', '2'])).code).toBe(0);
    for (const name of ['a.csv', 'b.csv']) {
      expect(readFileSync(join(folder, 'two', name)).equals(readFileSync(join(folder, 'one', name)))).toBe(true);
    }
  }, 60_000);

  it('one bad file among many: an error for it, the others are written, exit code 2', async () => {
    const folder = scratchFolder({ 'in/bad.csv': 'nothing here\n', 'in/good.csv': csvOf(noise(60)) });
    const { code, stderr } = await score(folder, ['in', '--out', 'out']);
    expect(code).toBe(2);
    expect(stderr).toContain('bad.csv');
    expect(stderr).toContain('1 of 2 files could not be scored; the others are written');
    expect(readdirSync(join(folder, 'out'))).toEqual(['good.csv']);
  });

  it('--json tells it all and writes nothing else to stdout', async () => {
    const folder = scratchFolder({ 'in/bad.csv': '', 'in/good.csv': csvOf(noise(60)) });
    const { stdout } = await score(folder, ['in', '--out', 'out', '--json']);
    const { files } = JSON.parse(stdout) as { files: Record<string, unknown>[] };
    expect(files).toEqual([
      expect.objectContaining({ name: 'good.csv', rows: 60, columns: ['value'] }),
      { name: 'bad.csv', error: expect.stringContaining('is empty') as unknown },
    ]);
  });
});

describe('score, given bad input', () => {
  it.each([
    ['no header', `${stamp(0)},1\n${stamp(1)},2\n${stamp(2)},3\n`, 3],
    ['semicolons', `timestamp;value\n${stamp(0)};1\n${stamp(1)};2\n`, 2],
    ['one row', csvOf([1]), 1],
    ['a header and no row', 'timestamp,value\n', 0],
    ['nothing but text for values', csvOf(['bob', 'ann']), 2],
    ['text among the values', csvOf([1, 'n/a', 'broken', 4]), 4],
    ['1e308 and more', csvOf([1e308, -1e308, 1, '1e999']), 4],
    ['duplicate timestamps', `timestamp,value\n${stamp(0)},1\n${stamp(0)},2\n${stamp(1)},3\n`, 3],
    ['unsorted timestamps', `timestamp,value\n${stamp(2)},1\n${stamp(0)},2\n${stamp(1)},3\n`, 3],
    ['a timestamp that is none', `timestamp,value\n${stamp(0)},1\nyesterday,2\n${stamp(2)},3\n`, 3],
    ['Windows line ends and a byte order mark', `\uFEFFtimestamp,value\r\n${stamp(0)},1\r\n${stamp(1)},2\r\n`, 2],
    ['no end of line at the end', `timestamp,value\n${stamp(0)},1`, 1],
  ])('%s: one row per row, nothing is lost', async (_title, content, rows) => {
    const folder = scratchFolder({ 'in.csv': content });
    const { code, stderr } = await score(folder, ['in.csv', '--out', 'out.csv']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const written = read(join(folder, 'out.csv'));
    expect(written).toHaveLength(rows);
    for (const row of written) {
      for (const field of ['anomaly_score', 'alert', 'expected', 'lower', 'upper']) {
        if (row[field] !== '') expect(Number.isFinite(Number(row[field]))).toBe(true);
      }
    }
  });

  it('constants, huge and tiny numbers stay finite over a long run', async () => {
    const values = Array.from({ length: 1500 }, (_, row) => (row < 500 ? 0 : row < 1000 ? 1e300 : 1e-300 * row));
    const folder = scratchFolder({ 'in.csv': csvOf(values) });
    expect((await score(folder, ['in.csv', '--out', 'out.csv'])).code).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).not.toMatch(/NaN|Infinity|undefined/);
  });

  it.each([
    ['an empty file', '', 'is empty'],
    ['no timestamps', 'name,colour\nbob,red\nann,blue\n', 'in.csv'],
    ['only labels', `timestamp,label\n${stamp(0)},0\n${stamp(1)},1\n`, 'in.csv'],
    ['a line of three million characters', `timestamp,value\n${stamp(0)},${'9'.repeat(3_000_000)}\n`, 'longer than'],
    ['binary', 'a\0b\0c\n', 'NUL'],
  ])('%s: an error that names the file, exit code 2, no output', async (_title, content, message) => {
    const folder = scratchFolder({ 'in.csv': content });
    const { code, stderr } = await score(folder, ['in.csv', '--out', 'out.csv']);
    expect(code).toBe(2);
    expect(stderr).toContain('in.csv');
    expect(stderr).toContain(message);
    expect(readdirSync(folder)).toEqual(['in.csv']);
  });

  const clock = (row: number): string => stamp(row).slice(11);
  it.each([
    [
      'date and time apart',
      `date,time,cpu\n${noise(288)
        .map((value, row) => `${stamp(row).slice(0, 10)},${clock(row)},${value}`)
        .join('\n')}\n`,
      '2026-01-01',
    ],
    [
      'the points of several hosts between each other',
      `timestamp,host,value\n${noise(200)
        .map((value, row) => `${stamp(row >> 1)},${row % 2 === 0 ? 'web' : 'db'},${value}`)
        .join('\n')}\n`,
      stamp(0),
    ],
    [
      'one host after the other',
      `timestamp,host,value\n${noise(200)
        .map((value, row) => `${stamp(row % 100)},${row < 100 ? 'web' : 'db'},${value}`)
        .join('\n')}\n`,
      stamp(0),
    ],
  ])('%s: refused with a time that repeats and the remedy', async (_title, content, sample) => {
    const folder = scratchFolder({ 'in.csv': content });
    const { code, stderr } = await score(folder, ['in.csv', '--out', 'out.csv']);
    expect(code).toBe(2);
    expect(stderr).toContain('in.csv');
    expect(stderr).toContain(`repeat a time, such as ${sample}`);
    expect(stderr).toContain('join date and time into one column, or write one file per host');
    expect(readdirSync(folder)).toEqual(['in.csv']);
  });

  it('times that repeat without text, or go back, are counted in a note', async () => {
    const twice = noise(60).map((value, row) => `${stamp(row >> 1)},${value}`);
    const back = [`${stamp(5)},1`, `${stamp(6)},1`, `${stamp(7)},1`, `${stamp(1)},1`];
    const folder = scratchFolder({
      'in/twice.csv': `timestamp,value\n${twice.join('\n')}\n`,
      'in/back.csv': `timestamp,value\n${back.join('\n')}\n`,
      'in/newest.csv': `timestamp,value\n${back.slice(0, 3).reverse().join('\n')}\n`,
    });
    const { code, stdout } = await score(folder, ['in', '--out', 'out']);
    expect(code).toBe(0);
    expect(stdout).toContain(`twice.csv: 30 rows repeat a time, the first ${stamp(0)}`);
    expect(stdout).toContain('back.csv: 1 row goes back in time');
    expect(stdout).toContain('newest.csv: written newest first');
  });

  it('a gzip that ends too early names the file and leaves no output', async () => {
    const whole = gzipSync(csvOf(noise(5000)));
    const folder = scratchFolder();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'cut.csv.gz'), whole.subarray(0, whole.length / 2));
    const { code, stderr } = await score(folder, ['cut.csv.gz', '--out', 'out.csv']);
    expect(code).toBe(2);
    expect(stderr).toContain('cut.csv.gz: the gzip ends too early');
    expect(readdirSync(folder)).toEqual(['cut.csv.gz']);
  });

  it('a history with other columns is refused, and both are named', async () => {
    const folder = scratchFolder({
      'in.csv': `timestamp,a,b\n${stamp(0)},1,2\n${stamp(1)},1,2\n`,
      'then.csv': `timestamp,a,c\n${stamp(0)},1,2\n${stamp(1)},1,2\n`,
    });
    const { code, stderr } = await score(folder, ['in.csv', '--out', 'out.csv', '--history', 'then.csv']);
    expect(code).toBe(2);
    expect(stderr).toContain('the history lacks b');
  });

  it('needs to be told where to', async () => {
    const folder = scratchFolder({ 'in.csv': csvOf([1]) });
    expect((await score(folder, ['in.csv'])).stderr).toContain('--out is missing');
  });

  it('an interrupted run ends with 130 and leaves no half-written file', async () => {
    const folder = scratchFolder({ 'in/a.csv': csvOf(noise(50_000)), 'in/b.csv': csvOf(noise(50_000)) });
    const terminal = fakeTerminal({ cwd: folder, processors: 2 });
    const running = run(['score', 'in', '--out', 'out'], terminal);
    setTimeout(() => terminal.interrupt(), 300);
    expect(await running).toBe(130);
    const left =
      statSync(join(folder, 'out'), { throwIfNoEntry: false }) === undefined ? [] : readdirSync(join(folder, 'out'));
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});
