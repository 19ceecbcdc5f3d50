import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import { SettingsError, type SettingsProblem } from './settings-error.ts';

/** YAML that was read: its value, and where in the file everything stands. */
export interface YamlSource {
  /** Plain objects, arrays and scalars; undefined for an empty file. */
  readonly value: unknown;
  /** 1-based line of the key or entry at a path, or of the nearest thing above it that stands in the file. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/** Settings of a thousand watches are a tenth of it. */
const longestText = 1 << 20;
/** Objects that aliases may stand for, in all: a file of a few lines could otherwise unfold to gigabytes. */
const mostAliases = 100;
const deepest = 64;

/**
 * Reads YAML 1.2.
 *
 * @throws SettingsError that lists everything the parser found: wrong syntax, a key written twice, an unknown tag, a
 * second document, more than 1 MB, aliases that unfold without end, nesting without end.
 */
export function readYaml(text: string, file: string): YamlSource {
  if (text.length > longestText) {
    throw new SettingsError(file, [
      {
        path: '',
        message: `is larger than ${longestText} characters`,
        got: `${text.length} characters`,
        remedy: 'select metrics with patterns (* and ?) instead of naming each',
      },
    ]);
  }
  const deep = indentationDepth(text);
  if (deep > deepest) {
    throw new SettingsError(file, [
      { path: '', message: `is nested more than ${deepest} levels deep`, remedy: 'settings need six at most' },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos, code }): SettingsProblem => ({
    path: '',
    line: lines.linePos(pos[0]).line,
    message: `is not YAML here: ${message}`,
    remedy: remedies.get(code) ?? 'indent with spaces, and put text with : # or * in it in quotes',
  }));
  if (problems.length > 0) throw new SettingsError(file, problems);
  return { value: valueOf(document, file), lineOf: (path) => lineAt(document, lines, path) };
}

const remedies: ReadonlyMap<string, string> = new Map([
  ['DUPLICATE_KEY', 'write the key once, with all that belongs to it'],
  ['TAB_AS_INDENT', 'indent with spaces'],
  ['MULTIPLE_DOCS', 'leave out the line --- and what follows it'],
  ['TAG_RESOLVE_FAILED', 'leave the tag (!…) out'],
]);

function valueOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases }) as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new SettingsError(file, [
      {
        path: '',
        message: `cannot be unfolded: ${error.message}`,
        remedy: 'write the settings without aliases (*name)',
      },
    ]);
  }
}

/** An upper bound of how deep the text nests, without parsing it: a parser would exhaust its stack first. */
function indentationDepth(text: string): number {
  let deepestLine = 0;
  let brackets = 0;
  let deepestBracket = 0;
  for (const line of text.split('\n')) {
    const blocks = /^\s*(?:[-?:]\s+)*/.exec(line)?.[0] ?? '';
    deepestLine = Math.max(deepestLine, (blocks.match(/[-?:]/g) ?? []).length);
    for (const character of line) {
      if (character === '[' || character === '{') brackets += 1;
      else if ((character === ']' || character === '}') && brackets > 0) brackets -= 1;
      deepestBracket = Math.max(deepestBracket, brackets);
    }
  }
  return Math.max(deepestLine, deepestBracket);
}

function lineAt(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) as
        Pair<Node, Node | null> | undefined;
      if (pair === undefined) break;
      offset = offsetOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = offsetOf(node) ?? offset;
    } else {
      break;
    }
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
