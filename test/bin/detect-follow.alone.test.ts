import { expect, it, vi } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { SimulatedFleet } from '../../shared/adapters/local/simulated-fleet.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { scratchFolder } from './scratch-folder.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * Time that passes only while everybody sleeps: the loop of ticks and that of sweeps. Whoever is to wake first wakes, and
 * the clock of this machine says so.
 */
const present = vi.hoisted(() => {
  const sleepers: Sleeper[] = [];
  return {
    time: 0,
    loops: 2,
    end: Infinity,
    interrupt: (): void => undefined,
    /** A process that follows from `from` to `to`, and is interrupted then. */
    process(from: number, to: number, interrupt: () => void): void {
      sleepers.length = 0;
      Object.assign(this, { time: from, end: to, interrupt });
    },
    sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
      return new Promise((resolve, reject) => {
        const interrupted = (): void => reject(new Error('interrupted'));
        const wake = (): void => {
          signal?.removeEventListener('abort', interrupted);
          resolve();
        };
        sleepers.push({ until: this.time + seconds, wake });
        signal?.addEventListener('abort', interrupted);
        if (sleepers.length < this.loops) return;
        const next = sleepers.reduce((first, one) => (one.until < first.until ? one : first));
        this.time = Math.max(this.time, next.until);
        if (this.time >= this.end) {
          this.interrupt();
          return;
        }
        sleepers.splice(sleepers.indexOf(next), 1);
        next.wake();
      });
    },
  };
});
vi.mock('../../shared/adapters/local/system-clock.ts', () => ({ systemClock: { now: () => present.time } }));
vi.mock('node:timers/promises', async (original) => {
  const real = await original<{ readonly setTimeout: (ms: number, value?: unknown) => Promise<unknown> }>();
  return {
    ...real,
    // Locks of files wait for milliseconds, and for others: theirs is another time.
    setTimeout: (ms: number, value?: unknown, options?: { readonly signal?: AbortSignal }) =>
      ms < 1000 ? real.setTimeout(ms, value) : present.sleep(ms / 1000, options?.signal),
  };
});

const day = 86_400;
const monday = Date.UTC(2026, 2, 2) / 1000;
const drop = new SimulatedFleet(1, { now: () => monday })
  .faults(monday, monday + 14 * day)
  .find(({ kind }) => kind === 'drop')!;
const settings = `
retention: 4d
watches:
  fleet:
    source: { kind: simulated, seed: 1 }
    select: { namespace: Simulated/Fleet, dimensions: { Server: ${drop.entity} } }
    period: 5m
    every: 5m
    forecast: off
`;

/** Whatever memory is used is more than this: a limit that is crossed is told at once. */
const foreseeing = settings
  .replace('4d', '2d')
  .replace('forecast: off', 'limits: [{ metric: MemoryUtilization, above: 1 }, { metric: CPU*, above: off }]');

interface Line {
  readonly tick: number;
  readonly watches?: readonly object[];
  readonly forecasts?: readonly {
    readonly series: number;
    readonly ran: readonly { readonly outcome: string; readonly forecast: number; readonly firing: number }[];
  }[];
  readonly signals: readonly { readonly findings: readonly { readonly kind: string; readonly status: string }[] }[];
  readonly notices: readonly {
    readonly channel: string;
    readonly outcome: string;
    readonly notice: { readonly reason: string; readonly entities: readonly string[]; readonly at: number };
  }[];
}

it('detect --follow tells of a fault while it lasts, between two ticks, and of its end, each once', async () => {
  const cwd = scratchFolder({ 'aiops.yaml': settings });
  const terminal = fakeTerminal({ cwd });
  present.process(drop.start - 900 - 17, drop.start + 6300, terminal.interrupt);
  // Ctrl-C is how it is meant to end.
  expect(await run(['detect', '--follow', '--json'], terminal)).toBe(0);
  expect(terminal.stderr()).toBe('');
  const lines = terminal.stdout().trim().split('\n');
  expect(lines.length).toBeGreaterThan(20);
  const told = lines.flatMap((line) => (JSON.parse(line) as Line).notices);
  expect(
    told.map(({ channel, outcome, notice: { reason, entities } }) => [channel, outcome, reason, entities]),
  ).toEqual([
    ['terminal', 'delivered', 'first-notice', [drop.entity]],
    ['terminal', 'delivered', 'all-resolved', [drop.entity]],
  ]);
  const [began, ended] = told.map(({ notice }) => notice.at);
  expect(began).toBeGreaterThan(drop.start);
  expect(began).toBeLessThan(drop.end);
  expect(began % 300).not.toBe(0);
  expect(ended).toBeGreaterThan(drop.end);

  const later = fakeTerminal({ cwd });
  expect(await run(['incidents', '--json'], later)).toBe(0);
  expect(JSON.parse(later.stdout())).toMatchObject({
    open: [],
    closed: [{ title: drop.entity, closeReason: 'recovered', closedAt: ended }],
    unreadable: [],
  });
}, 60_000);

it('detect --follow looks ahead every five minutes, and tells what is in danger as a deployment does', async () => {
  const cwd = scratchFolder({ 'aiops.yaml': foreseeing });
  const follow = async (from: number, to: number, ...more: readonly string[]) => {
    const terminal = fakeTerminal({ cwd });
    present.process(from, to, terminal.interrupt);
    expect(await run(['detect', '--follow', ...more], terminal)).toBe(0);
    expect(terminal.stderr()).toBe('');
    return terminal.stdout().trim().split('\n');
  };
  const lines = (await follow(monday - 10, monday + 1000, '--every', '150s', '--json')).map(
    (line) => JSON.parse(line) as Line,
  );
  const ahead = lines.filter(({ forecasts }) => forecasts !== undefined);
  const ticks = lines.filter(({ watches }) => watches !== undefined).map(({ tick }) => tick - monday);
  expect(ticks).toEqual([0, 150, 300, 450, 600, 750, 900]);
  expect(ahead.map(({ tick }) => tick - monday)).toEqual([0, 300, 600, 900]);
  // Fitted at the first, put to work by the second, at work from the third on.
  expect(ahead.map(({ forecasts }) => forecasts?.[0].ran[0])).toMatchObject([
    { outcome: 'forecast', forecast: 0 },
    { outcome: 'forecast', forecast: 0 },
    { outcome: 'forecast', forecast: 1, firing: 1 },
    { outcome: 'forecast', forecast: 1, firing: 1 },
  ]);
  expect(ahead[2].signals).toMatchObject([{ findings: [{ kind: 'forecast', status: 'firing' }] }]);
  expect(lines.flatMap(({ notices }) => notices)).toMatchObject([
    { channel: 'terminal', outcome: 'delivered', notice: { reason: 'first-notice', entities: [drop.entity] } },
  ]);

  const words = await follow(monday + 1000, monday + 1900);
  expect(words.some((line) => line.includes('1 limit in danger'))).toBe(true);
}, 60_000);
