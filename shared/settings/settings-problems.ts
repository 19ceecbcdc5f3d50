import type * as z from 'zod';
import { notTheSecret } from './alert-settings.ts';
import { keysAt } from './json-schema.ts';
import { nearest } from './nearest.ts';
import type { SettingsProblem } from './settings-error.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const longestValue = 60;

/** `watches.web.select[0].metric`; a name with other characters is quoted: `watches["my web"]`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = String(step);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');

/**
 * What is wrong with a configuration, in words, from its first line to its last: where, what was written, and what to
 * write instead. A key that is missing because it was misspelt is one problem, not two.
 *
 * @param given the configuration as it was read, before any default.
 * @param lineOf the line of the file where a path stands, where there is a file.
 */
export function settingsProblems(
  issues: readonly Issue[],
  given: unknown,
  lineOf: (path: Path) => number | undefined = () => undefined,
): readonly SettingsProblem[] {
  const found = issues.flatMap((issue) => problemsOf(issue, [], given));
  const meant = new Set(found.flatMap((one) => (one.meant === undefined ? [] : [pathText(one.meant)])));
  return found
    .filter(({ at, message }) => message !== missing || !meant.has(pathText(at)))
    .map(({ at, message, got, remedy }) => ({ path: pathText(at), line: lineOf(at), message, got, remedy }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

const missing = 'is missing';

interface Found {
  readonly at: Path;
  readonly message: string;
  readonly got: string | undefined;
  readonly remedy: string | undefined;
  /** Where a misspelt key was meant to be. */
  readonly meant?: Path;
}

function problemsOf(issue: Issue, parent: Path, given: unknown): readonly Found[] {
  const at = [...parent, ...issue.path];
  const value = valueAt(given, at);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(at, key, given));
  if (issue.code === 'invalid_key') return issue.issues.flatMap((inner) => keyProblem(at, inner));
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors, value);
    // A wrong word, where a word is one form of several: what forms there are is said by the union, if it says anything.
    const isWord = branch?.every(({ code, path }) => code === 'invalid_value' && path.length === 0) === true;
    if (branch !== undefined && !(isWord && issue.message.includes(' or ')))
      return branch.flatMap((inner) => problemsOf(inner, at, given));
  }
  const [message, remedy] = words(issue, value);
  const isHidden = value === undefined || message === notTheSecret;
  return [{ at, message, got: isHidden ? undefined : shown(value), remedy }];
}

function unknownKey(at: Path, key: string, given: unknown): Found {
  const known = keysAt(at);
  const present = valueAt(given, at);
  const free = known.filter((one) => typeof present !== 'object' || present === null || !(one in present));
  const meant = nearest(key, free) ?? nearest(key, known);
  return {
    at: [...at, key],
    message: 'is not a setting',
    got: shown(key),
    remedy: meant === undefined ? `what may stand here: ${known.join(', ')}` : `did you mean ${meant}?`,
    ...(meant === undefined ? {} : { meant: [...at, meant] }),
  };
}

function keyProblem(at: Path, inner: Issue): Found {
  const [message, remedy] = words(inner, at.at(-1));
  return { at, message, got: shown(at.at(-1)), remedy };
}

/**
 * The form of a union that was most likely meant: the one whose own kind of value was given, with the fewest things
 * wrong. None where no form has that kind: then the union's own message says what forms there are.
 */
function likeliest(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const fitting = branches.filter(
    (issues) => !issues.some((issue) => issue.path.length === 0 && isWrongKind(issue, value)),
  );
  if (fitting.length === 0) return undefined;
  const ranked = fitting
    .map((issues) => ({ issues, strangers: strangerDistance(issues, value) }))
    .sort((a, b) => a.strangers - b.strangers);
  const best = ranked[0];
  const second = ranked.at(1);
  // Two equally likely objects: naming the keys of one of them would be a guess.
  return second?.strangers === best.strangers && typeof value === 'object' && !Array.isArray(value)
    ? undefined
    : best.issues;
}

/** A word of several was perhaps meant by another word, but never by settings below it. */
const isWrongKind = (issue: Issue, value: unknown): boolean =>
  issue.code === 'invalid_type' ||
  (issue.code === 'invalid_value' && (issue.values.length === 1 || typeof value === 'object'));

/** Fewer issues are likelier; a misspelt key counts less where it is near a missing one. */
function strangerDistance(issues: readonly Issue[], value: unknown): number {
  const missing = issues
    .filter((issue) => issue.code === 'invalid_type' && valueAt(value, issue.path) === undefined)
    .map((issue) => String(issue.path[0]));
  return issues.reduce((sum, issue) => {
    if (issue.code !== 'unrecognized_keys') return sum + 1;
    return sum + issue.keys.filter((key) => nearest(key, missing) === undefined).length;
  }, 0);
}

type Words = readonly [what: string, remedy?: string | undefined];

/** What is wrong, and what to write instead. Our own messages hold both, with an arrow between. */
function words(issue: Issue, value: unknown): Words {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return [missing, `write ${kindWords(issue.expected)}`];
      if (value === null) return ['is empty', `write ${kindWords(issue.expected)}, or leave the key out`];
      return [`must be ${kindWords(issue.expected)}`, remedyFor(issue.expected, value)];
    case 'invalid_value':
      return choiceWords(issue.values.map(String), value);
    case 'invalid_union': {
      const choices = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : undefined;
      if (choices !== undefined) return choiceWords(choices, value);
      const [what, remedy] = split(issue.message);
      return value === undefined ? [missing, remedy] : [what, remedy];
    }
    case 'too_small':
      return [`is too small: ${bound('at least', 'more than', issue.inclusive, issue.minimum, issue.origin)}`];
    case 'too_big':
      return [`is too large: ${bound('at most', 'less than', issue.inclusive, issue.maximum, issue.origin)}`];
    default:
      return split(issue.message);
  }
}

function choiceWords(choices: readonly string[], value: unknown): Words {
  const list = `${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}`;
  if (value === undefined) return [missing, `write ${list}`];
  const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
  return [`must be ${list}`, meant === undefined ? undefined : `did you mean ${meant}?`];
}

function split(message: string): Words {
  const [what = message, remedy] = message.split(' → ');
  return [what, remedy];
}

function bound(
  inclusive: string,
  exclusive: string,
  isInclusive: boolean | undefined,
  limit: unknown,
  of: string,
): string {
  const unit = of === 'string' ? ' characters' : of === 'array' ? ' entries' : '';
  return `${isInclusive === false ? exclusive : inclusive} ${String(limit)}${unit}`;
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['object', 'settings below it, indented'],
  ['record', 'names with settings below them, indented'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
]);

const kindWords = (expected: string): string => kinds.get(expected) ?? expected;

function remedyFor(expected: string, value: unknown): string | undefined {
  if (expected === 'string' && typeof value === 'number') return `put it in quotes: "${value}"`;
  if (expected === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) {
    return `leave the quotes out: ${value.trim()}`;
  }
  if (expected === 'array') return 'write it as a list: [ … ]';
  if (expected === 'boolean') return 'write true or false';
  return undefined;
}

/** What stands at a path of what was written, or undefined. */
function valueAt(given: unknown, path: Path): unknown {
  let here = given;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}

/** A value as people would write it, shortened. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) as string | undefined);
  const whole = text ?? typeof value;
  return whole.length > longestValue ? `${whole.slice(0, longestValue)}…` : whole;
}
