import { describe, expect, it } from 'vitest';
import { drawChart } from '../../shared/presentation/chart.ts';
import type { ChartSpec, ChartStyle } from '../../shared/presentation/chart-spec.ts';
import { filling, morning, spike } from './chart-specs.ts';
import fc from '../fakes/property.ts';

const style: ChartStyle = { width: 500, height: 250, theme: 'light', timezone: 'UTC' };
const drawn = (spec: Partial<ChartSpec>, more: Partial<ChartStyle> = {}): string =>
  drawChart({ title: 't', unit: 'None', points: [], ...spec }, { ...style, ...more });
const valuesAt = (...values: (number | null)[]): ChartSpec['points'] =>
  values.map((value, index) => [morning + index * 300, value, null, null]);
/** All texts that are drawn, unescaped, in order. */
const wordsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&'),
  );
const strokesOf = (svg: string, colour: string): string[] =>
  [...svg.matchAll(/<path d="([^"]*)" fill="none"[^>]*stroke="([^"]*)"/g)]
    .filter(([, , stroke]) => stroke === colour)
    .map(([, path]) => path);
const [blue, red] = ['#2563c9', '#d11f2f'];

/** What an XML parser of a browser or of resvg accepts: balanced tags, quoted attributes, known entities. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>/g, (_, end, name, __, closed) => {
    if (end === '/') expect(open.pop()).toBe(name);
    else if (closed !== '/') open.push(name as string);
    return '';
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/);
  expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
}

const number = fc.oneof(
  fc.double(),
  fc.constantFrom(null, 0, 1e308, -1.7e308, 5e-324, Number.NaN, Infinity),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 200 }).map((index) => morning + index * 300),
  fc.double(),
  fc.constantFrom(Number.NaN, -8.64e12, 8.64e15, 0),
);
const anySpec: fc.Arbitrary<ChartSpec> = fc.record(
  {
    title: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<script>alert(1)</script>', '\u0000\ud800"&\'', 'x'.repeat(10_000)),
    ),
    unit: fc.oneof(fc.constantFrom('Percent', 'Bytes', 'Count/Second', 'None'), fc.string({ unit: 'binary' })),
    points: fc.array(fc.tuple(time, number, number, number), { maxLength: 200 }),
    since: time,
    until: time,
    limit: fc.double(),
    forecast: fc.record(
      {
        levels: fc.constant([80, 95] as const),
        points: fc.array(fc.tuple(time, number, number, number, number, number), { maxLength: 20 }),
        peak: fc.record({ time, value: fc.double() }),
      },
      { requiredKeys: ['levels', 'points'] },
    ),
  },
  { requiredKeys: ['title', 'unit', 'points'] },
);
const anyStyle: fc.Arbitrary<ChartStyle> = fc.record({
  width: fc.integer({ min: 80, max: 1600 }),
  height: fc.integer({ min: 40, max: 900 }),
  theme: fc.constantFrom('light', 'dark'),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'),
});

describe('a chart', () => {
  it('is well-formed, small and without anything to run or to fetch, whatever it shows', () => {
    fc.assert(
      fc.property(anySpec, anyStyle, (spec, how) => {
        const svg = drawChart(spec, how);
        expectWellFormed(svg);
        expect(svg.length).toBeLessThan(40_000);
        expect(svg).not.toMatch(/<(?:script|style|image|use|a|foreignObject)\b|href|url\(| on[a-z]+=/);
        expect(drawChart(spec, how)).toBe(svg);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps every line within the image', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 2, maxLength: 60 }), fc.option(fc.double()), (values, limit) => {
        const svg = drawn({ points: valuesAt(...values), ...(limit === null ? {} : { limit }) });
        for (const path of strokesOf(svg, blue)) {
          let [x, y] = [0, 0];
          for (const [, kind, dx, dy] of path.matchAll(/([MlH])(-?[\d.]+) ?(-?[\d.]+)?/g)) {
            if (kind === 'H') continue;
            [x, y] = kind === 'M' ? [Number(dx), Number(dy)] : [x + Number(dx), y + Number(dy)];
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x).toBeLessThanOrEqual(style.width);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(style.height);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('breaks the line at a value that is none', () => {
    const [line] = strokesOf(drawn({ points: valuesAt(1, 2, null, 3, 4) }), blue);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it('breaks the line where points are missing altogether', () => {
    const points = valuesAt(1, 2, 3, 2, 5, 6, 7, 6, 9, 3).filter((_, index) => index < 3 || index > 6);
    const [line] = strokesOf(drawn({ points }), blue);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it('draws a point that stands alone as a dot', () => {
    expect(strokesOf(drawn({ points: valuesAt(7) }), blue).some((path) => path.endsWith('h.01'))).toBe(true);
  });

  it('says so where there is nothing to draw', () => {
    expect(wordsOf(drawn({ title: 'Load', points: valuesAt(null, null) }))).toEqual(['Load', 'no values to draw']);
    expect(wordsOf(drawn({}, { width: 120, height: 50 }))).toEqual(['no values']);
  });

  it('marks what is unusual, from when on, and the newest value with its unit', () => {
    const svg = drawChart(spike, style);
    expect(wordsOf(svg)).toEqual(
      expect.arrayContaining(['unusual since 09:00', 'usual range', 'limit 90 %', '94 %', '100 %']),
    );
    expect(strokesOf(svg, red).length).toBeGreaterThan(0);
  });

  it('does not mark what lies in the usual range again, nor what is after the end', () => {
    const calm = drawChart({ ...spike, until: morning + 11 * 300 }, style);
    expect(strokesOf(calm, red).filter((path) => path.includes('l'))).toEqual([]);
    expect(wordsOf(calm).join(' ')).not.toContain('unusual');
  });

  it('says times and the day of the time zone that it names', () => {
    const words = wordsOf(drawChart(spike, { ...style, timezone: 'Asia/Kolkata' }));
    expect(words).toEqual(expect.arrayContaining(['unusual since 14:30', '14:30', 'Sat 21 Nov', 'Asia/Kolkata']));
  });

  it('shows a forecast with its ranges, its peak and the limit it nears', () => {
    const words = wordsOf(drawChart(filling, style));
    expect(words).toEqual(
      expect.arrayContaining(['peak 90 % at 09:15', 'limit 95 %', 'forecast, 80 and 95 % ranges', 'measured']),
    );
  });

  it('keeps the line readable where the limit is out of sight, and says where it is', () => {
    const words = wordsOf(drawn({ points: valuesAt(1, 2, 3), limit: 1e6 }));
    expect(words).toContain('limit 1M, above what is shown');
  });

  it('never begins below 0 what never was', () => {
    const points: ChartSpec['points'] = spike.points.map(([at, value]) => [at, value, -40, 60]);
    expect(wordsOf(drawChart({ ...spike, points }, style)).some((text) => text.startsWith('-'))).toBe(false);
  });

  it('takes points in any order, and of two for one time the later', () => {
    const points: ChartSpec['points'] = [[morning, 99, null, null], ...valuesAt(1, 2, 3)];
    expect(drawn({ points: [...points].reverse().concat(valuesAt(1)) })).toBe(drawn({ points: valuesAt(1, 2, 3) }));
  });

  it('cuts a title that is too long, and keeps the value beside it', () => {
    const [title, value] = wordsOf(drawn({ title: 'W'.repeat(500), points: valuesAt(5) }));
    expect(title).toMatch(/^W{10,40}…$/);
    expect(value).toBe('5');
  });

  it.each(['toString', '__proto__', 'constructor'])('takes the unit %s for what somebody wrote', (unit) => {
    const words = wordsOf(drawn({ unit, points: valuesAt(5) }));
    expect(words[1]).toBe(`5 ${unit}`);
    expectWellFormed(drawn({ unit, points: valuesAt(1e308, 7e6) }));
  });

  it('leaves out words and axes where there is no room', () => {
    expect(wordsOf(drawChart(spike, { ...style, width: 160, height: 48 }))).toEqual([]);
  });

  it('tells those who cannot see it what it shows', () => {
    expect(/<title>(.*?)<\/title>/.exec(drawChart(spike, style))?.[1]).toBe(
      'CPUUtilization of web-1: 94 % at 09:10, usual 25 to 36 %, unusual since 09:00, limit 90 %',
    );
  });

  it.each([
    ['a width of nothing', { width: 0 }, 'chart: width is 0 pixels → take 80 to 4000'],
    ['a height that is no number', { height: Number.NaN }, 'chart: height is NaN pixels → take 40 to 4000'],
    ['a time zone that is none', { timezone: 'Mars/Base' }, 'Mars/Base'],
  ] as const)('refuses %s, and says what to give', (_, more, words) => {
    expect(() => drawChart(spike, { ...style, ...more })).toThrow(words);
  });

  it.each([
    ['spike-light', spike, 'light'],
    ['spike-dark', spike, 'dark'],
    ['forecast-light', filling, 'light'],
  ] as const)('looks as it did: %s', async (name, spec, theme) => {
    await expect(`${drawChart(spec, { ...style, theme }).replaceAll('><', '>\n<')}\n`).toMatchFileSnapshot(
      `../fixtures/charts/${name}.svg`,
    );
  });
});

describe('several stretches that were unusual', () => {
  const values = valuesAt(1, 9, 1, 1, 9, 1, 1, 9, 9);
  const at = (slot: number): number => morning + slot * 300;
  const stretches = {
    since: at(7),
    earlier: [
      [at(1), at(1)],
      [at(4), at(4)],
    ] as const,
  };

  it('are each washed and marked, and what lies between is not', () => {
    const svg = drawn({ points: values, ...stretches });
    expect(svg.match(/<rect [^>]*fill="#d11f2f"/g)).toHaveLength(3);
    // Of each stretch the line that leads to it, and one path of dots; the newest point has a dot of its own.
    expect(wordsOf(svg)).toContain('unusual, again since 08:35');
    expectWellFormed(svg);
    const alone = drawn({ points: values, since: at(7) });
    expect(strokesOf(svg, red).join('').match(/M/g)?.length).toBeGreaterThan(
      strokesOf(alone, red).join('').match(/M/g)?.length ?? 0,
    );
  });

  it('are told without times where all are over', () => {
    expect(wordsOf(drawn({ points: values, ...stretches, until: at(8) }))).toContain('unusual');
    expect(wordsOf(drawn({ points: values, earlier: stretches.earlier }))).toContain('unusual');
  });

  it('are left out where their times are none', () => {
    const svg = drawn({
      points: values,
      earlier: [
        [Number.NaN, at(2)],
        [0, 1e300],
      ],
    });
    expect(svg).toBe(drawn({ points: values }));
  });
});

describe('the time zone', () => {
  it('is called what people call it', () => {
    const words = wordsOf(drawn({ points: valuesAt(1, 2, 3) }, { timezone: 'Etc/GMT-2', zoneName: 'UTC+2' }));
    expect(words).toContain('UTC+2');
    expect(words).not.toContain('Etc/GMT-2');
  });
});
