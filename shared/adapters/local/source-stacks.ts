import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * From now on the stacks of errors name the sources of a bundle, such as `shared/pipeline/judge.ts:12:3`, if its map
 * lies beside it as `<bundle>.map`; without a readable map they stay as they are.
 *
 * Node's own `--enable-source-maps` reads and parses the map at every start, a seventh of the time our bundles take to
 * load; here it is read when the first stack is looked at.
 *
 * @param bundle address of the bundled module: its own `import.meta.url`.
 */
export function showSources(bundle: string): void {
  let map: SourceMap | 'none' | undefined;
  Error.prepareStackTrace = (error, sites) => {
    map ??= readMap(`${fileURLToPath(bundle)}.map`);
    const found = map;
    return [headOf(error), ...sites.map((site) => `    at ${placeOf(site, bundle, found)}`)].join('\n');
  };
}

/** Whatever goes wrong here must not hide the error whose stack is asked for. */
function readMap(path: string): SourceMap | 'none' {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload);
  } catch {
    return 'none';
  }
}

/** What V8 writes above the frames; an error may refuse even that. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

function placeOf(site: NodeJS.CallSite, bundle: string, map: SourceMap | 'none'): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8's call sites do have a text, their type does not say so
  const written = String(site);
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (map === 'none' || site.getFileName() !== bundle || line === null || column === null) return written;
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return written;
  const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '');
  return written.replace(
    `${bundle}:${line}:${column}`,
    `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
  );
}
