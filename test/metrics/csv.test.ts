import { describe, expect, it } from 'vitest';
import { CsvError } from '../../shared/metrics/csv-error.ts';
import { csvRows } from '../../shared/metrics/csv-rows.ts';
import { readCsv } from '../../shared/metrics/csv.ts';
import fc from '../fakes/property.ts';

const { NaN: none } = Number;
const at = (iso: string): number => Date.parse(iso) / 1000;

const read = (text: string | Iterable<string>, options = {}) =>
  readCsv(typeof text === 'string' ? [text] : text, 'cpu.csv', options);
const errorOf = async (text: string | Iterable<string>): Promise<CsvError> => {
  try {
    await read(text);
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
/** Three points, in any dress; what they must be read as. */
const three = { stamps: ['2026-01-01 00:00:00', '2026-01-01 00:05:00', '2026-01-01 00:10:00'], values: [1.5, 2, 3.25] };
const threeTimes = three.stamps.map((stamp) => at(`${stamp.replace(' ', 'T')}Z`));

describe('a CSV', () => {
  it.each([
    ['plain', 'timestamp,value\n2026-01-01 00:00:00,1.5\n2026-01-01 00:05:00,2\n2026-01-01 00:10:00,3.25\n'],
    [
      'without a line end at its end',
      'timestamp,value\n2026-01-01 00:00:00,1.5\n2026-01-01 00:05:00,2\n2026-01-01 00:10:00,3.25',
    ],
    [
      'with the line ends of Windows',
      'timestamp,value\r\n2026-01-01 00:00:00,1.5\r\n2026-01-01 00:05:00,2\r\n2026-01-01 00:10:00,3.25\r\n',
    ],
    [
      'with the line ends of old Macs',
      'timestamp,value\r2026-01-01 00:00:00,1.5\r2026-01-01 00:05:00,2\r2026-01-01 00:10:00,3.25\r',
    ],
    [
      'with a byte order mark',
      '\ufefftimestamp,value\n2026-01-01 00:00:00,1.5\n2026-01-01 00:05:00,2\n2026-01-01 00:10:00,3.25\n',
    ],
    [
      'all in quotes',
      '"timestamp","value"\n"2026-01-01 00:00:00","1.5"\n"2026-01-01 00:05:00","2"\n"2026-01-01 00:10:00","3.25"\n',
    ],
    [
      'with semicolons and decimal commas',
      'timestamp;value\n2026-01-01 00:00:00;1,5\n2026-01-01 00:05:00;2\n2026-01-01 00:10:00;3,25\n',
    ],
    [
      'with commas and decimal commas in quotes',
      'timestamp,value\n2026-01-01 00:00:00,"1,5"\n2026-01-01 00:05:00,"2"\n2026-01-01 00:10:00,"3,25"\n',
    ],
    ['with tabs', 'timestamp\tvalue\n2026-01-01 00:00:00\t1.5\n2026-01-01 00:05:00\t2\n2026-01-01 00:10:00\t3.25\n'],
    ['with bars', 'timestamp|value\n2026-01-01 00:00:00|1.5\n2026-01-01 00:05:00|2\n2026-01-01 00:10:00|3.25\n'],
    ['without a header', '2026-01-01 00:00:00,1.5\n2026-01-01 00:05:00,2\n2026-01-01 00:10:00,3.25\n'],
    [
      'with blank lines',
      '\ntimestamp,value\n\n2026-01-01 00:00:00,1.5\n2026-01-01 00:05:00,2\n  \n2026-01-01 00:10:00,3.25\n\n\n',
    ],
    [
      'with a separator at the end of lines',
      'timestamp,value,\n2026-01-01 00:00:00,1.5,\n2026-01-01 00:05:00,2,\n2026-01-01 00:10:00,3.25,\n',
    ],
  ])('%s', async (title, text) => {
    const table = await read(text);
    const width = title.includes('at the end of lines') ? 2 : 1;
    expect(table.rows).toBe(3);
    expect([...table.times]).toEqual(threeTimes);
    expect([...table.values].filter((_, i) => i % width === 0)).toEqual(three.values);
    expect(table.stamps).toEqual(three.stamps);
    expect(table.columns[0]).toBe('value');
    expect(table.timestampColumn).toBe('timestamp');
  });

  it('is read the same however it is cut into pieces', async () => {
    const text =
      '\ufefftime;"a ""quoted"" name";b\r\n2026-01-01;"1,5";"multi\nline"\r\n2026-01-02;2,5;4\r\n\r\n2026-01-03;;5\r\n';
    const whole = await read(text);
    expect(whole.columns).toEqual(['a "quoted" name', 'b']);
    expect([...whole.values]).toEqual([1.5, none, 2.5, 4, none, 5]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 10 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
        expect(await read(pieces)).toEqual(whole);
      }),
    );
  });

  it('a field without quotes is read as the same field in quotes', async () => {
    const field = fc.stringMatching(/^[\w .:%+-]{0,12}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 20 }), async (pairs) => {
        const rows = pairs.map((pair, i) => [`2026-01-01 00:00:${String(i % 60).padStart(2, '0')}`, ...pair]);
        const text = (write: (one: string) => string) =>
          `timestamp,a,b\n${rows.map((row) => row.map(write).join(',')).join('\n')}\n`;
        const plain = await read(text((one) => one));
        const quoted = await read(text((one) => `"${one}"`));
        expect(quoted).toEqual(plain);
      }),
    );
  });

  it('keeps every row in its order: doubles, backward jumps, and days later', async () => {
    const table = await read('timestamp,value\n300,1\n300,2\n0,3\n900000,4\n');
    expect([...table.times]).toEqual([300, 300, 0, 900_000]);
    expect([...table.values]).toEqual([1, 2, 3, 4]);
  });

  it('may have many value columns, in any place', async () => {
    const table = await read('cpu,timestamp,mem,disk\n1,2026-01-01,2,3\n4,2026-01-02,5,6\n');
    expect(table.columns).toEqual(['cpu', 'mem', 'disk']);
    expect([...table.values]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each(['label', 'Label', 'LABEL', 'anomalous', 'Anomaly', 'is_anomaly', ' label '])(
    'a column named %j is never a value',
    async (label) => {
      const table = await read(`timestamp,value,${label}\n2026-01-01,5,1\n2026-01-02,6,0\n`);
      expect(table.columns).toEqual(['value']);
      expect(table.notes.join()).toContain('is a label');
    },
  );

  it.each([
    ['two columns of one name', 'timestamp,v,v\n1,2,3\n', ['v', 'v_2']],
    ['a column without a name', 'timestamp,,b\n2026-01-01,2,3\n', ['column_2', 'b']],
    ['no header and several values', '2026-01-01,2,3\n', ['column_2', 'column_3']],
    ['a name with separators in quotes', 'timestamp,"a,b"\n2026-01-01,2\n', ['a,b']],
    ['a column of text', 'timestamp,host,value\n2026-01-01,web,2\n', ['value']],
    ['a column that is empty', 'timestamp,a,b\n2026-01-01,,2\n', ['a', 'b']],
    ['a value column named like a time', 'timestamp,response_time\n2026-01-01,2\n', ['response_time']],
    ['a column named time that holds durations', 'when,time\n2026-01-01,0.5\n2026-01-02,0.7\n', ['time']],
    ['a header without a telling name below blank lines', '\n \na,b\n2026-01-01,1\n2026-01-02,2\n', ['b']],
    ['a time column under another name, after numbers', 'cpu,when\n5,2026-01-01\n6,2026-01-02\n', ['cpu']],
  ])('%s', async (_title, text, columns) => {
    expect((await read(text)).columns).toEqual(columns);
  });

  it.each([
    ['epoch seconds in a first column without a telling name', 'x,y\n1795251900,5\n1795252200,6\n', 'x', ['y']],
    ['epoch seconds without a header', '1795251900,5\n1795252200,6\n', 'timestamp', ['value']],
    ['epoch milliseconds after another number', 'y,at\n5,1795251900000\n6,1795252200000\n', 'at', ['y']],
    [
      'a calendar’s stamps before an epoch',
      'a,b,c\n1795251900,2026-01-01,5\n1795251900,2026-01-02,5\n',
      'b',
      ['a', 'c'],
    ],
  ])('finds %s', async (_title, text, timestamp, columns) => {
    const table = await read(text);
    expect(table.timestampColumn).toBe(timestamp);
    expect(table.columns).toEqual(columns);
  });

  it('may carry lines above its header', async () => {
    const table = await read('Exported by someone\n"Region: eu-west-1"\ntimestamp,value\n2026-01-01,1\n');
    expect(table.rows).toBe(1);
    expect(table.notes).toContain('lines above the header left out: 2');
  });

  it.each([
    ['a header', '\n\ntimestamp,value\n2026-01-01,1\n'],
    ['a point', '\n\n2026-01-01,1\n'],
  ])('may begin with blank lines before %s', async (_title, text) => {
    expect(await read(text)).toMatchObject({ rows: 1, columns: ['value'], stamps: ['2026-01-01'], notes: [] });
  });

  it('means times without a zone where it is told', async () => {
    const table = await read('timestamp,value\n2026-07-01 12:00:00,1\n', { timezone: 'Europe/Berlin' });
    expect([...table.times]).toEqual([at('2026-07-01T10:00:00Z')]);
  });

  it('settles day and month over days of seconds', async () => {
    const lines = Array.from({ length: 90_000 }, (_, i) => {
      const clock = new Date(i * 1000).toISOString().slice(11, 19);
      return `${i < 86_400 ? '05' : '06'}/04/2026 ${clock},1`;
    });
    const table = await read([
      `timestamp,value\n${lines.join('\n')}\n`.slice(0, 70_000),
      lines.join('\n').slice(70_000 - 16),
    ]);
    expect(table.times[0]).toBe(at('2026-04-05'));
    expect(table.notes.join()).toMatch(/day\/month\/year/);
  });
});

describe('what cannot be read in a CSV', () => {
  it('is NaN and counted by kind, with the first place: never 0, never a row less', async () => {
    const values = ['1', '', 'NaN', 'text', 'inf', '-inf', '1e308', '1e309', ' ', '0x1F', '2'];
    const table = await read(`timestamp,value\n${values.map((value, i) => `${i * 60},${value}`).join('\n')}\n`);
    expect([...table.values]).toEqual([1, none, none, none, none, none, 1e308, none, none, none, 2]);
    expect(table.notes).toEqual([
      'values that are empty or NaN: 3, the first on line 3: ""',
      'values that are not numbers: 2, the first on line 5: "text"',
      'values that are infinite: 3, the first on line 6: "inf"',
    ]);
  });

  it('as a stamp takes its values with it, and keeps its row', async () => {
    const table = await read('timestamp,value\n2026-01-01,1\nsoon,2\n2026-01-03,3\n');
    expect(table.stamps).toEqual(['2026-01-01', 'soon', '2026-01-03']);
    expect([...table.times]).toEqual([at('2026-01-01'), none, at('2026-01-03')]);
    expect([...table.values]).toEqual([1, none, 3]);
    expect(table.notes).toContain('rows with a timestamp that cannot be read: 1, the first on line 3: "soon"');
  });

  it('a number cut in two by its own comma is unknown, not its first half', async () => {
    const table = await read('timestamp,value\n2026-01-01,5\n2026-01-02,1,234\n2026-01-03,6\n');
    expect([...table.values]).toEqual([5, none, 6]);
    expect(table.notes.join()).toMatch(/more than 2 fields.*line 3/);
  });

  it('a row with too few fields has unknown values', async () => {
    const table = await read('timestamp,a,b\n2026-01-01,1,2\n2026-01-02,3\n2026-01-03\n');
    expect([...table.values]).toEqual([1, 2, 3, none, none, none]);
  });

  it('is counted on the right line, also behind quoted line ends', async () => {
    const table = await read('timestamp,note,value\n2026-01-01,"a\nb\nc",1\n2026-01-02,d,\n');
    expect(table.notes).toContain('values that are empty or NaN: 1, the first on line 5: ""');
  });

  it('a header alone is a table without rows, and says so', async () => {
    const table = await read('timestamp,value\n');
    expect(table).toMatchObject({ rows: 0, columns: ['value'], timestampColumn: 'timestamp' });
    expect(table.notes).toContain('there is no row');
  });

  it('one row is a table', async () => {
    expect(await read('2026-01-01 00:00:00,5')).toMatchObject({ rows: 1, columns: ['value'] });
    expect(await read('timestamp,value\n2026-01-01 00:00:00,5')).toMatchObject({ rows: 1, columns: ['value'] });
  });

  const many = (line: (i: number) => string) => Array.from({ length: 1000 }, (_, i) => line(i)).join('\n');

  it.each([
    ['nothing', '', /^cpu\.csv: is empty → .*timestamp,value/],
    ['only white space', ' \n\n \n', /is empty/],
    ['a sentence', 'What is this?\nNo CSV.\n', /line 1: no column holds timestamps; it begins "What is this\?"/],
    [
      'no timestamps',
      'a,b\n1,2\n3,4\n',
      /line 1: no column holds timestamps; it begins "a,b" → name the column timestamp/,
    ],
    ['timestamps alone', 'timestamp\n2026-01-01\n2026-01-02\n', /no value column/],
    ['timestamps and labels alone', 'timestamp,label\n2026-01-01,0\n2026-01-02,1\n', /no value column/],
    ['NULs, as in UTF-16', 't\0i\0m\0e\0', /NUL characters.*UTF-8/],
    ['a quote that never closes', `timestamp,value\n2026-01-01,"1\n${many((i) => `${i},2`)}\n`, /line \d+: .*quote/i],
    [
      'separators that change half way',
      `timestamp,value\n${many((i) => `${i * 60}${i < 500 ? ',' : ';'}1`)}\n`,
      /line 502: "30000;1" is not a time as epoch seconds.*one separator/,
    ],
    [
      'a format that changes half way',
      `timestamp,value\n${many((i) => `${i < 500 ? '2026-01-01' : 'Thursday'},1`)}\n`,
      /line 502: "Thursday" is not a time as year-month-day/,
    ],
  ])('%s is refused with place and remedy', async (_title, text, reason) => {
    expect((await errorOf(text)).message).toMatch(reason);
  });

  it('names file and line for programs too', async () => {
    expect(await errorOf('a,b\n1,2\n')).toMatchObject({ name: 'CsvError', file: 'cpu.csv', line: 1 });
  });
});

describe('a line of a billion characters', () => {
  const endless = function* (head: string, piece: string, state: { given: number }) {
    yield head;
    for (let i = 0; i < 1e9 / piece.length; i += 1) {
      state.given += piece.length;
      yield piece;
    }
  };

  it.each([
    ['from the start', '', 'x'.repeat(65_536), /longer than 1048576 characters|no column holds timestamps/],
    [
      'in the middle',
      'timestamp,value\n2026-01-01,1\n2026-01-02,',
      '1'.repeat(65_536),
      /line 3: is longer than 1048576 characters/,
    ],
    [
      'in quotes',
      'timestamp,value\n2026-01-01,1\n2026-01-02,"',
      '1\n'.repeat(32_768),
      /line 3: a quote is opened and not closed/,
    ],
  ])('%s is refused after a megabyte or two', async (_title, head, piece, reason) => {
    const state = { given: 0 };
    expect((await errorOf(endless(head, piece, state))).message).toMatch(reason);
    expect(state.given).toBeLessThan(20_000_000);
  });

  it('is refused also where it arrives at once', async () => {
    const text = `timestamp,value\n2026-01-01,1\n2026-01-02,${'1'.repeat(2_000_000)}\n2026-01-03,1\n`;
    expect((await errorOf(text)).message).toMatch(/line 3: is longer than 1048576/);
  });
});

describe('a CSV read row by row', () => {
  it('gives what the whole gives, and asks for no more than it needs', async () => {
    const state = { pulled: 0, closed: false };
    const source = (function* () {
      try {
        yield 'timestamp,value\n';
        for (let i = 0; i < 1000; i += 1) {
          state.pulled += 1;
          yield Array.from({ length: 1000 }, (_, j) => `${(i * 1000 + j) * 60},${j}\n`).join('');
        }
      } finally {
        state.closed = true;
      }
    })();
    const file = await csvRows(source, 'big.csv');
    let rows = 0;
    for await (const batch of file.batches) {
      rows += batch.rows;
      if (rows > 50_000) break;
    }
    expect(rows).toBeLessThan(70_000);
    expect(state.pulled).toBeLessThan(80);
    expect(state.closed).toBe(true);
  });

  it('lets go of the file where it is refused', async () => {
    const state = { closed: false };
    const source = (function* () {
      try {
        yield 'no timestamps\n'.repeat(10_000);
        yield 'here\n';
      } finally {
        state.closed = true;
      }
    })();
    await expect(csvRows(source, 'bad.csv')).rejects.toThrow(CsvError);
    expect(state.closed).toBe(true);
  });
});
