import { parseDuration } from '../shared/settings/duration.ts';
import { nearest } from '../shared/settings/nearest.ts';
import { Misuse } from './exit-code.ts';

/** What was given on the command line: text for options with a value, true or false for flags. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

export const flag = (options: Options, name: string): boolean => options[name] === true;

export function text(options: Options, name: string): string | undefined {
  const given = options[name];
  return typeof given === 'string' ? given : undefined;
}

/** @throws Misuse on anything but a whole number between `least` and `most`. */
export function wholeNumber(options: Options, name: string, least: number, most: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Misuse(`--${name} ${given}: not a whole number from ${least} to ${most}`);
}

/** Seconds. @throws Misuse on anything but a duration of at least `least` seconds. */
export function duration(options: Options, name: string, least: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const seconds = parseDuration(given);
  if (seconds === undefined) {
    throw new Misuse(`--${name} ${given}: not a duration; write a number and a unit, such as 30s, 5m, 6h or 14d`);
  }
  if (seconds < least) throw new Misuse(`--${name} ${given}: at least ${least} s`);
  return seconds;
}

/** @throws Misuse on anything but one of `known`, with the nearest that is. */
export function oneOf<const T extends string>(options: Options, name: string, known: readonly T[]): T | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const near = nearest(given, [...known]);
  throw new Misuse(
    `--${name} ${given}: ${near === undefined ? `not one of ${known.join(', ')}` : `did you mean ${near}?`}`,
  );
}
