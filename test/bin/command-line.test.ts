import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../bin/aiops.ts';
import { parseCommandLine } from '../../bin/command-line.ts';
import type { CommandDescription } from '../../bin/command-line.ts';
import { Misuse } from '../../bin/exit-code.ts';
import type { Options } from '../../bin/options.ts';
import { duration, wholeNumber } from '../../bin/options.ts';
import { fakeTerminal } from './fake-terminal.ts';

afterEach(() => vi.restoreAllMocks());

/** One command that remembers what it was called with. */
function recorder(): {
  commands: readonly CommandDescription[];
  calls: { args: readonly string[]; options: Options }[];
} {
  const calls: { args: readonly string[]; options: Options }[] = [];
  const command: CommandDescription = {
    usage: 'paint <thing> [other]',
    summary: 'Paints',
    options: [
      ['--colour <name>', 'Which'],
      ['--undercoat <path>', 'What goes first'],
      ['--no-undercoat', 'Nothing goes first'],
      ['--wet', 'Or dry'],
    ],
    examples: [],
    load: async () => async (args, options) => {
      calls.push({ args, options });
      return 0;
    },
  };
  return { commands: [command], calls };
}

async function called(argv: readonly string[]): Promise<{ args: readonly string[]; options: Options }> {
  const { commands, calls } = recorder();
  await parseCommandLine(argv, commands, '1.2.3', fakeTerminal())?.run();
  expect(calls).toHaveLength(1);
  return calls[0];
}

describe('parsing', () => {
  it.each([
    ['a folder called 007 stays 007', ['paint', 'x', '--colour', '007'], { colour: '007' }],
    ['a number with = stays as written', ['paint', 'x', '--colour=1e3'], { colour: '1e3' }],
    ['a negative number is a value, not flags', ['paint', 'x', '--colour', '-5'], { colour: '-5' }],
    ['a flag is true', ['paint', 'x', '--wet'], { wet: true }],
    ['an option not given is not there', ['paint', 'x'], {}],
    ['an option and its opposite are told apart: given', ['paint', 'x', '--undercoat', 'y'], { undercoat: 'y' }],
    ['an option and its opposite are told apart: denied', ['paint', 'x', '--no-undercoat'], { undercoat: false }],
  ])('%s', async (_title, argv, expected) => {
    expect((await called(argv)).options).toEqual(expected);
  });

  it('keeps numeric arguments as text', async () => {
    expect((await called(['paint', '0012', '-7'])).args).toEqual(['0012', '-7']);
  });

  it.each([
    [
      'an unknown option names the nearest',
      ['paint', 'x', '--color', 'red'],
      'unknown option --color: did you mean --colour?',
    ],
    ['an unknown option far from all points to the help', ['paint', 'x', '--zzz'], 'see aiops paint --help'],
    ['an unknown short option', ['paint', 'x', '-q'], 'unknown option -q'],
    ['a missing value', ['paint', 'x', '--colour'], '--colour needs a value: --colour <name>'],
    ['an empty value', ['paint', 'x', '--colour='], '--colour needs a value'],
    ['an option given twice', ['paint', 'x', '--colour', 'a', '--colour', 'b'], '--colour is given 2 times'],
    ['a value for a flag', ['paint', 'x', '--wet=soon'], '--wet=soon: --wet takes no value'],
    ['a missing argument', ['paint'], 'missing <thing>'],
    ['one argument too many', ['paint', 'a', 'b', 'c'], 'c is one argument too many'],
    ['an unknown command names the nearest', ['paitn', 'x'], 'unknown command paitn: did you mean paint?'],
    ['an option without a command', ['--wet'], 'unknown option --wet'],
  ])('refuses %s', (_title, argv, message) => {
    const { commands } = recorder();
    expect(() => parseCommandLine(argv, commands, '1.2.3', fakeTerminal())).toThrow(Misuse);
    expect(() => parseCommandLine(argv, commands, '1.2.3', fakeTerminal())).toThrow(message);
  });
});

describe('values of options', () => {
  it.each([
    ['words', 'many'],
    ['a fraction', '1.5'],
    ['less than the least', '0'],
    ['more than the most', '11'],
    ['nothing', ''],
    ['infinity', 'Infinity'],
  ])('a whole number refuses %s', (_title, given) => {
    expect(() => wholeNumber({ days: given }, 'days', 1, 10)).toThrow('not a whole number from 1 to 10');
  });

  it('a duration is in seconds and names its units where it is wrong', () => {
    expect(duration({ every: '1h30m' }, 'every', 1)).toBe(5400);
    expect(duration({}, 'every', 1)).toBeUndefined();
    expect(() => duration({ every: '30' }, 'every', 1)).toThrow('such as 30s');
    expect(() => duration({ every: '1s' }, 'every', 5)).toThrow('at least 5 s');
  });
});

describe('aiops', () => {
  it('shows the commands when asked for nothing', async () => {
    const said = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    expect(await run([], fakeTerminal())).toBe(0);
    const help = String(said.mock.calls[0]?.[0]);
    for (const name of ['init', 'simulate', 'collect', 'train', 'detect', 'score', 'doctor', 'demo']) {
      expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each([[['help', 'score']], [['score', '--help']]])('%s says what the command does', async (argv) => {
    const said = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    expect(await run(argv, fakeTerminal())).toBe(0);
    expect(String(said.mock.calls[0]?.[0])).toMatch(/Score a CSV[^]*Usage:[^]*--history/);
  });

  it('misuse is exit code 2, one line, no stack trace', async () => {
    const terminal = fakeTerminal();
    expect(await run(['scroe'], terminal)).toBe(2);
    expect(terminal.stderr()).toBe('aiops: unknown command scroe: did you mean score?\n');
    expect(terminal.stdout()).toBe('');
  });

  it('misuse with --json is JSON on stdout too', async () => {
    const terminal = fakeTerminal();
    expect(await run(['score', '--json'], terminal)).toBe(2);
    expect(JSON.parse(terminal.stdout())).toEqual({ error: expect.stringContaining('missing <in>') as unknown });
  });

  it('--debug shows where it came from', async () => {
    const terminal = fakeTerminal();
    await run(['score', '--debug'], terminal);
    expect(terminal.stderr()).toContain('at parseCommandLine');
  });
});
