import { cac } from 'cac';
import type { CAC, Command } from 'cac';
import { nearest } from '../shared/settings/nearest.ts';
import type { ExitCode } from './exit-code.ts';
import { Misuse } from './exit-code.ts';
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

export type RunCommand = (args: readonly string[], options: Options, terminal: Terminal) => Promise<ExitCode>;

/** One command: what it is called, what it takes, and where its code is, loaded only when it is asked for. */
export interface CommandDescription {
  /** Such as `score <in>`. */
  readonly usage: string;
  readonly summary: string;
  /** Raw option and its description; `<value>` marks one that needs a value. */
  readonly options: readonly (readonly [string, string])[];
  readonly examples: readonly string[];
  readonly load: () => Promise<RunCommand>;
}

/** What a command line asks for. */
export interface Request {
  readonly run: () => Promise<ExitCode>;
}

/**
 * cac's parser turns `007` into 7 and takes `-5` for flags. A mark that cannot occur in an argument keeps such text
 * text; it is removed again once parsed.
 */
const mark = '\u0000';
const looksNumeric = (part: string): boolean => part.trim() !== '' && !Number.isNaN(Number(part));
const protect = (argument: string): string => {
  if (looksNumeric(argument)) return mark + argument;
  const equals = argument.indexOf('=');
  const isAssignment = argument.startsWith('--') && equals > 0 && looksNumeric(argument.slice(equals + 1));
  return isAssignment ? `${argument.slice(0, equals + 1)}${mark}${argument.slice(equals + 1)}` : argument;
};
const unprotect = (argument: string): string => argument.replaceAll(mark, '');

const meant = (found: string | undefined, otherwise: string): string =>
  found === undefined ? otherwise : `did you mean ${found}?`;

const dashed = (name: string): string => {
  const plain = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return plain.length > 1 ? `--${plain}` : `-${plain}`;
};

function optionNames(command: Command): readonly string[] {
  return [...command.options, ...(command.globalCommand?.options ?? [])].flatMap((option) =>
    option.negated ? [`no-${option.name}`] : option.names,
  );
}

/** @throws Misuse on an unknown option, a missing value, a value given twice, or a wrong number of arguments. */
function check(cli: CAC, command: Command): Options {
  const checked: Record<string, string | boolean | undefined> = {};
  for (const [name, value] of Object.entries(cli.options)) {
    if (name === '--') continue;
    const option = command.hasOption(name) ?? command.globalCommand?.hasOption(name);
    if (option === undefined) {
      const known = optionNames(command).filter((one) => one.length > 1);
      const near = nearest(
        dashed(name).replace(/^--?/, ''),
        known.map((one) => dashed(one).slice(2)),
      );
      throw new Misuse(
        `unknown option ${dashed(name)}: ${meant(near === undefined ? undefined : `--${near}`, `see aiops ${command.name} --help`)}`,
      );
    }
    if (Array.isArray(value)) throw new Misuse(`${dashed(name)} is given ${value.length} times; give it once`);
    if (option.required === true && (value === true || value === '')) {
      throw new Misuse(`${dashed(name)} needs a value: ${option.rawName}`);
    }
    // The parser takes the value of a flag for an argument.
    const assigned = cli.rawArgs.find((argument) => argument.startsWith(`${dashed(name)}=`));
    if (option.isBoolean === true && assigned !== undefined)
      throw new Misuse(`${assigned}: ${dashed(name)} takes no value`);
    checked[name] = typeof value === 'string' ? unprotect(value) : (value as boolean | undefined);
  }
  const needed = command.args.filter((argument) => argument.required);
  const missing = needed.at(cli.args.length);
  if (missing !== undefined) {
    throw new Misuse(`missing <${missing.value}>: aiops ${command.rawName}, see aiops ${command.name} --help`);
  }
  const extra = cli.args.at(command.args.length);
  if (extra !== undefined && !command.args.some((argument) => argument.variadic)) {
    throw new Misuse(`${unprotect(extra)} is one argument too many: aiops ${command.rawName}`);
  }
  return checked;
}

/**
 * Parses `argv` (without the interpreter and the script); undefined where the answer was help or the version, which
 * cac has already printed.
 * @throws Misuse where the command line makes no sense, with the nearest thing that does.
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly CommandDescription[],
  version: string,
  terminal: Terminal,
): Request | undefined {
  const cli = cac('aiops');
  cli.usage('<command> [options]');
  cli.option('--json', 'Results as JSON on stdout, nothing else there');
  cli.option('--debug', 'Show stack traces');
  for (const { usage, summary, options, examples } of commands) {
    const command = cli.command(usage, summary, { ignoreOptionDefaultValue: true });
    for (const [raw, description] of options) command.option(raw, description);
    for (const example of examples) command.example(`  $ ${example}`);
  }
  cli.help((sections) =>
    [
      ...sections.slice(0, 1),
      ...(cli.matchedCommand === undefined ? [] : [{ body: cli.matchedCommand.description }]),
      ...sections.slice(1),
    ]
      .filter(({ title }) => title?.startsWith('For more info') !== true)
      .map((section) => ({ ...section, body: section.body.replaceAll(' (default: true)', '') })),
  );
  cli.version(version);
  const asked = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  cli.parse(['node', 'aiops', ...asked.map(protect)], { run: false });
  if (cli.options['help'] === true || (cli.options['version'] === true && cli.matchedCommandName === undefined)) {
    return undefined;
  }
  const command = cli.matchedCommand;
  if (command === undefined) {
    const word = cli.args.at(0);
    if (word !== undefined) {
      const near = nearest(
        unprotect(word),
        cli.commands.map((one) => one.name),
      );
      throw new Misuse(`unknown command ${unprotect(word)}: ${meant(near, 'see aiops --help')}`);
    }
    const stray = Object.keys(cli.options as Record<string, unknown>).find(
      (name) => !['--', 'json', 'debug'].includes(name),
    );
    if (stray !== undefined) throw new Misuse(`unknown option ${dashed(stray)}: see aiops --help`);
    cli.outputHelp();
    return undefined;
  }
  const options = check(cli, command);
  const args = cli.args.map(unprotect);
  const description = commands.find(({ usage }) => usage.split(' ')[0] === command.name);
  return description === undefined
    ? undefined
    : { run: async () => (await description.load())(args, options, terminal) };
}
